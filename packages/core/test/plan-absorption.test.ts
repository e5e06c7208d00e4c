import { expect, test } from "vitest";
import type { Absorption } from "../src/plan/absorption.ts";
import type { TradeReview } from "../src/plan/review.ts";
import type { Trade } from "../src/read-types.ts";
import { type NaiveBook, naiveBook } from "./support/naive-book.ts";
import { fill } from "./support/told.ts";
import { emptyBatch } from "./support/told-batch.ts";

const manual = { broker: "manual", account: "M", familyId: "M1", order: { permanentId: "M1" } } as const;
const accounts = ["manual/M", "test/A1"];
let number = 100;

function review(book: NaiveBook, ...reviews: readonly TradeReview[]): void {
  number += 1;
  book.commit({ ...emptyBatch(number), accounts, reviews });
}

function absorb(book: NaiveBook, act = "act"): void {
  const [given, trade] = [tradeOf(book, "manual"), tradeOf(book, "test")];
  const shared = { act, familyKey: "manual/M/x:M1" };
  const absorbs: Absorption = { role: "absorbs", ...shared, tradeId: given.id };
  const absorbed: Absorption = { role: "absorbed", ...shared, tradeId: trade.id };
  const decided = { act: "decide", link: given.link, suggestion: null } as const;
  review(
    book,
    { ...seen(trade), ...decided, absorption: absorbs },
    { ...seen(given), act: "absorbed", absorption: absorbed },
  );
}

function aBook(): NaiveBook {
  const book = naiveBook();
  book.tell(fill(manual));
  review(book, { ...seen(book.trade()), act: "decide", link: { campaignId: "C1" }, suggestion: null });
  book.tell(fill());
  return book;
}

function tradeOf(book: NaiveBook, broker: string): Trade {
  const trade = book.trades().find((one) => one.broker === broker);
  if (trade === undefined) throw new Error(`there is no trade of ${broker}`);
  return trade;
}

const seen = ({ id, version }: Trade) => ({ tradeId: id, version });
const quantities = (book: NaiveBook) => ["manual", "test"].map((broker) => tradeOf(book, broker).quantity);

test("absorption: the manual fill counts no more, and its link is the imported trade's", () => {
  const book = aBook();
  absorb(book);
  expect(quantities(book)).toEqual(["0", "10"]);
  expect(tradeOf(book, "test")).toMatchObject({
    link: { campaignId: "C1" },
    inbox: "reviewed",
    changedSinceReview: false,
  });
  book.tell(fill({ revision: 1, quantity: "12" }), fill({ familyId: "E2" }));
  expect(quantities(book)).toEqual(["0", "22"]);
});

test("absorption: to undo the review gives the manual fill back, to undo a later review does not", () => {
  const book = aBook();
  absorb(book);
  const later = { act: "decide", link: { tradePlanId: "P1" }, suggestion: null } as const;
  review(book, { ...seen(tradeOf(book, "test")), ...later });
  review(book, { ...seen(tradeOf(book, "test")), act: "undo" });
  expect([quantities(book), tradeOf(book, "test").link]).toEqual([["0", "10"], { campaignId: "C1" }]);
  for (const tradePlanId of ["P2", "P3"]) {
    review(book, { ...seen(tradeOf(book, "test")), ...later, link: { tradePlanId } });
  }
  review(book, { ...seen(tradeOf(book, "test")), act: "undo" });
  expect([quantities(book), tradeOf(book, "test").link]).toEqual([["0", "10"], { tradePlanId: "P2" }]);
  review(book, { ...seen(tradeOf(book, "test")), act: "undo" });
  expect([quantities(book), tradeOf(book, "test").inbox]).toEqual([["10", "10"], "pending_review"]);
  expect(tradeOf(book, "manual").link).toEqual({ campaignId: "C1" });
});

test("absorption: an undo that did not lock the manual account is refused, and so is a second absorption", () => {
  const book = aBook();
  absorb(book);
  const undo = { ...seen(tradeOf(book, "test")), act: "undo" } as const;
  const unlocked = { ...emptyBatch(99), accounts: ["test/A1"], reviews: [undo] };
  expect(() => book.commit(unlocked)).toThrow("nothing was reviewed");
  expect(() => absorb(book, "another")).toThrow("nothing was reviewed");
  expect(quantities(book)).toEqual(["0", "10"]);
});

test("absorption: it binds and is given back where a better id of the fill is told after it", () => {
  const book = naiveBook();
  book.tell(fill(manual));
  review(book, { ...seen(book.trade()), act: "decide", link: { campaignId: "C1" }, suggestion: null });
  book.tell(fill({ familyId: null, aliases: ["trade:T1"] }));
  absorb(book);
  book.tell(fill({ aliases: ["trade:T1"] }));
  expect(quantities(book)).toEqual(["0", "10"]);
  const undo = { ...seen(tradeOf(book, "test")), act: "undo" } as const;
  const unlocked = { ...emptyBatch(99), accounts: ["test/A1"], reviews: [undo] };
  expect(() => book.commit(unlocked)).toThrow("nothing was reviewed");
  expect(() => absorb(book, "another")).toThrow("nothing was reviewed");
  review(book, undo);
  expect(quantities(book)).toEqual(["10", "10"]);
  expect(tradeOf(book, "test").inbox).toBe("pending_review");
});

test("absorption: the first decision on a manual trade is never undone", () => {
  const book = aBook();
  review(book, { ...seen(tradeOf(book, "manual")), act: "undo" });
  expect(tradeOf(book, "manual")).toMatchObject({ inbox: "reviewed", link: { campaignId: "C1" } });
});

test("absorption: a plan refuses reviews that come again: a store answers them by their batch, unplanned", () => {
  const book = aBook();
  const [given, trade] = [tradeOf(book, "manual"), tradeOf(book, "test")];
  const shared = { act: "act", familyKey: "manual/M/x:M1" };
  const batch = {
    ...{ ...emptyBatch(300), accounts },
    reviews: [
      {
        ...{ ...seen(trade), act: "decide", link: null, suggestion: null },
        absorption: { role: "absorbs", ...shared, tradeId: given.id },
      },
      { ...seen(given), act: "absorbed", absorption: { role: "absorbed", ...shared, tradeId: trade.id } },
    ] satisfies TradeReview[],
  };
  book.commit(batch);
  const before = structuredClone(book.rows);
  expect(() => book.commit(batch)).toThrow("nothing was reviewed");
  expect(book.rows).toEqual(before);
});
