import { expectedTradeFills, inFixedOrder } from "./oracle.ts";
import type { Delivered } from "./oracle-report.ts";
import { oracleReport } from "./oracle-report.ts";
import { type ExpectedTrade, expectedTrade, type OracleFill } from "./oracle-trade.ts";

/** A person's decision about the trade that then held a report. */
export interface OracleReview {
  /** All records that had been delivered when it was made. */
  readonly delivered: readonly Delivered[];
  /** Any report of the reviewed trade; a report that no fill counts makes the review empty. */
  readonly tradeOf: Extract<Delivered, { readonly kind: "execution" }>;
  readonly link: string | null;
}

export interface ReviewedTrade {
  readonly trade: ExpectedTrade;
  /** The latest decision of its fills; null when it says neither or when there is none. */
  readonly link: string | null;
  readonly decided: "all" | "some" | "none";
  readonly changedSinceReview: boolean;
}

interface Decision {
  readonly place: number;
  readonly link: string | null;
  readonly seen: string;
}

/** The trades with the decisions that hold after all `reviews`, which stand in the order in which they were made. */
export function reviewedTrades(
  delivered: readonly Delivered[],
  reviews: readonly OracleReview[],
): readonly ReviewedTrade[] {
  const decisions = new Map<string, Decision>();
  for (const [place, review] of reviews.entries()) {
    for (const fill of reviewedFills(review)) {
      for (const key of decisionKeys(fill)) decisions.set(key, { place, link: review.link, seen: stateText(fill) });
    }
  }
  return inFixedOrder(expectedTradeFills(delivered).map((fills) => reviewedTrade(fills, decisions)));
}

function reviewedFills({ delivered, tradeOf }: OracleReview): readonly OracleFill[] {
  const { broker, account, familyKey } = oracleReport(tradeOf.input, tradeOf.ordinal);
  const trade = expectedTradeFills(delivered).find((fills) =>
    fills.some(
      (fill) => fill.report.broker === broker && fill.report.account === account && fill.familyKeys.includes(familyKey),
    ),
  );
  return trade ?? [];
}

function reviewedTrade(fills: readonly OracleFill[], decisions: ReadonlyMap<string, Decision>): ReviewedTrade {
  const decided = fills.map((fill) => ({ fill, decision: latestDecision(fill, decisions) }));
  const made = decided.flatMap(({ fill, decision }) => (decision === null ? [] : [{ fill, decision }]));
  const latest = made.reduce<Decision | null>(
    (best, { decision }) => (best === null || decision.place > best.place ? decision : best),
    null,
  );
  const complete = made.length === fills.length;
  return {
    trade: expectedTrade(fills),
    link: latest?.link ?? null,
    decided: made.length === 0 ? "none" : complete ? "all" : "some",
    changedSinceReview:
      !complete ||
      made.some(({ fill, decision }) => decision.link !== latest?.link || decision.seen !== stateText(fill)),
  };
}

/** A fill keeps what was decided about any family that is read as part of it. */
function latestDecision(fill: OracleFill, decisions: ReadonlyMap<string, Decision>): Decision | null {
  const own = decisionKeys(fill).flatMap((key) => decisions.get(key) ?? []);
  return own.sort((left, right) => right.place - left.place)[0] ?? null;
}

function decisionKeys({ report, familyKeys }: OracleFill): readonly string[] {
  return familyKeys.map((familyKey) => JSON.stringify([report.broker, report.account, familyKey]));
}

/** A canceled fill counts nothing, so its amounts are no part of what was seen. */
function stateText({ report, canceled }: OracleFill): string {
  return canceled ? "canceled" : JSON.stringify([`${report.quantity}`, `${report.price}`, report.side]);
}
