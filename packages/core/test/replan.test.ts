import { expect, test } from "vitest";
import { replanBatch } from "../src/plan/replan-batch.ts";
import { tradeFromMembers } from "../src/plan/trade-from-members.ts";
import { type NaiveBook, naiveBook, only } from "./support/naive-book.ts";
import { cancel, fill, statement, usd } from "./support/told.ts";
import { instantAt } from "./support/told-batch.ts";

test("replanBatch: it is JSON, holds no record, and locks the accounts of its families", () => {
  const book = naiveBook();
  book.tell(fill({ account: "A/2" }), fill({ familyId: "E2" }), fill({ familyId: "E/3" }));
  const batch = replanBatch({ owner: "owner", families: book.rows.reports, id: "r", at: instantAt(9) });
  expect(JSON.parse(JSON.stringify(batch))).toEqual(batch);
  expect(batch.accounts).toEqual(["test/A%2F2", "test/A1"]);
  expect([batch.run, batch.reports, batch.fetched]).toEqual([null, [], 0]);
});

test("replan: what is right stays, a pin too", () => {
  const book = conflictedBook();
  book.pin(only(book.rows.reports.filter((row) => row.price === "99")).revisionKey);
  const before = structuredClone(book.rows);
  const plan = replan(book);
  expect([plan.marks, plan.trades, plan.tradesRemoved]).toEqual([[], [], []]);
  expect(book.rows).toEqual(before);
});

test("replan: wrong marks and a lost problem are put right", () => {
  const book = conflictedBook();
  const before = structuredClone(book.rows);
  book.rows.reports = book.rows.reports.map((row) => {
    return { ...row, canonical: false, voided: row.familyKey.endsWith("E2") };
  });
  book.rows.problems = [];
  const plan = replan(book);
  expect(plan.marks.length).toBeGreaterThan(0);
  expect(plan.trades).toEqual([]);
  expect(book.rows).toEqual(before);
});

test("replan: where fills were lost the marks are put right first, then the trades by their fills", () => {
  const book = conflictedBook();
  const before = structuredClone(book.rows);
  book.rows.reports = book.rows.reports.map((row) => ({ ...row, fill: null, tradeId: null }));
  replan(book);
  expect(book.rows.reports).toEqual(before.reports);
  const trade = only(book.rows.trades);
  expect(trade.totals).not.toEqual(before.trades[0]?.totals);
  expect(tradeFromMembers(trade, book.rows.reports)?.totals).toEqual(before.trades[0]?.totals);
});

test("replan: families that are not stored are passed over", () => {
  const book = naiveBook();
  const families = [{ familyKey: "test/A1/x:none", revisionKey: "none" }];
  const plan = book.commit(replanBatch({ owner: "owner", families, id: "r", at: instantAt(9) }));
  expect(plan).toMatchObject({ marks: [], trades: [], tradesRemoved: [], problemsOpened: [], stats: { fetched: 0 } });
});

test("tradeFromMembers: wrong totals become those of the fills, and nothing else changes", () => {
  const book = conflictedBook();
  const stored = only(book.rows.trades);
  const wrong = { ...stored, totals: { ...stored.totals, activeCount: 7, fees: [] }, side: "sell" } as const;
  expect(tradeFromMembers(wrong, book.rows.reports)).toEqual(stored);
});

test("tradeFromMembers: a trade without fills is none", () => {
  const book = conflictedBook();
  const stored = only(book.rows.trades);
  expect(tradeFromMembers(stored, [])).toBeNull();
  expect(tradeFromMembers({ ...stored, id: "other" }, book.rows.reports)).toBeNull();
});

/** One trade of three fills: one with a conflict, one corrected, one canceled. */
function conflictedBook(): NaiveBook {
  const book = naiveBook();
  book.tell(fill(), fill({ price: "99" }));
  book.tell(fill({ familyId: "E2", executedAt: "2026-01-05T09:00:00Z" }), fill({ familyId: "E2", revision: 1 }));
  book.tell(statement({ familyId: "E3", aliases: ["trade:7"], sequence: "5", fees: usd("1") }));
  book.tell(cancel({ aliases: ["trade:7"], sequence: "6" }));
  return book;
}

function replan(book: NaiveBook) {
  return book.commit(replanBatch({ owner: "owner", families: book.rows.reports, id: "replan", at: instantAt(99) }));
}
