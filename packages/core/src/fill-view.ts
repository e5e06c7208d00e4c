import type { StoredReport } from "./plan/plan-types.ts";
import type { StoredFill } from "./store-contract.ts";

/** A report that stands for its fill, as statistics see it. @throws Error for one that stands for none. */
export function fillView(report: StoredReport): StoredFill {
  const { revisionKey, tradeId, fill, broker, account, instrument, side, quantity, price, executedAt } = report;
  if (fill === null || tradeId === null) throw new Error(`report ${revisionKey} stands for no fill`);
  const { state, fees, decision } = fill;
  const facts = { broker, account, instrument, side, quantity, price, executedAt };
  return { id: revisionKey, tradeId, ...facts, state, fees, link: decision?.link ?? null };
}
