import { InvalidArgument } from "./call-parameters.ts";
import { exactTime } from "./exact-time.ts";
import type { SimulatedKey } from "./simulated-key.ts";

/** A row with its time as a whole number. */
interface TimedRow {
  readonly time: bigint;
}

/**
 * The rows with start < time <= end out of rows that stand newest first. Both bounds are Unix seconds or the id of a
 * row, which stands for its exact time. A key with a date range sees less and is not told so; both of its bounds are
 * inclusive here.
 */
export function rowsInSpan<Row extends TimedRow>(
  rows: readonly Row[],
  {
    parameters,
    key,
    timeOf,
  }: {
    readonly parameters: URLSearchParams;
    readonly key: SimulatedKey;
    readonly timeOf: (id: string) => bigint | null;
  },
): readonly Row[] {
  const bound = (name: "start" | "end") => boundParameter(parameters, name, timeOf);
  const visibleFrom = key.queryFromSeconds === 0 ? null : exactSeconds(key.queryFromSeconds) - 1n;
  const visibleTo = key.queryToSeconds === 0 ? null : exactSeconds(key.queryToSeconds);
  const from = Math.max(firstAtOrBefore(rows, bound("end")), firstAtOrBefore(rows, visibleTo));
  const to = Math.min(firstExcluded(rows, bound("start")), firstExcluded(rows, visibleFrom));
  return rows.slice(from, Math.max(from, to));
}

/** The index of the first row, newest first, whose time is at or before the bound; 0 without a bound. */
function firstAtOrBefore(rows: readonly TimedRow[], bound: bigint | null): number {
  if (bound === null) return 0;
  let [low, high] = [0, rows.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    const row = rows[middle];
    if (row !== undefined && row.time <= bound) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** The index of the first row that an exclusive start leaves out; the number of rows without a start. */
function firstExcluded(rows: readonly TimedRow[], start: bigint | null): number {
  return start === null ? rows.length : firstAtOrBefore(rows, start);
}

function boundParameter(
  parameters: URLSearchParams,
  name: "start" | "end",
  timeOf: (id: string) => bigint | null,
): bigint | null {
  const text = parameters.get(name) ?? "";
  if (text === "") return null;
  const time = exactTime(text) ?? timeOf(text);
  if (time === null) throw new InvalidArgument(name);
  return time;
}

function exactSeconds(seconds: number): bigint {
  const time = exactTime(String(seconds));
  if (time === null) throw new TypeError(`not Unix seconds: ${seconds}`);
  return time;
}
