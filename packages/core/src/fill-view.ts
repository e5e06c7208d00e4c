import { executionView } from "./execution-view.ts";
import type { Json } from "./json.ts";
import type { StoredReport } from "./plan/plan-types.ts";
import type { Fill } from "./read-types.ts";
import type { StoredFill } from "./store-contract.ts";
import { MANUAL } from "./trade-view.ts";

/** True for a report that stands for a fill of a list: a manual one that its owner took away is in none. */
export function isListedFill({
  fill,
  broker,
  canonical,
}: Pick<StoredReport, "fill" | "broker" | "canonical">): boolean {
  return fill !== null && (broker !== MANUAL || canonical);
}

/** A report that stands for its fill, as statistics see it. @throws Error for one that stands for none. */
export function fillView(report: StoredReport): StoredFill {
  const { broker, account, instrument, side, quantity, price, executedAt, revisionKey } = report;
  const { tradeId, fill } = standing(report);
  const facts = { broker, account, instrument, side, quantity, price, executedAt };
  return { id: revisionKey, tradeId, ...facts, state: fill.state, fees: fill.fees, link: fill.decision?.link ?? null };
}

/** A report that stands for its fill, as people see it. @throws Error for one that stands for none. */
export function fillItem(report: StoredReport & { readonly raw: Json }): Fill {
  const { tradeId, fill } = standing(report);
  const { decision } = fill;
  return {
    id: report.revisionKey,
    familyKey: report.familyKey,
    tradeId,
    kind: report.kind,
    state: fill.state === "active" ? "counts" : "canceled",
    execution: executionView(report),
    fees: fill.fees,
    link: decision?.link ?? null,
    decision:
      decision === null
        ? null
        : { link: decision.link, decidedAt: decision.decidedAt, changedSinceReview: decision.stale },
  };
}

function standing({ revisionKey, tradeId, fill }: StoredReport) {
  if (fill === null || tradeId === null) throw new Error(`report ${revisionKey} stands for no fill`);
  return { tradeId, fill };
}
