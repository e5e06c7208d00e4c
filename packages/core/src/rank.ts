import type { ExecutionFacts, Fee } from "./execution.ts";
import type { Instant } from "./instant.ts";
import type { Moment } from "./moment.ts";
import { realId } from "./text-id.ts";

const REVISION_DIGITS = 9;
/** In a rank the revision and one digit of authority stand before the row number. */
const SEQUENCE_AT = REVISION_DIGITS + 1;

/** In a rank this is below every instant: they begin with a 2. */
const UNKNOWN_MOMENT = "0";

/** The rank of a report by itself, see {@link rankWithin}: only what its key hashes. */
export function rankOf({ revision, sequence, fees, source }: ExecutionFacts, revisionKey: string): string {
  const place = `${revisionText(revision)}${source.authority}${sequenceText(sequence)}`;
  return `${place}${completeness(fees)}${source.reportedAt ?? UNKNOWN_MOMENT}${revisionKey}`;
}

/** Row number as digits without leading zeros, null for a placeholder. */
export function realSequence(sequence: string | null): string | null {
  const id = realId(sequence);
  return id === null ? null : realId(id.replace(/^0+/, ""));
}

/** A row number as text that sorts as numbers of any length do; a row without one comes first. */
export function sequenceText(sequence: string | null): string {
  const digits = realSequence(sequence) ?? "";
  return `${String(digits.length).padStart(2, "0")}${digits}`;
}

/** What {@link sequenceText} makes of a row without a number. */
export const NO_SEQUENCE = "00";

/** The part of a rank that a conflict compares: revision, authority, row number. */
export function rankPlace(rank: string): string {
  return rank.slice(0, SEQUENCE_AT + rankSequence(rank).length);
}

/** The row number in a rank, as {@link sequenceText} writes it. */
export function rankSequence(rank: string): string {
  return rank.slice(SEQUENCE_AT, SEQUENCE_AT + 2 + Number(rank.slice(SEQUENCE_AT, SEQUENCE_AT + 2)));
}

/** What a report has of a rank. */
export interface Ranked extends Moment {
  readonly rank: string;
  readonly revisionKey: string;
  readonly executedAt: Instant;
}

/** The rank of a report at the revision that it has within its fill, without what only tells equals apart. */
export function rankAtRevision({ rank, revisionKey }: Ranked, revision: number): string {
  return `${revisionText(revision)}${rank.slice(REVISION_DIGITS, -revisionKey.length)}`;
}

/**
 * The whole rank of a report within its fill. Among equals the facts that were first reported last count; of several
 * reports of these the one with the finest time, then the newest. Moments are no part of what is stored as the rank:
 * they may become earlier ones.
 *
 * @param factsAt the earliest moment of all reports of the fill with the same facts.
 */
export function rankWithin(
  { revisionKey, executedAt, firstReportedAt }: Ranked,
  { equal, factsAt }: { readonly equal: string; readonly factsAt: Instant | null },
): string {
  const digits = executedAt.slice(20, 26).replace(/0+$/, "").length;
  return `${equal}${factsAt ?? UNKNOWN_MOMENT}${digits}${firstReportedAt ?? UNKNOWN_MOMENT}${revisionKey}`;
}

/** 0 unknown, 1 estimated, 2 known. */
export function completeness(fees: readonly Fee[] | null): 0 | 1 | 2 {
  if (fees === null) return 0;
  return fees.some((fee) => fee.estimated) ? 1 : 2;
}

function revisionText(revision: number): string {
  return String(revision).padStart(REVISION_DIGITS, "0");
}
