import type { RunMode, RunWindow } from "./connector-contract.ts";
import type { Decimal } from "./decimal.ts";
import type { Execution, Fee, Instrument } from "./execution.ts";
import type { ErrorReport } from "./import-error.ts";
import type { Instant } from "./instant.ts";
import type { Json } from "./json.ts";
import type { CommitStats } from "./plan/commit-batch.ts";
import type { Link } from "./plan/plan-types.ts";

/** One page of a list, in a stable order. */
export interface Slice<Item> {
  /** At most as many as the request's limit; empty behind the last. */
  readonly items: readonly Item[];
  /** Hand it back as `after` to read on; null at the end. */
  readonly next: string | null;
}

/** Every list takes these. */
export interface SliceRequest {
  /** 1 to 200. @defaultValue 50 */
  readonly limit?: number;
  /** The `next` of the slice before. */
  readonly after?: string;
}

/** One user's access to one account through one connector. Credentials never come back out. */
export interface Connection {
  /** Unique for ever, also after a disconnect. */
  readonly id: string;
  /** The owner. */
  readonly userId: string;
  /** The id of the connector that reads it. */
  readonly connector: string;
  /** The connector's broker, such as stands in its executions. */
  readonly broker: string;
  /** The broker's name of the account; null where it was not given and no call has shown it yet: see `pending`. */
  readonly accountRef: string | null;
  /** The owner's own name for it; null without one. */
  readonly label: string | null;
  /** What the connector's `settings` schema reads; no secret. */
  readonly settings: Json;
  /**
   * `pending`: the broker was out of reach when it was made, and no call proved its credentials yet; runs try to.
   * `needs_reauth`: the broker refused the credentials. `error`: an option or setting must be mended. Only `active` and
   * `pending` ones are ever due.
   */
  readonly status: ConnectionStatus;
  /** How the last run went, or the check of a `pending` one; `ok` before the first. What is wrong beside it is in `openProblems`. */
  readonly health: Health;
  /** `files`: it has no credentials and takes only what its owner downloaded, until `reconnect` gives it some. */
  readonly schedule: "interval" | "files";
  /** Problems of this connection that are open, by severity. A run may succeed beside them. */
  readonly openProblems: OpenProblems;
  /** When it was connected first. */
  readonly createdAt: Instant;
  /** When its owner or a run last changed it. */
  readonly updatedAt: Instant;
  /** How long after the end of a run the next one is due, give or take a tenth. */
  readonly syncEveryMs: number;
  /** null when no run is due until its owner did something. */
  readonly nextSyncAt: Instant | null;
  /** When the last run ended, whatever became of it; null before the first. */
  readonly lastSyncAt: Instant | null;
  /** When the last run ended that read all there was; null before the first. */
  readonly lastSucceededAt: Instant | null;
  /** When the broker last accepted the credentials, in a check or a run; null for `files` and while `pending`. */
  readonly lastValidatedAt: Instant | null;
  /**
   * `open`: runs failed at the broker so often in a row that scheduled ones pause. `half_open`: that pause was over when
   * the last run ended without an answer of the broker.
   */
  readonly breaker: "closed" | "open" | "half_open";
  /** Runs that failed at the broker since one succeeded; waits, aborts and a failing store do not count. */
  readonly consecutiveFailures: number;
  /** Until when scheduled runs pause, because of the breaker or because the broker asked for time; it may have passed. */
  readonly pausedUntil: Instant | null;
}

export type ConnectionStatus = "pending" | "active" | "needs_reauth" | "error" | "disconnected";

/**
 * How many there are of each severity. `error`: something does not work or counts wrong; `warning`: something may be
 * missing; `info`: to be known.
 */
export type OpenProblems = Readonly<Record<"error" | "warning" | "info", number>>;

export type Health = "ok" | "degraded" | "maintenance_window" | "needs_reauth";

/** A report as it is stored: canonical or not, voided or not. */
export type StoredExecution = Execution & {
  /** The report's own id, the same however often it is imported. */
  readonly id: string;
  /** null for a report that counts in no trade. */
  readonly tradeId: string | null;
  /** The fill that it reports: all reports of one fill have the same. */
  readonly familyKey: string;
  /** It is the one report of its fill that counts. */
  readonly canonical: boolean;
  /** The broker took it back. */
  readonly voided: boolean;
  /** It counts for nothing since its job was undone, until it is imported again. */
  readonly undone: boolean;
  /** The run that stored it. */
  readonly jobId: string;
  /** The connection that it came through. */
  readonly connectionId: string;
  /** When that run fetched it, by the store's time; it decides nothing. */
  readonly fetchedAt: Instant;
  /** The earliest of the moments at which the broker reported this; null while none is known. */
  readonly firstReportedAt: Instant | null;
};

/** A fill as it counts: the report that stands for it, with what is chosen from all of its reports. */
export interface Fill {
  /** Of the report that stands for it; another one after a correction. */
  readonly id: string;
  /** Stays the same whatever the broker corrects. */
  readonly familyKey: string;
  /** The trade that it is part of. */
  readonly tradeId: string;
  /** As the report says: of an order, or bought at once from the broker itself. */
  readonly kind: Execution["kind"];
  /** `canceled`: its fees count and nothing else of it. */
  readonly state: "counts" | "canceled";
  /** The canonical report, or the greatest of a canceled fill. Its own fees are not the fill's. */
  readonly execution: StoredExecution;
  /** Chosen from all reports, and summed where each has a share; null while unknown. */
  readonly fees: readonly Fee[] | null;
  /** Null both for a fill that was deliberately linked to nothing and for one that nobody decided on: see `decision`. */
  readonly link: Link;
  /** Null until a person decided. */
  readonly decision: {
    /** What the person chose. */
    readonly link: Link;
    /** By the book's clock. */
    readonly decidedAt: Instant;
    /** Side, quantity, price or state changed since. */
    readonly changedSinceReview: boolean;
  } | null;
}

/** The canonical executions of one order, summed; always recomputed from them. */
export interface Trade {
  /** The same for as long as the order is known by one id; a better id may move its fills to another trade. */
  readonly id: string;
  /** The owner. */
  readonly userId: string;
  /** The connector's broker; `manual` for a trade entered by hand. */
  readonly broker: string;
  /** As the broker spells it. */
  readonly account: string;
  /** The connection that touched it last. */
  readonly connectionId: string;
  /** Where it came from: the broker's name for imported trades. */
  readonly source: string;
  /** The best id that its fills have of the order; null for a fill without any, which is a trade of its own. */
  readonly orderId: string | null;
  /** What its fills are of. */
  readonly instrument: Instrument;
  /** Of all its fills: an order has one side. */
  readonly side: "buy" | "sell";
  /** `canceled`: only canceled fills are left. `unknown`: the order's quantity is not known. */
  readonly status: "filled" | "partial" | "canceled" | "unknown";
  /** Sum over the fills that count; "0" when canceled. */
  readonly quantity: Decimal;
  /** Sum of quantity times price over quantity, rounded half to even at 18 significant digits; null when canceled. */
  readonly averagePrice: Decimal | null;
  /** One entry a currency, canceled fills' fees included; never converted. */
  readonly fees: readonly Fee[];
  /** Fills whose fees are not known yet. */
  readonly unknownFeeCount: number;
  /** Fills that count. */
  readonly executionCount: number;
  /** Fills that the broker took back; only their fees count. */
  readonly canceledCount: number;
  /** Of the fills that count; of the canceled ones where none does. */
  readonly firstExecutedAt: Instant;
  /** Of the fills that count; of the canceled ones where none does. */
  readonly lastExecutedAt: Instant;
  /** `reviewed` once a person decided on each of its fills, also where they decided on nothing. */
  readonly inbox: "pending_review" | "reviewed";
  /** The last decision; null where it is on nothing, and where there is none (`inbox`). */
  readonly link: Link;
  /** After a review: a fill has no decision, decisions differ, or quantity, price, side or state changed since. */
  readonly changedSinceReview: boolean;
  /** What the review stands on. */
  readonly review: {
    /** Every different decision on the trade's fills; the last is {@link Trade.link}. More than one: fills of other trades came. */
    readonly links: readonly Link[];
    /** Fills that nobody decided on. */
    readonly undecidedCount: number;
    /** Fills of which side, quantity, price or state changed since. `tradeDecisions` says what was seen. */
    readonly changedCount: number;
  };
  /** The run that touched it last; null for a trade that only a person touched. */
  readonly lastJobId: string | null;
  /** When its first fill was stored, not executed. */
  readonly createdAt: Instant;
  /** When anything of it changed last, a review too. */
  readonly updatedAt: Instant;
  /** Grows with every change, from 1; a review names the version that was on the screen. */
  readonly version: number;
}

/** What became of a run's records: the sum over its pages. */
export interface RunStats extends CommitStats {
  /** Pages that are stored. */
  readonly pages: number;
}

export type JobStatus = "running" | "succeeded" | "partial" | "failed" | "blocked_reauth";

/** One call of `ingest()`. */
export interface Job {
  /** Unique for ever. */
  readonly id: string;
  /** The connection's owner. */
  readonly userId: string;
  /** The connection that was run. */
  readonly connectionId: string;
  /** Why it ran. */
  readonly mode: RunMode;
  /** `running` until it ends, or until its lease has run out and somebody notices. */
  readonly status: JobStatus;
  /** By the store's time. */
  readonly startedAt: Instant;
  /** By the store's time; null while it runs. */
  readonly finishedAt: Instant | null;
  /** The span that was asked for; `{}` without one. */
  readonly window: RunWindow;
  /** The connector's own words for how far it had read; null before the first page. */
  readonly cursorBefore: Json;
  /** The same after the last page that is stored. */
  readonly cursorAfter: Json;
  /** Of all pages that are stored, also while it runs. */
  readonly stats: RunStats;
  /** Why it ended early; null where it did not, and while it runs. */
  readonly error: ErrorReport | null;
  /** More is waiting at the broker: the run ended by its budget. */
  readonly more: boolean;
  /**
   * Scheduled runs without any change that this row stands for, itself included; 0 for every other job. Only the latest such
   * run of a connection keeps its row: the ids of those before it answer null.
   */
  readonly unchangedRuns: number;
  /** When something of it was last undone; null when nothing was. What came back since then belongs to the job that told it again. */
  readonly undoneAt: Instant | null;
}
