import { describe, expect, test } from "vitest";
import { naiveBook } from "./support/naive-book.ts";
import { cancel, fill, statement, type Told, usd } from "./support/told.ts";
import { emptyBatch } from "./support/told-batch.ts";

const plan = { tradePlanId: "plan 1" };
const second = { familyId: "E2", executedAt: "2026-01-05T11:00:00Z" } as const;

/** A book whose only trade was reviewed. */
function reviewedBook(...records: readonly Told[]) {
  const book = naiveBook();
  book.tell(...(records.length === 0 ? [fill()] : records));
  book.review(book.trade(), plan);
  return book;
}

describe("plan: a review writes one decision for each fill", () => {
  test("a trade waits for review until then", () => {
    const book = naiveBook();
    expect(book.tell(fill())).toMatchObject({ pendingReview: 1 });
    expect(book.trade()).toMatchObject({ inbox: "pending_review", link: null, changedSinceReview: false });
    book.review(book.trade(), plan);
    expect(book.trade()).toMatchObject({ inbox: "reviewed", link: plan, changedSinceReview: false });
  });

  test("deliberately no link is a decision too", () => {
    const book = naiveBook();
    book.tell(fill());
    book.review(book.trade(), null);
    expect(book.trade()).toMatchObject({ inbox: "reviewed", link: null });
  });

  test("the latest decision counts", () => {
    const book = reviewedBook();
    book.review(book.trade(), { campaignId: "campaign 1" });
    expect(book.trade()).toMatchObject({ link: { campaignId: "campaign 1" }, changedSinceReview: false });
    expect(book.rows.decisions).toHaveLength(1);
  });
});

describe("plan: changedSinceReview", () => {
  test.each([
    ["a new fill came", [fill(second)]],
    ["the price changed", [fill({ revision: 1, price: "101" })]],
    ["the quantity changed", [fill({ revision: 1, quantity: "11" })]],
    ["the side changed", [fill({ revision: 1, side: "sell" })]],
    ["the fill was canceled", [cancel({ familyId: "E1", revision: 0 })]],
  ])("%s", (_, news) => {
    const book = reviewedBook();
    book.tell(...news);
    expect(book.trade()).toMatchObject({ inbox: "reviewed", link: plan, changedSinceReview: true });
  });

  test.each([
    ["fees", statement({ fees: usd("1") })],
    ["an equal correction", fill({ revision: 1 })],
    ["the time of execution", statement({ executedAt: "2026-01-05T10:00:01Z" })],
    ["a replay", fill()],
  ])("%s alone ask for no new review", (_, news) => {
    const book = reviewedBook();
    book.tell(news);
    expect(book.trade()).toMatchObject({ link: plan, changedSinceReview: false });
  });

  test("a fill canceled and unseen, then reviewed as canceled, is settled until it counts again", () => {
    const book = reviewedBook(fill(), cancel({ familyId: "E1", revision: 0 }));
    expect(book.trade()).toMatchObject({ inbox: "reviewed", changedSinceReview: false });
    book.tell(fill({ revision: 1 }));
    expect(book.trade().changedSinceReview).toBe(true);
  });

  test("a correction that is taken back by a bust is what was seen again", () => {
    const book = reviewedBook();
    book.tell(fill({ revision: 1, price: "101" }));
    book.tell(cancel({ familyId: "E1", revision: 1 }));
    expect(book.trade().changedSinceReview).toBe(false);
  });

  test("a second review settles it", () => {
    const book = reviewedBook();
    book.tell(fill({ revision: 1, price: "101" }), fill(second));
    book.review(book.trade(), plan);
    expect(book.trade().changedSinceReview).toBe(false);
  });
});

describe("plan: decisions follow fills wherever they move", () => {
  const byReference = { reference: "R1" };
  const byBoth = { reference: "R1", permanentId: "P1" };

  test("a renamed trade stays reviewed", () => {
    const book = reviewedBook(fill({ order: byReference }));
    book.tell(statement({ order: byBoth }));
    expect(book.trade()).toMatchObject({ orderId: "P1", link: plan, changedSinceReview: false });
  });

  test("both parts of a split trade keep the link", () => {
    const book = reviewedBook(fill({ order: byReference }), fill({ ...second, order: byReference }));
    book.tell(statement({ ...second, order: byBoth }));
    expect(book.trades().map((trade) => [trade.link, trade.changedSinceReview])).toEqual([
      [plan, false],
      [plan, false],
    ]);
  });

  test("merged trades with different links show the latest and ask for review", () => {
    const book = naiveBook();
    book.tell(fill({ order: byReference }), fill({ ...second, order: { permanentId: "P1" } }));
    for (const trade of book.trades()) book.review(trade, { tradePlanId: trade.orderId ?? "" });
    book.tell(statement({ order: byBoth }));
    expect(book.trade()).toMatchObject({ link: { tradePlanId: "P1" }, changedSinceReview: true });
  });

  test("merged trades with one link need no review", () => {
    const book = naiveBook();
    book.tell(fill({ order: byReference }), fill({ ...second, order: { permanentId: "P1" } }));
    for (const trade of book.trades()) book.review(trade, plan);
    book.tell(statement({ order: byBoth }));
    expect(book.trade()).toMatchObject({ link: plan, changedSinceReview: false });
  });

  test("a folded family's decision is its host's, and the host's order names the trade", () => {
    const book = reviewedBook(statement({ familyId: null, aliases: ["trade:T1"], order: {} }));
    book.tell(fill({ aliases: ["trade:T1"] }));
    expect(book.trade()).toMatchObject({ link: plan, executionCount: 1, changedSinceReview: false });
  });
});

test("decisions: a row that moves to another host is no change, other amounts of the fill it left are", () => {
  const details = { aliases: ["trade:T1" as const] };
  const named = (familyId: string) => ({
    familyId,
    executionId: familyId,
    order: { permanentId: familyId },
    ...details,
  });
  const row = statement({ familyId: null, executionId: null, order: {}, ...details });
  for (const [price, changed] of [
    ["100", false],
    ["99", true],
  ] as const) {
    const book = naiveBook();
    book.tell(fill({ ...named("E2"), price }), row);
    expect(book.canonical().map(({ source }) => source.connector)).toEqual(["statement"]);
    const { id: tradeId, version } = book.trade();
    const review = { tradeId, version, act: "decide", link: plan, suggestion: null } as const;
    book.commit({ ...emptyBatch(2), reviews: [review] });
    book.tell(fill(named("E1")));
    const shown = book.trades().map(({ orderId, changedSinceReview }) => [orderId, changedSinceReview]);
    expect(Object.fromEntries(shown)).toMatchObject({ E2: changed });
  }
});
