import { expect, test } from "vitest";
import type { CommitPlan } from "../src/plan/commit-batch.ts";
import { tradeFromMembers } from "../src/plan/trade-from-members.ts";
import { type NaiveBook, naiveBook } from "./support/naive-book.ts";
import { cancel, fill, usd } from "./support/told.ts";
import { emptyBatch } from "./support/told-batch.ts";

/** Undoes what the commit of this number told. */
function undo(book: NaiveBook, number: number, id = `undo of ${number}`): CommitPlan {
  const jobId = `job ${number}`;
  const families = book.rows.reports.filter((row) => row.jobId === jobId).map(({ familyKey }) => familyKey);
  const cancels = book.rows.cancels.filter((row) => row.jobId === jobId);
  return book.commit({
    ...emptyBatch(900),
    undo: { jobId, connectionId: "conn1", id, families: [...new Set(families)], cancels },
  });
}

const named = (fills: readonly { readonly executionId: string | null }[] = []) => fills.map((one) => one.executionId);

test("undo: a trade is what is left of it, and gone with its last fill", () => {
  const book = naiveBook();
  book.tell(fill({ familyId: "E1", executedAt: "2026-01-05T09:00:00Z", fees: usd("1") }));
  book.tell(fill({ familyId: "E2", quantity: "5" }), fill({ familyId: "E3", price: "90" }));
  const whole = book.trade();
  const plan = undo(book, 1);
  expect(named(plan.undo?.reversed)).toEqual(["E1"]);
  const [trade] = book.rows.trades;
  expect(book.trade()).toMatchObject({ id: whole.id, version: 3, quantity: "15", executionCount: 2, fees: [] });
  expect(trade && tradeFromMembers(trade, book.rows.reports)).toEqual(trade);
  expect(plan.stats).toMatchObject({ fetched: 0, canonicalChanges: 1, tradesTouched: 1 });
  undo(book, 2);
  expect([book.trades(), book.canonical()]).toEqual([[], []]);
});

test("undo: the report before counts again, and what is told again is new", () => {
  const book = naiveBook();
  book.tell(fill());
  book.tell(fill({ revision: 1, price: "7" }));
  expect(book.trade().averagePrice).toBe("7");
  undo(book, 2);
  expect(book.trade().averagePrice).toBe("100");
  expect(book.tell(fill({ revision: 1, price: "7" }), fill())).toMatchObject({
    corrected: 1,
    duplicates: 1,
    fetched: 2,
  });
  expect(book.trade().averagePrice).toBe("7");
  expect(book.canonical().map(({ jobId, undone }) => [jobId, undone])).toEqual([["job 3", null]]);
});

test("undo: fills that were reviewed, told or canceled since stay", () => {
  const book = naiveBook();
  const ids = ["E1", "E2", "E3", "E4"];
  book.tell(...ids.map((familyId) => fill({ familyId, order: { permanentId: familyId } })));
  book.review(book.trades()[0] ?? book.trade(), null);
  book.tell(fill({ familyId: "E2", order: { permanentId: "E2" }, revision: 1 }));
  book.tell(cancel({ familyId: "E3", revision: 0, quantity: "10", price: "100" }));
  const { undo: outcome } = undo(book, 1);
  expect([named(outcome?.reversed), named(outcome?.kept), named(outcome?.blocked)]).toEqual([
    ["E4"],
    ["E1"],
    ["E2", "E3"],
  ]);
  expect(outcome?.blocked.map(({ reason, jobIds }) => [reason, jobIds])).toEqual([
    ["told_since", ["job 3"]],
    ["canceled_since", ["job 4"]],
  ]);
  expect(book.trades().map(({ orderId, status }) => [orderId, status])).toEqual([
    ["E1", "unknown"],
    ["E2", "unknown"],
    ["E3", "canceled"],
  ]);
});

test("undo: a cancel of two fills stays for both when one of them stays", () => {
  const book = naiveBook();
  const aliases = ["trade:T1"] as const;
  const both = ["E1", "E2"].map((familyId) =>
    fill({ familyId, aliases: [...aliases], order: { permanentId: familyId } }),
  );
  book.tell(...both);
  book.tell(cancel({ aliases: [...aliases], quantity: "10", price: "100" }));
  expect(book.trades().map(({ status }) => status)).toEqual(["canceled", "canceled"]);
  const [one] = book.trades();
  if (one !== undefined) book.review(one, null);
  const { undo: outcome } = undo(book, 2);
  expect([outcome?.reversed, named(outcome?.kept), named(outcome?.blocked)]).toEqual([[], ["E1"], ["E2"]]);
  expect(outcome?.blocked[0]?.reason).toBe("cancel_shared");
  expect(book.trades().map(({ status }) => status)).toEqual(["canceled", "canceled"]);
});

test("undo: the same undo again counts what it hid, another one finds nothing", () => {
  const book = naiveBook();
  book.tell(fill());
  const families = book.rows.reports.map(({ familyKey }) => familyKey);
  const again = (id: string) =>
    book.commit({ ...emptyBatch(901), undo: { jobId: "job 1", connectionId: "conn1", id, families, cancels: [] } })
      .undo;
  expect(again("one")).toMatchObject({ reportCount: 1, reversed: [{ executionId: "E1" }] });
  expect(again("one")).toMatchObject({ reportCount: 1, reversed: [{ executionId: "E1" }] });
  expect(again("other")).toMatchObject({ reportCount: 0, reversed: [] });
  expect(book.tell(fill())).toMatchObject({ inserted: 1, pendingReview: 1 });
});

test("undo: problems of what is gone are over, and an earlier cancel waits again", () => {
  const book = naiveBook();
  const bust = cancel({ familyId: "E1", revision: 0, quantity: "10", price: "100" });
  book.tell(bust);
  book.tell(fill(), fill({ familyId: "E2" }), fill({ familyId: "E2", price: "7" }));
  expect(book.problems()).toEqual(["conflict"]);
  undo(book, 2);
  expect(book.problems()).toEqual(["unmatched_cancel"]);
  undo(book, 1);
  expect(book.problems()).toEqual([]);
  expect(book.tell(bust)).toMatchObject({ canceled: 1, duplicates: 0 });
  expect(book.problems()).toEqual(["unmatched_cancel"]);
});
