import { expect, test } from "vitest";
import { checkFlexQuery } from "../src/flex-query-check.ts";
import { confirmRow, tradeRow } from "./support/flex-rows.ts";

test("query check: a query with all columns needs nothing", () => {
  const nothing = { missing: [], blocking: false, message: null };
  expect(checkFlexQuery({ type: "AF", columns: Object.keys(tradeRow) })).toEqual(nothing);
  const columns = [...Object.keys(confirmRow), "origTradeID", "orderReference"];
  expect(checkFlexQuery({ type: "TCF", columns })).toEqual(nothing);
});

test("query check: missing columns come by what is lost, the gravest first, with the box to tick", () => {
  const gone = ["ibCommission", "orderReference", "ibExecID", "dateTime", "origTradeID", "quantity"];
  const columns = Object.keys(tradeRow).filter((column) => !gone.includes(column));
  const check = checkFlexQuery({ type: "AF", columns });
  expect(check.missing.map(({ column, use }) => `${use} ${column}`)).toEqual([
    ...["identity ibExecID", "amount quantity", "time dateTime", "correction origTradeID", "fee ibCommission"],
    "detail orderReference",
  ]);
  expect(check.blocking).toBe(true);
  expect(check.message).toBe(
    "The Flex query lacks columns. Tick in Trades, at the level Executions: IB Execution ID, Quantity, Date/Time, Orig Trade ID, IB Commission, Order Reference",
  );
  expect(check.missing[0]?.message).toMatch(/^IB Execution ID: without it fills cannot be told apart/);
});

test("query check: tradeDate and tradeTime together stand for dateTime", () => {
  const columns = Object.keys(tradeRow).filter((column) => column !== "dateTime");
  expect(checkFlexQuery({ type: "AF", columns }).missing).toHaveLength(1);
  expect(checkFlexQuery({ type: "AF", columns: [...columns, "tradeTime"] }).missing).toEqual([]);
});

test("query check: only columns of fees missing do not block, and without rows nothing can be said", () => {
  const columns = Object.keys(tradeRow).filter((column) => column !== "taxes");
  expect(checkFlexQuery({ type: "AF", columns }).blocking).toBe(false);
  expect(checkFlexQuery({ type: "AF", columns: [] })).toEqual({ missing: [], blocking: false, message: null });
});
