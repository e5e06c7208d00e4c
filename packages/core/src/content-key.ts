import { type ExecutionInput, executionSchema } from "./execution.ts";
import { contentText, scopeKey } from "./identify.ts";
import { type Instant, parseInstant } from "./instant.ts";
import { safeParse } from "./safe-parse.ts";

/**
 * Equal for executions that look the same: account, instrument, side, quantity, price and second, without fees and order
 * ids. A connector numbers records without any id by it, see `PageRecord.ordinal`; null for what is no valid execution.
 *
 * @example
 * const seen = new Map<string | null, number>();
 * const ordinal = (execution: ExecutionInput) => {
 *   const key = contentKey(execution);
 *   const number = seen.get(key) ?? 0;
 *   seen.set(key, number + 1);
 *   return number;
 * };
 */
export function contentKey(execution: ExecutionInput): string | null {
  const parsed = safeParse(executionSchema, execution);
  return parsed.success ? `${scopeKey(parsed.data)}/${contentText(parsed.data)}` : null;
}

/**
 * The first and the last microsecond of the second that all reports with this content key share, so that a store can
 * find them by time.
 *
 * @throws RangeError for text that is no content key.
 */
export function contentSecond(contentKey: string): { readonly from: Instant; readonly to: Instant } {
  // Broker and account are percent-encoded: the first bar ends the time.
  const second = /^[^/|]*\/[^/|]*\/([^|]*)\|/.exec(contentKey)?.[1] ?? "";
  const [from, to] = [parseInstant(`${second}.000000Z`), parseInstant(`${second}.999999Z`)];
  if (from !== null && to !== null) return { from, to };
  throw new RangeError(`not a content key: ${JSON.stringify(contentKey.slice(0, 200))}`);
}
