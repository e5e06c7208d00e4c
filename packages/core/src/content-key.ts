import { type ExecutionInput, executionSchema } from "./execution.ts";
import { contentText, scopeKey } from "./identify.ts";

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
  const parsed = executionSchema.safeParse(execution);
  return parsed.success ? `${scopeKey(parsed.data)}/${contentText(parsed.data)}` : null;
}
