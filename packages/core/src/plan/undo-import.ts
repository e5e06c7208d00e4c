import type { Instant } from "../instant.ts";
import type { PlanFamily, PlanRow } from "./fold.ts";
import { voidedBy } from "./match-cancels.ts";
import { namesOf } from "./missing-keys.ts";
import type { CancelRow, Decision, StoredCancel, StoredReport } from "./plan-types.ts";

/** A part of what a job stored, to be undone in one commit. */
export interface ImportUndo {
  readonly jobId: string;
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
  readonly executionId: string | null;
  readonly symbol: string;
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

interface Known {
  /** As they are before, without what was undone earlier. */
  readonly families: readonly PlanFamily[];
  readonly cancels: readonly StoredCancel[];
  readonly decisions: ReadonlyMap<string, Decision>;
  readonly reports: ReadonlyMap<string, StoredReport>;
}

/**
 * Pure. Decides fill by fill: a reviewed one stays, and one that a later import told of too is blocked until that is
 * undone; everything else that the job told of it is hidden. What an earlier attempt of the same undo hid is counted again.
 */
export function planUndo(undo: ImportUndo, known: Known): UndoPlan {
  const parts = partsOf(undo, known);
  const fates = new Map(parts.map((part) => [part, fateOf(part, known.decisions)]));
  holdShared(parts, fates);
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
  const cancels = new Set([...reversed.flatMap((part) => part.cancels), ...waiting].map(({ cancelKey }) => cancelKey));
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

/** One fill with what the job told of it. */
interface Part {
  readonly family: PlanFamily;
  readonly rows: readonly PlanRow[];
  readonly cancels: readonly StoredCancel[];
  /** Cancels of it that other jobs told. */
  readonly others: readonly StoredCancel[];
}

type Fate =
  | { readonly kind: "reversed" | "kept" }
  | { readonly kind: "blocked"; readonly reason: BlockedFill["reason"]; readonly jobIds: readonly string[] };

// The asked fills, and those on which a cancel of the same job stands as well.
function partsOf({ jobId, families, cancels }: ImportUndo, known: Known): readonly Part[] {
  const all = known.families.map((family): Part => {
    const matching = known.cancels.filter((cancel) => voidedBy(cancel, family).length > 0);
    return {
      family,
      rows: family.rows.filter(({ report }) => report.jobId === jobId),
      cancels: matching.filter((cancel) => cancel.jobId === jobId),
      others: matching.filter((cancel) => cancel.jobId !== jobId),
    };
  });
  const asked = new Set(families);
  const reached = new Set(cancels.map(({ cancelKey }) => cancelKey));
  const parts = new Set<Part>();
  for (let size = -1; size !== parts.size; ) {
    size = parts.size;
    for (const part of all) {
      const isAsked = part.rows.some(({ report }) => asked.has(report.familyKey));
      if (!isAsked && !part.cancels.some(({ cancelKey }) => reached.has(cancelKey))) continue;
      parts.add(part);
      for (const { cancelKey } of part.cancels) reached.add(cancelKey);
    }
  }
  return [...parts];
}

function fateOf({ family, rows, cancels, others }: Part, decisions: ReadonlyMap<string, Decision>): Fate {
  if (family.familyKeys.some((key) => decisions.has(key))) return { kind: "kept" };
  const last = [...rows.map(({ report }) => report), ...cancels].map(placeOf).sort().at(-1) ?? "";
  const told = family.rows.filter((row) => !rows.includes(row) && placeOf(row.report) > last);
  if (told.length > 0)
    return blocked(
      "told_since",
      told.map(({ report }) => report),
    );
  const canceled = others.filter((cancel) => placeOf(cancel) > last);
  if (canceled.length > 0) return blocked("canceled_since", canceled);
  return { kind: "reversed" };
}

function blocked(reason: BlockedFill["reason"], by: readonly { readonly jobId: string }[]): Fate {
  return { kind: "blocked", reason, jobIds: [...new Set(by.map(({ jobId }) => jobId))].sort() };
}

// Of two jobs that told at one moment one is the later one, or neither could be undone.
function placeOf({ fetchedAt, jobId }: { readonly fetchedAt: Instant; readonly jobId: string }): string {
  return `${fetchedAt}|${jobId}`;
}

/** A cancel is one record: where it stays for one of its fills, it stays for all of them. */
function holdShared(parts: readonly Part[], fates: Map<Part, Fate>): void {
  for (let changed = true; changed; ) {
    changed = false;
    const held = new Set(parts.flatMap((part) => (fates.get(part)?.kind === "reversed" ? [] : part.cancels)));
    for (const part of parts) {
      if (fates.get(part)?.kind !== "reversed" || !part.cancels.some((cancel) => held.has(cancel))) continue;
      fates.set(part, blocked("cancel_shared", []));
      changed = true;
    }
  }
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
