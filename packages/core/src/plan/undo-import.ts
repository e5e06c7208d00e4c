import type { Instant } from "../instant.ts";
import type { PlanRow } from "./fold.ts";
import { namesOf } from "./missing-keys.ts";
import type { CancelRow, StoredReport } from "./plan-types.ts";
import { fatesOf } from "./undo-fates.ts";
import { type KnownForUndo, type Part, partsOf } from "./undo-parts.ts";

/** A part of what a job stored, to be undone in one commit. */
export interface ImportUndo {
  readonly jobId: string;
  /** The job's. */
  readonly connectionId: string;
  /** The id of the event that tells of it: what is undone carries it. */
  readonly id: string;
  /** Families of which the job stored a report. */
  readonly families: readonly string[];
  /** Cancels that the job stored. */
  readonly cancels: readonly Pick<CancelRow, "cancelKey" | "familyKey" | "aliasKeys">[];
}

/** A fill that an undo looked at, as it stood before. */
export interface UndoneFill {
  /** The report that stood for it, as `executions` lists it. */
  readonly id: string;
  /** As the broker spells it; null for a fill without one. */
  readonly executionId: string | null;
  /** Normalized, as `Instrument.symbol`. */
  readonly symbol: string;
  /** As the broker reported it. */
  readonly executedAt: Instant;
  /** null for a fill that counted nowhere. */
  readonly tradeId: string | null;
}

/** A fill that an undo left as it is. */
export interface BlockedFill extends UndoneFill {
  /**
   * `told_since`: a later import told another report of it. `canceled_since`: a later import canceled it. `cancel_shared`:
   * a cancel of the job is also of a fill that stays.
   */
  readonly reason: "told_since" | "canceled_since" | "cancel_shared";
  /** The imports to undo first. */
  readonly jobIds: readonly string[];
}

/** What an undo comes to. */
export interface UndoOutcome {
  readonly reversed: readonly UndoneFill[];
  /** Fills that somebody reviewed. */
  readonly kept: readonly UndoneFill[];
  readonly blocked: readonly BlockedFill[];
  readonly reportCount: number;
  readonly cancelCount: number;
}

/** The outcome with the keys of what it hides. */
export interface UndoPlan {
  readonly outcome: UndoOutcome;
  readonly reports: ReadonlySet<string>;
  readonly cancels: ReadonlySet<string>;
}

/**
 * Pure. Decides fill by fill: a reviewed one stays, and one that a later import told of too is blocked until that is
 * undone; everything else that the job told of it is hidden. What an earlier attempt of the same undo hid is counted again.
 */
export function planUndo(
  undo: ImportUndo,
  known: KnownForUndo & { readonly reports: ReadonlyMap<string, StoredReport> },
): UndoPlan {
  const { parts, far } = partsOf(undo, known);
  const { fates, held } = fatesOf(parts, { decisions: known.decisions, far });
  const isReversed = (part: Part) => fates.get(part)?.kind === "reversed";
  const reversed = parts.filter(isReversed);
  const own = [...known.reports.values()].filter((report) => report.undone === undo.id);
  const matched = new Set(parts.flatMap((part) => part.cancels.map(({ cancelKey }) => cancelKey)));
  const current = new Map(known.cancels.map((cancel) => [cancel.cancelKey, cancel]));
  // A cancel that names nothing is never read; one that another import told again since is that one's.
  const waiting = undo.cancels.filter(({ cancelKey, ...cancel }) => {
    return !matched.has(cancelKey) && (namesOf(cancel).length === 0 || current.get(cancelKey)?.jobId === undo.jobId);
  });
  const reports = new Set(reversed.flatMap(({ rows }) => rows.map(({ report }) => report.revisionKey)));
  const gone = reversed.flatMap((part) => part.cancels.filter(({ cancelKey }) => !held.has(cancelKey)));
  const cancels = new Set([...gone, ...waiting].map(({ cancelKey }) => cancelKey));
  const again = [...new Map(own.map((report) => [report.familyKey, report])).values()];
  return {
    ...{ reports, cancels },
    outcome: {
      reversed: [...reversed.map(fillOf), ...again.map((report) => shownFill(report, null))],
      kept: parts.filter((part) => fates.get(part)?.kind === "kept").map(fillOf),
      blocked: parts.flatMap((part) => {
        const fate = fates.get(part);
        return fate?.kind === "blocked" ? [{ ...fillOf(part), reason: fate.reason, jobIds: fate.jobIds }] : [];
      }),
      reportCount: reports.size + own.length,
      cancelCount: cancels.size,
    },
  };
}

function fillOf({ family }: Part): UndoneFill {
  const face = family.rows.find(({ before }) => before?.fill != null) ?? family.rows[0];
  if (face === undefined) throw new Error(`family ${family.familyKey} has no report`);
  return shownFill(face.report, face.before?.tradeId ?? null);
}

function shownFill(
  { revisionKey, executionId, instrument, executedAt }: PlanRow["report"],
  tradeId: string | null,
): UndoneFill {
  return { id: revisionKey, executionId, symbol: instrument.symbol, executedAt, tradeId };
}
