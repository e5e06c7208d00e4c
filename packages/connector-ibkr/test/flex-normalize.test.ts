import type { Json } from "@fillbook/core";
import { cancelSchema, executionSchema } from "@fillbook/core/connector";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { flexContext } from "../src/flex-context.ts";
import { normalizeFlexRow } from "../src/flex-normalize.ts";
import { numberRows } from "../src/flex-row-number.ts";
import { cancelRow, confirmRow, tradeRow, without } from "./support/flex-rows.ts";

const context = flexContext({ type: "AF", account: "U9" });

describe("normalize: account and context", () => {
  test("without the column the account is the statement's, and without that the row is rejected", () => {
    const row = without(tradeRow, "accountId");
    expect(normalizeFlexRow(row, context)).toMatchObject({ kind: "execution", execution: { account: "U9" } });
    expect(normalizeFlexRow(row, { ...context, account: null })).toMatchObject({ kind: "rejected" });
  });

  test.each([
    null,
    1,
    [],
    {},
    { type: "XY", timeZone: "UTC" },
    { type: "AF", timeZone: 1 },
    { type: "AF", timeZone: "UTC", account: 1 },
  ])("the context %j is rejected", (foreign) => {
    const reason = "the page's context is not one that this connector made";
    expect(normalizeFlexRow(tradeRow, foreign)).toEqual({ kind: "rejected", reason });
  });

  test.each([null, 1, "x", [], [tradeRow], true])("%j instead of a row is rejected", (raw) => {
    expect(normalizeFlexRow(raw, context)).toEqual({ kind: "rejected", reason: "the row is not an object" });
  });

  test("a zone that the platform does not know is a reason, no exception", () => {
    expect(normalizeFlexRow(tradeRow, { ...context, timeZone: "Mars/Olympus" })).toMatchObject({ kind: "rejected" });
  });
});

test("normalize: any subset of columns with any values has one of the four outcomes and passes core's schemas", () => {
  const values = fc.oneof(
    fc.constantFrom("", "-", "--", "0", "N/A", "Ca", "Ep", "BUY (Ca.)", "1,000", "-0", "2147483647", "20260308;023000"),
    fc.string({ maxLength: 30 }),
    fc.json().map((text) => JSON.parse(text) as Json),
  );
  const rows = fc.constantFrom<{ [name: string]: string }>(tradeRow, cancelRow, confirmRow).chain((row) => {
    const changes = fc.dictionary(fc.constantFrom(...Object.keys(row), "tradeTime", "constructor"), values, {
      maxKeys: 4,
    });
    return fc.tuple(fc.subarray(Object.keys(row), { minLength: 1 }), changes).map(([kept, changed]): Json => {
      return {
        element: row.element ?? "",
        ...Object.fromEntries(kept.map((name) => [name, row[name] ?? ""])),
        ...changed,
      };
    });
  });
  fc.assert(
    fc.property(
      fc.oneof(
        { weight: 9, arbitrary: rows },
        { weight: 1, arbitrary: fc.json().map((text) => JSON.parse(text) as Json) },
      ),
      (raw) => {
        const before = JSON.stringify(raw);
        const normalized = normalizeFlexRow(raw, context);
        // Ids of any form pass here and are refused by core's schema: the answer is a reject with the reason, no exception.
        if (normalized.kind === "execution") executionSchema.safeParse(normalized.execution);
        else if (normalized.kind === "cancel") cancelSchema.safeParse(normalized.cancel);
        else expect(normalized.reason).toMatch(/^[\x20-\x7e]{1,200}$/);
        expect(normalizeFlexRow(raw, context)).toEqual(normalized);
        expect(JSON.stringify(raw)).toBe(before);
        numberRows()(raw, context);
      },
    ),
    { numRuns: 3_000 },
  );
});

describe("number: rows without any id", () => {
  const bare = without(tradeRow, "ibExecID", "tradeID", "transactionID");

  test("equal fills count up, whatever their fees and order ids; others start at 0", () => {
    const ordinal = numberRows();
    const rows = [
      bare,
      { ...bare, ibCommission: "-9", ibOrderID: "1" },
      { ...bare, quantity: "1" },
      { ...bare, tradePrice: "20.50" },
    ];
    expect(rows.map((row) => ordinal(row, context))).toEqual([0, 1, 0, 2]);
  });

  test("rows with an id, cancels and known non-fills are not numbered", () => {
    const ordinal = numberRows();
    for (const id of ["ibExecID", "tradeID", "transactionID"] as const) {
      expect(ordinal({ ...bare, [id]: tradeRow[id] }, context)).toBeUndefined();
    }
    const others = [
      without(cancelRow, "transactionID"),
      { ...bare, levelOfDetail: "ORDER" },
      { ...bare, element: "Order" },
      null,
    ];
    expect(others.map((row) => ordinal(row, context))).toEqual([undefined, undefined, undefined, undefined]);
  });

  test("rejected rows count by all they say", () => {
    const ordinal = numberRows();
    const odd = { ...bare, transactionType: "TradeCorrect" };
    expect([odd, odd, { ...odd, notes: "x" }].map((row) => ordinal(row, context))).toEqual([0, 1, 0]);
  });

  test("confirmations are numbered by their own column names", () => {
    const ordinal = numberRows();
    const row = without(confirmRow, "execID", "tradeID");
    expect([row, row, confirmRow].map((one) => ordinal(one, context))).toEqual([0, 1, undefined]);
  });
});
