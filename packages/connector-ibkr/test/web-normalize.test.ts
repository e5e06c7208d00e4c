import type { Json } from "@fillbook/core";
import { expect, test } from "vitest";
import { normalizeWebRow } from "../src/web-normalize.ts";
import { webConid, webNumber, webSize, webTime } from "../src/web-row.ts";

// The rows are those of IBKR's documentation and of recordings, scrubbed; numbers as the connector stores them.

const share = { conid: "265598", assetClass: "STK", ticker: "AAPL", currency: "USD", multiplier: "0.0" };
const nothing = { expiry: null, strike: null, right: null };
const context = { account: "U1234567", alias: "Anna", isOnly: true, instruments: [{ ...share, ...nothing }] };

const row = {
  ...{ execution_id: "0000e0d5.6576fd38.01.01", symbol: "AAPL", supports_tax_opt: "1", side: "S" },
  ...{ order_description: "Sold 5 @ 192.26 on ISLAND", trade_time: "20231211-18:00:49", trade_time_r: "1702317649000" },
  ...{ size: "5.0", price: "192.26", order_ref: "Order123", submitter: "user1234", exchange: "ISLAND" },
  ...{ commission: "1.01", net_amount: "961.3", account: "U1234567", accountCode: "U1234567", sec_type: "STK" },
  ...{ conid: "265598", conidEx: "265598", order_id: "17437897932" },
};

test("row: the documented example is a sale of five shares", () => {
  expect(normalizeWebRow(row, context)).toEqual({
    kind: "execution",
    execution: {
      ...{ broker: "ibkr", account: "U1234567", familyId: "0000e0d5.6576fd38.01", revision: 1 },
      ...{ executionId: "0000e0d5.6576fd38.01.01", executedAt: "2023-12-11T18:00:49.000000Z" },
      instrument: {
        ...{ symbol: "AAPL", rawSymbol: "AAPL", kind: "stock", currency: "USD", base: null },
        ...{ exchange: "ISLAND", conid: "265598", multiplier: null },
      },
      ...{ side: "sell", quantity: "5", price: "192.26", feeBasis: "fill" },
      fees: [{ amount: "1.01", currency: "USD", estimated: true }],
      order: { reference: "Order123", clientId: "client-portal", orderId: "17437897932" },
      source: { connector: "ibkr-web", authority: 1 },
    },
  });
});

const rejected: readonly (readonly [string, { readonly [name: string]: Json }])[] = [
  ["execution_id", { execution_id: "" }],
  ["side", { side: "BUY" }],
  ["side", { side: null }],
  ["size", { size: "0.0" }],
  ["size", { size: "" }],
  ["size", { size: "1,000" }],
  ["size", { size: "NaN" }],
  ["price", { price: "1e400" }],
  ["price", { price: null }],
  ["price", { price: { amount: "1" } }],
  ["commission", { commission: "none" }],
  ["conid", { conid: "0", conidEx: "" }],
  ["trade_time", { trade_time: "20231311-18:00:49", trade_time_r: null }],
  ["trade_time", { trade_time: "20230231-18:00:49", trade_time_r: null }],
  ["trade_time", { trade_time: "", trade_time_r: "" }],
  ["trade_time", { trade_time: "20231211-19:00:49" }],
  ["trade_time_r", { trade_time_r: "1702317649" }],
  ["trade_time", { trade_time: "19991211-18:00:49", trade_time_r: null }],
];

test.each(rejected)("row: a bad %s is rejected with its name (%j)", (name, bad) => {
  expect(normalizeWebRow({ ...row, ...bad }, context)).toMatchObject({
    kind: "rejected",
    reason: expect.stringMatching(new RegExp(`^${name}: `)),
  });
});

const ignored: readonly (readonly [string, { readonly [name: string]: Json }])[] = [
  ["an expiry", { side: "X", price: "0.0", commission: null }],
  ["a combo by type", { sec_type: "BAG" }],
  ["a combo by conids", { conidEx: "28812380;;;776184118/3,783050291/2" }],
  ["another account", { accountCode: "U7654321" }],
];

test.each(ignored)("row: %s is ignored with a reason", (_name, changes) => {
  expect(normalizeWebRow({ ...row, ...changes }, context)).toMatchObject({ kind: "ignored" });
});

test("row: an account is named by its code, by its alias, or is the only one", () => {
  const names = [
    { account: "Anna", accountCode: "U1234567" },
    { account: "Anna", accountCode: null },
    { account: "", accountCode: "" },
  ];
  for (const name of names) expect(normalizeWebRow({ ...row, ...name }, context)).toMatchObject({ kind: "execution" });
  const several = { ...context, isOnly: false };
  expect(normalizeWebRow({ ...row, ...names[2] }, several)).toMatchObject({ kind: "rejected" });
});

test("row: other kinds of records and contexts are rejected", () => {
  for (const raw of [null, 1, "x", []]) expect(normalizeWebRow(raw, context)).toMatchObject({ kind: "rejected" });
  for (const bad of [null, {}, [], { account: "" }])
    expect(normalizeWebRow(row, bad)).toMatchObject({ kind: "rejected" });
});

const numbers = [
  ["5.0", "5"],
  ["0.5", "0.5"],
  ["4346.00", "4346"],
  ["0.0", "0"],
  ["-37.63", "-37.63"],
  ["0.30000000000000004", "0.30000000000000004"],
  ["1234567.123456789", "1234567.123456789"],
  ["123456789012345678901234.123456789012345678", "123456789012345678901234.123456789012345678"],
  ["1.0E-5", "0.00001"],
  ["2.5e3", "2500"],
  ["12e2", "1200"],
  ["17437897932", "17437897932"],
  ["12345678901234567890", "12345678901234567890"],
  ["", null],
  ["1e99", null],
  ["0x10", null],
  ["Infinity", null],
] as const;

test.each(numbers)("number: %s is %s", (text, expected) => {
  expect(webNumber(text)).toBe(expected);
});

const sizes = [
  // What floats make of short sums.
  ["0.30000000000000004", "0.3"],
  ["0.7999999999999999", "0.8"],
  ["1234567.8999999999", "1234567.9"],
  ["1.1000000000000001", "1.1"],
  ["-0.30000000000000004", "-0.3"],
  ["3.0000000000000004E-1", "0.3"],
  // What somebody holds.
  ["1234567.123456789", "1234567.123456789"],
  ["12345678.123456789", "12345678.123456789"],
  ["0.123456789012345678", "0.123456789012345678"],
  ["1000000.000000001", "1000000.000000001"],
  ["0.000000000000000001", "0.000000000000000001"],
  ["12345678901234567890", "12345678901234567890"],
  ["100", "100"],
  ["0.0", "0"],
  ["", null],
  ["1e99", null],
] as const;

test.each(sizes)("size: %s is %s", (text, expected) => {
  expect(webSize(text)).toBe(expected);
});

test("row: a price of sixteen digits and more is what was sent, as a number and as text", () => {
  for (const price of ["1234567.123456789", "0.30000000000000004", "90071992547409.931"]) {
    expect(normalizeWebRow({ ...row, price }, context)).toMatchObject({ execution: { price } });
  }
  const amounts = { size: 12.5, price: 1702.25, commission: -0.5, conid: 265598, trade_time_r: 1_702_317_649_000 };
  expect(normalizeWebRow({ ...row, ...amounts }, context)).toMatchObject({
    execution: { quantity: "12.5", price: "1702.25", fees: [{ amount: "-0.5" }], instrument: { conid: "265598" } },
  });
});

test("number: a conid is digits, from either place it is written in", () => {
  expect(webConid({ conid: "265598" })).toBe("265598");
  expect(webConid({ conid: "265598.0" })).toBe("265598");
  expect(webConid({ conidEx: "652847924@CME" })).toBe("652847924");
  expect(webConid({ conidex: "265598" })).toBe("265598");
  for (const conid of ["", "0", "-1", "AAPL", null]) expect(webConid({ conid })).toBeNull();
});

test("time: milliseconds and text agree to the second", () => {
  expect(webTime({ trade_time: "20231211-18:00:49", trade_time_r: "1702317649500" })).toEqual({
    at: "2023-12-11T18:00:49.500000Z",
  });
});
