import { expect, test } from "vitest";
import type { AuditEvent } from "../src/audit-event.ts";
import type { TradeReview } from "../src/plan/review.ts";
import { type NaiveBook, naiveBook } from "./support/naive-book.ts";
import { fill } from "./support/told.ts";
import { emptyBatch } from "./support/told-batch.ts";

type Act = Pick<Extract<TradeReview, { act: "decide" }>, "act" | "link" | "suggestion"> | { readonly act: "undo" };

const decision = (tradePlanId: string): Act => ({ act: "decide", link: { tradePlanId }, suggestion: null });

/** Plans one review of the book's only trade, and answers with the events of it. */
function eventsOf(book: NaiveBook, number: number, act: Act): readonly AuditEvent[] {
  const { id: tradeId, version } = book.trade();
  const batch = { ...emptyBatch(number), accounts: ["test/A1"], reviews: [{ tradeId, version, ...act }] };
  return book.commit(batch).audit;
}

test("audit: a review and its undo are an event each, with what was decided before and after", () => {
  const book = naiveBook();
  book.tell(fill());
  const { id: tradeId } = book.trade();
  const pending = { inbox: "pending_review", link: null };
  const reviewed = { inbox: "reviewed", link: { tradePlanId: "P1" } };
  const [made, ...others] = eventsOf(book, 2, decision("P1"));
  const trade = { symbol: "AAPL", side: "buy", quantity: "10" };
  expect(made).toMatchObject({ action: "trade.reviewed", tradeId, details: { trade, from: pending, to: reviewed } });
  expect(others).toEqual([]);
  const undone = eventsOf(book, 3, { act: "undo" });
  expect(undone).toMatchObject([{ action: "trade.review_undone", tradeId, details: { from: reviewed, to: pending } }]);
});

test("audit: an undo that takes nothing back is none", () => {
  const book = naiveBook();
  book.tell(fill());
  expect(eventsOf(book, 2, { act: "undo" })).toEqual([]);
  expect(eventsOf(book, 3, decision("P1"))).toHaveLength(1);
});

test("audit: the events of one batch have the same ids however often it is planned, those of two batches others", () => {
  const idsOf = (number: number) => {
    const book = naiveBook();
    book.tell(fill());
    return eventsOf(book, number, decision("P1")).map(({ id }) => id);
  };
  expect(idsOf(2)).toEqual(idsOf(2));
  expect(idsOf(2)).not.toEqual(idsOf(3));
});
