/**
 * The database's time so many milliseconds on, as an expression; null where the parameter is null. `now()` is when the
 * transaction began, `clock_timestamp()` is this moment, however long the statement waited for a lock.
 *
 * @param parameter holds the milliseconds.
 */
export function timeAfter(from: "now()" | "clock_timestamp()", parameter: `$${number}`): string {
  return `${from} + ${parameter}::bigint * interval '1 millisecond'`;
}
