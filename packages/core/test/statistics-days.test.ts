import { describe, expect, test } from "vitest";
import { decimal } from "../src/decimal.ts";
import { instant } from "../src/instant.ts";
import type { Link } from "../src/plan/plan-types.ts";
import { campaignTotals, fillCampaign } from "../src/statistics/campaign-totals.ts";
import { realizedByDay } from "../src/statistics/realized-by-day.ts";
import type { StatFill } from "../src/statistics/stat-fill.ts";

/** `"2026-01-05T15:00 ACME buy 100 at 10 USD"`, of a fee of one US dollar unless told otherwise. */
function fill(id: string, text: string, details: Partial<StatFill> = {}): StatFill {
  const [time, symbol = "", side, quantity = "", , price = "", currency = ""] = text.split(" ");
  return {
    ...{ id, tradeId: `trade of ${id}`, instrumentKey: symbol, account: null, link: null, source: "broker" },
    instrument: {
      ...{ symbol, rawSymbol: symbol, kind: "stock", currency: currency === "?" ? null : currency },
      ...{ base: null, exchange: null, conid: null, multiplier: symbol === "FUT" ? decimal("50") : null },
    },
    side: side === "buy" ? "buy" : "sell",
    ...{ quantity: decimal(quantity), price: decimal(price), fees: [{ amount: decimal("1"), currency: "USD" }] },
    executedAt: instant(time?.includes(":00Z") ? time : `${time}:00Z`),
    ...details,
  };
}

describe("realizedByDay", () => {
  const fills = [
    fill("1", "2026-01-05T15:00 ACME buy 10 at 10 USD"),
    fill("2", "2026-01-05T15:01 BASF buy 5 at 40 EUR", { fees: null }),
    fill("3", "2026-01-05T16:00 ACME sell 4 at 12 USD"),
    fill("4", "2026-01-07T15:00 ACME sell 6 at 9 USD", {
      fees: [{ amount: decimal("-0.2"), currency: "USD", estimated: true }],
    }),
    fill("5", "2026-01-07T15:01 BASF sell 5 at 41 EUR", { fees: [{ amount: decimal("2"), currency: "CHF" }] }),
    fill("6", "2026-01-08T15:00 FUT buy 1 at 5000 USD", { fees: [] }),
  ];

  test("each day has what it closed, its fees, and all before it", () => {
    // 4 x (12 - 10) = 8. 6 x (9 - 10) = -6. 5 x (41 - 40) = 5.
    expect(realizedByDay([...fills].reverse())).toEqual([
      {
        day: "2026-01-05",
        realized: [{ currency: "USD", amount: "8" }],
        fees: [{ currency: "USD", amount: "2" }],
        unknownFeeCount: 1,
        cumulativeRealized: [{ currency: "USD", amount: "8" }],
        cumulativeFees: [{ currency: "USD", amount: "2" }],
      },
      {
        day: "2026-01-07",
        realized: [
          { currency: "EUR", amount: "5" },
          { currency: "USD", amount: "-6" },
        ],
        fees: [
          { currency: "CHF", amount: "2" },
          { currency: "USD", amount: "-0.2", estimated: true },
        ],
        unknownFeeCount: 0,
        cumulativeRealized: [
          { currency: "EUR", amount: "5" },
          { currency: "USD", amount: "2" },
        ],
        cumulativeFees: [
          { currency: "CHF", amount: "2" },
          { currency: "USD", amount: "1.8", estimated: true },
        ],
      },
      {
        ...{ day: "2026-01-08", realized: [], fees: [], unknownFeeCount: 0 },
        cumulativeRealized: [
          { currency: "EUR", amount: "5" },
          { currency: "USD", amount: "2" },
        ],
        cumulativeFees: [
          { currency: "CHF", amount: "2" },
          { currency: "USD", amount: "1.8", estimated: true },
        ],
      },
    ]);
  });

  test.each([
    ["2026-03-08T04:59:59.999999Z", "America/New_York", "2026-03-07"],
    ["2026-03-08T05:00:00Z", "America/New_York", "2026-03-08"],
    // The clock went forward on the 8th: that day had 23 hours.
    ["2026-03-09T03:59:59.999999Z", "America/New_York", "2026-03-08"],
    ["2026-03-09T04:00:00Z", "America/New_York", "2026-03-09"],
    ["2026-03-08T18:14:59.999999Z", "Asia/Kathmandu", "2026-03-08"],
    ["2026-03-08T18:15:00Z", "Asia/Kathmandu", "2026-03-09"],
    ["2026-12-31T23:59:59.999999Z", "UTC", "2026-12-31"],
    ["2026-12-31T23:59:59.999999Z", "Pacific/Auckland", "2027-01-01"],
  ])("%s in %s is on %s", (time, timeZone, day) => {
    const one = fill("1", "2026-01-05T15:00 ACME buy 1 at 1 USD", { executedAt: instant(time) });
    expect(realizedByDay([one], { timeZone }).map((entry) => entry.day)).toEqual([day]);
  });

  test("an unknown zone is refused, no fills are no days", () => {
    expect(() => realizedByDay([], { timeZone: "Mars/Olympus" })).toThrow(RangeError);
    expect(realizedByDay([])).toEqual([]);
  });
});

describe("campaignTotals", () => {
  const plan = (tradePlanId: string) => ({ tradePlanId });
  const direct = (campaignId: string) => ({ campaignId });
  const campaigns: Readonly<Record<string, string>> = { "plan-spring": "spring" };
  const campaignOf = (tradePlanId: string) => campaigns[tradePlanId] ?? null;

  test.each<[string, Link, string | null]>([
    ["a plan's campaign", plan("plan-spring"), "spring"],
    ["a plan without a campaign: none", plan("plan-free"), null],
    ["no plan: the direct campaign", direct("autumn"), "autumn"],
    ["neither: none", null, null],
    // A host's row may carry both although a link does not: the plan decides, even when it has no campaign.
    ["both: the plan's", { ...plan("plan-spring"), ...direct("autumn") }, "spring"],
    ["both and the plan has none: none", { ...plan("plan-free"), ...direct("autumn") }, null],
  ])("%s", (_, link, campaignId) => {
    expect(fillCampaign({ link }, { campaignOf })).toBe(campaignId);
  });

  const fills = [
    fill("1", "2026-01-05T15:00 ACME buy 10 at 10 USD", { link: plan("plan-spring"), tradeId: "one" }),
    fill("2", "2026-01-05T15:01 ACME buy 5 at 20 USD", { link: direct("autumn") }),
    fill("3", "2026-01-05T15:02 ACME sell 6 at 30 USD", { link: direct("spring"), source: "manual" }),
    fill("4", "2026-01-05T15:03 ACME sell 5 at 25 USD", { link: direct("autumn"), fees: null }),
    fill("5", "2026-01-05T15:04 FUT sell 2 at 100 USD", { link: plan("plan-spring"), tradeId: "one" }),
    fill("6", "2026-01-05T15:05 FUT buy 1 at 90 USD", { link: plan("plan-free") }),
    fill("7", "2026-01-05T15:06 ODD buy 3 at 2 ?"),
  ];

  test("each fill counts once, in its campaign alone", () => {
    const [autumn, spring, none] = campaignTotals([...fills].reverse(), { campaignOf });
    // 5 x (25 - 20) = 25: the older lot of 10 belongs to another campaign.
    expect(autumn).toEqual({
      ...{ campaignId: "autumn", tradeCount: 2, executionCount: 2, canceledCount: 0, unknownFeeCount: 1 },
      currencies: [
        {
          ...{ currency: "USD", boughtQuantity: "5", boughtNotional: "100" },
          ...{ soldQuantity: "5", soldNotional: "125", realized: "25" },
        },
      ],
      ...{ fees: [{ currency: "USD", amount: "1" }], sources: ["broker"] },
      ...{ firstExecutedAt: fills[1]?.executedAt, lastExecutedAt: fills[3]?.executedAt },
    });
    // 6 x (30 - 10) = 120. Sold for 6 x 30 + 2 x 100 x 50 = 10180.
    expect(spring).toMatchObject({
      ...{ campaignId: "spring", tradeCount: 2, executionCount: 3, sources: ["broker", "manual"] },
      currencies: [
        { boughtQuantity: "10", boughtNotional: "100", soldQuantity: "8", soldNotional: "10180", realized: "120" },
      ],
    });
    // The future bought under a plan without a campaign does not close the one that spring sold.
    expect(none).toMatchObject({
      ...{ campaignId: null, tradeCount: 2, executionCount: 2 },
      currencies: [
        { currency: "USD", boughtQuantity: "1", boughtNotional: "4500", realized: "0" },
        { currency: null, boughtQuantity: "3", boughtNotional: "6", realized: "0" },
      ],
    });
  });

  test("a plan is asked for once, and no fills are no campaigns", () => {
    const asked: string[] = [];
    campaignTotals(fills, {
      campaignOf(tradePlanId) {
        asked.push(tradePlanId);
        return null;
      },
    });
    expect(asked).toEqual(["plan-spring", "plan-free"]);
    expect(campaignTotals([], { campaignOf })).toEqual([]);
  });
});
