import type { Instant } from "./instant.ts";

/** What the broker reported, once or often. */
export interface Moment {
  /** The earliest moment at which it is known to have done so; null while none is known. In no key and no hash. */
  readonly firstReportedAt: Instant | null;
}

/** A moment that is not known is later than all others. */
export function isEarlier(one: Instant | null, other: Instant | null): boolean {
  return one !== null && (other === null || one < other);
}

/** The earliest moment by key. */
export function earliestMoments<Row>(
  rows: readonly Row[],
  keyOf: (row: Row) => string,
  momentOf: (row: Row) => Instant | null,
): ReadonlyMap<string, Instant | null> {
  const earliest = new Map<string, Instant | null>();
  for (const row of rows) {
    const key = keyOf(row);
    const before = earliest.get(key);
    if (before === undefined || isEarlier(momentOf(row), before)) earliest.set(key, momentOf(row));
  }
  return earliest;
}

/** The rows, each with the earliest moment of all that have its key: a batch may hold one record several times. */
export function atEarliest<Row extends Moment>(rows: readonly Row[], keyOf: (row: Row) => string): readonly Row[] {
  const earliest = earliestMoments(rows, keyOf, ({ firstReportedAt }) => firstReportedAt);
  if (earliest.size === rows.length) return rows;
  return rows.map((row) => ({ ...row, firstReportedAt: earliest.get(keyOf(row)) ?? null }));
}
