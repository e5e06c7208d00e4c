import type { Json } from "@fillbook/core";
import { expect, test } from "vitest";
import { normalizeTwsRecord } from "../src/tws-normalize.ts";

// The execution is that of a recording of 2026-04-13, scrubbed; numbers as the connector stores them.

const context = { account: "DU9000001", isOnly: true, timeZone: null };
const contract = {
  ...{ conId: "265598", symbol: "AAPL", secType: "STK", strike: "0", multiplier: "0", exchange: "SMART" },
  ...{ currency: "USD", localSymbol: "AAPL", tradingClass: "NMS" },
};
const execution = {
  ...{ orderId: "1", clientId: "94", execId: "0000e0d5.69dd7411.01.01", time: "20260413 15:27:04 US/Eastern" },
  ...{ acctNumber: "DU9000001", exchange: "IEX", side: "BOT", shares: "1", price: "257.95", permId: "389211034" },
  ...{ cumQty: "1", avgPrice: "257.95", orderRef: "", lastLiquidity: "1" },
};
const commission = {
  ...{ execId: "0000e0d5.69dd7411.01.01", commission: "1.0", currency: "USD" },
  realizedPNL: "1.7976931348623157E308",
};
const record = { contract, execution, commission };

test("record: the recorded execution is a purchase of one share", () => {
  expect(normalizeTwsRecord(record, context)).toEqual({
    kind: "execution",
    execution: {
      ...{ broker: "ibkr", account: "DU9000001", familyId: "0000e0d5.69dd7411.01", revision: 1 },
      ...{ executionId: "0000e0d5.69dd7411.01.01", executedAt: "2026-04-13T19:27:04.000000Z" },
      instrument: {
        ...{ symbol: "AAPL", rawSymbol: "AAPL", kind: "stock", currency: "USD", base: null },
        ...{ exchange: "IEX", conid: "265598", multiplier: null },
      },
      ...{ side: "buy", quantity: "1", price: "257.95", feeBasis: "fill", liquidity: "maker" },
      fees: [{ amount: "1", currency: "USD" }],
      order: { reference: null, clientId: "tws", orderId: "389211034" },
      source: { connector: "ibkr-tws", authority: 1 },
    },
  });
});

type Words = { readonly [name: string]: Json };

const rejected: readonly (readonly [name: string, bad: Words, badContract: Words])[] = [
  ["execId", { execId: "" }, {}],
  ["side", { side: "BUY" }, {}],
  ["shares", { shares: "0" }, {}],
  ["shares", { shares: "-1" }, {}],
  ["shares", { shares: "1,00" }, {}],
  ["shares", { shares: "1.7976931348623157E308" }, {}],
  ["price", { price: "" }, {}],
  ["price", { price: "NaN" }, {}],
  ["price", { price: 257.95 }, {}],
  ["time", { time: "20260413 15:27:04" }, {}],
  ["conId", {}, { conId: "0" }],
  ["multiplier", {}, { multiplier: "-1" }],
];

test.each(rejected)("record: a bad %s is rejected with its name (%j)", (name, bad, badContract) => {
  const raw = { ...record, execution: { ...execution, ...bad }, contract: { ...contract, ...badContract } };
  const reason = expect.stringMatching(new RegExp(`^${name}: `));
  expect(normalizeTwsRecord(raw, context)).toEqual({ kind: "rejected", reason });
});

test.each([
  [{ shares: "1,000.50" }, { quantity: "1000.5" }],
  [{ price: "1.0E-5" }, { price: "0.00001" }],
  [{ price: "0.30000000000000004" }, { price: "0.3" }],
  [{ price: "0.0" }, { price: "0" }],
  [{ execId: "0001e" }, { familyId: "0001e", revision: 0 }],
  [{ permId: "0", orderId: "12", clientId: "0" }, { order: { clientId: "tws:0", orderId: "12" } }],
  [{ permId: "0", orderId: "-12", clientId: "0" }, { order: { clientId: "tws:0", orderId: "-12" } }],
  [{ permId: "0", orderId: "0", clientId: "0" }, { order: { clientId: null, orderId: null } }],
  [{ permId: "0", orderId: "2147483647", clientId: "0" }, { order: { clientId: null, orderId: null } }],
  [{ orderRef: "plan 4" }, { order: { reference: "plan 4", clientId: "tws", orderId: "389211034" } }],
  [{ lastLiquidity: "3" }, { liquidity: null }],
])("record: %j reads as %j", (words, expected) => {
  const raw = { ...record, execution: { ...execution, ...words } };
  expect(normalizeTwsRecord(raw, context)).toMatchObject({ kind: "execution", execution: expected });
});

test.each([
  [{ commission: "1.7976931348623157E308" }, null],
  [{ commission: "" }, null],
  [{ currency: "" }, null],
  [{ commission: "-0.25" }, [{ amount: "-0.25", currency: "USD" }]],
  [{ commission: "0.0" }, [{ amount: "0", currency: "USD", estimated: true }]],
])("record: the commission %j reads as %j", (words, fees) => {
  const raw = { ...record, commission: { ...commission, ...words } };
  expect(normalizeTwsRecord(raw, context)).toMatchObject({ execution: { fees } });
});

test("record: a commission that is no number is rejected", () => {
  const raw = { ...record, commission: { ...commission, commission: "one" } };
  expect(normalizeTwsRecord(raw, context)).toMatchObject({ kind: "rejected", reason: "commission: is not a number" });
});

test("record: another account's is ignored, and one that names none is ours only where there is no other", () => {
  const of = (acctNumber: string) => ({ ...record, execution: { ...execution, acctNumber } });
  expect(normalizeTwsRecord(of("DU9000002"), context)).toMatchObject({ kind: "ignored" });
  expect(normalizeTwsRecord(of(""), context)).toMatchObject({ kind: "execution" });
  expect(normalizeTwsRecord(of(""), { ...context, isOnly: false })).toMatchObject({ kind: "rejected" });
});
