import type { AuditEvent } from "../audit-event.ts";
import type { Coverage } from "../coverage.ts";
import type { Instant } from "../instant.ts";
import type { Json } from "../json.ts";
import type { DriftCounts } from "../schema-drift.ts";
import type {
  CancelRow,
  Decision,
  Marks,
  NewProblem,
  Reject,
  Report,
  Reread,
  StoredCancel,
  TradeRow,
} from "./plan-types.ts";
import type { TradeReview } from "./review.ts";
import type { ImportUndo, UndoOutcome } from "./undo-import.ts";

/** A report on its way into the store, with the broker's record. */
export type NewReport = Report & { readonly raw: Json };
export type NewCancel = CancelRow & { readonly raw: Json; readonly contextHash: string };

/** The run that writes, with its fence. */
export interface BatchRun {
  readonly connectionId: string;
  readonly jobId: string;
  /** The fencing token that `beginRun` gave. */
  readonly token: number;
  /** Number of this page within the run, from 1; with the job it says which commit this is. */
  readonly page: number;
  /** The cursor that is safe once this batch is stored. */
  readonly cursor: Json;
  /** What is covered once this batch is stored; absent leaves it. */
  readonly coverage?: Coverage;
}

/** Everything one commit writes, as JSON. */
export interface CommitBatch {
  readonly id: string;
  readonly owner: string;
  readonly at: Instant;
  /** null for a person's decision, which needs no fence. */
  readonly run: BatchRun | null;
  /** Broker and account of everything in it: what a store locks, sorted. */
  readonly accounts: readonly string[];
  readonly fetched: number;
  readonly ignored: number;
  /** Why records were ignored, and how many, for the job's lineage. */
  readonly ignoredReasons?: readonly { readonly reason: string; readonly count: number }[];
  readonly reports: readonly NewReport[];
  readonly cancels: readonly NewCancel[];
  readonly rejects: readonly Reject[];
  /** Stored rejects that were read again; what became of them is in the lists above and counted there. */
  readonly rereads: readonly Reread[];
  readonly contexts: readonly { readonly contextHash: string; readonly context: Json }[];
  readonly decisions: readonly Decision[];
  /** What a person decides on whole trades: all of it or nothing. */
  readonly reviews?: readonly TradeReview[];
  /** Trades that must be as they were seen, or nothing of the batch is written. */
  readonly expects?: readonly { readonly tradeId: string; readonly version: number }[];
  /** A part of a job's records that shall count no more. */
  readonly undo?: ImportUndo;
  /** Who decides. @defaultValue owner */
  readonly by?: string;
  /**
   * Families to settle again, each with a report of it to pin (true), to unpin (false) or to leave as it is (null). A pin
   * takes that of the others of its place; one that nothing contradicts refuses the whole batch.
   */
  readonly pins: readonly {
    readonly revisionKey: string;
    readonly familyKey: string;
    readonly pinned: boolean | null;
  }[];
  readonly problems: readonly NewProblem[];
  /** Keys of problems that are over with this batch. */
  readonly resolves?: readonly string[];
  /** What the run's pages before this one came to; absent where no drift of the broker's format is looked for. */
  readonly before?: DriftCounts;
}

/** The records of a batch that tells nothing new. */
export const nothingTold = {
  ...{ fetched: 0, ignored: 0, reports: [], cancels: [], rejects: [], rereads: [] },
  ...{ contexts: [], decisions: [], problems: [] },
} as const;

/** What became of the fetched records; the first eight add up to `fetched`. */
export interface CommitStats {
  /** New fills. */
  readonly inserted: number;
  /** Reports that tell more of a known fill, such as its fees. */
  readonly updated: number;
  /** Reports that are stored already. */
  readonly duplicates: number;
  /** Higher revisions of known fills. */
  readonly corrected: number;
  /** Cancels: each takes out what it names. */
  readonly canceled: number;
  /** Reports that contradict another one of the same standing. */
  readonly conflicts: number;
  /** Records that the connector knows as no fills. */
  readonly ignored: number;
  /** Records that cannot be read; each is kept and can be read again. */
  readonly rejected: number;
  /** All records. */
  readonly fetched: number;
  /** Families whose canonical report changed or was voided. */
  readonly canonicalChanges: number;
  /** Trades that are not as they were before. */
  readonly tradesTouched: number;
  /** Trades that entered the inbox. */
  readonly pendingReview: number;
}

/** What a store writes, in this order: demotions before promotions. Nothing in it needs a decision. */
export interface CommitPlan {
  readonly reports: readonly (NewReport & Marks)[];
  readonly cancels: readonly NewCancel[];
  readonly rejects: readonly Reject[];
  /** Stored rejects to mark as resolved at the batch's time (without a reason), or to give a new reason. */
  readonly rereads: readonly Reread[];
  readonly decisions: readonly Decision[];
  /** Families that have no decision any more. */
  readonly decisionsRemoved: readonly string[];
  /** New marks of reports that were stored before, those that stop being canonical first. */
  readonly marks: readonly { readonly revisionKey: string; readonly marks: Marks }[];
  /** Reports that were undone and are told again: who told them is rewritten, their marks are above. */
  readonly revived: readonly Retold[];
  /** Stored reports that the broker is known to have reported earlier than was known; nothing else of them changes here. */
  readonly moments: readonly Pick<Report, "revisionKey" | "firstReportedAt">[];
  /** The same of stored rejects. */
  readonly rejectMoments: readonly Pick<Reject, "rejectKey" | "firstReportedAt">[];
  /** Cancels that were stored before and are undone now, or told again since they were. */
  readonly cancelMarks: readonly (Pick<StoredCancel, "cancelKey" | "undone"> & Partial<Omit<Retold, "revisionKey">>)[];
  readonly trades: readonly TradeRow[];
  /** Trades that lost their last fill to another trade. */
  readonly tradesRemoved: readonly string[];
  readonly problemsOpened: readonly NewProblem[];
  /** What open problems say now. Absent details stay. */
  readonly problemsReworded: readonly (Pick<NewProblem, "problemKey" | "message"> &
    Partial<Pick<NewProblem, "details">>)[];
  readonly problemsResolved: readonly string[];
  /** Who decided what: one for each trade that was decided on, each pin and the undo, none where nothing changed. */
  readonly audit: readonly AuditEvent[];
  /** What became of the batch's undo; a job of which something was undone is marked with the batch's time. */
  readonly undo: UndoOutcome | null;
  /** The reviewed trades as they are then, in the order of the reviews. */
  readonly reviewed: readonly TradeRow[];
  readonly stats: CommitStats;
}

/** Who told a stored report last. */
export type Retold = Pick<Report, "revisionKey" | "jobId" | "connectionId" | "fetchedAt">;
