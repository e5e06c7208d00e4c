import { kraken } from "@fillbook/connector-kraken";
import type { Json } from "@fillbook/core";
import { executionSchema } from "@fillbook/core/connector";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { KrakenContext } from "../src/kraken-normalize.ts";

const { normalize } = kraken();

const context: KrakenContext = {
  account: "AA12 N84G",
  pairs: [
    { pair: "EURGBP", base: "EUR", quote: "GBP", kind: "forex" },
    { pair: "XICNXXBT", base: null, quote: null, kind: "other" },
    { pair: "XXBTZUSD", base: "BTC", quote: "USD", kind: "crypto" },
  ],
};

// docs.kraken.com, the first row of the published example, with its id; time as the pre-pass leaves it.
const row = {
  ...{
    txid: "THVRQM-33VKH-UCI7BS",
    ordertxid: "OQCLML-BW3P3-BUCMWZ",
    postxid: "TKH2SE-M7IF5-CFI7LT",
    pair: "XXBTZUSD",
  },
  ...{
    time: "1688667796.8802",
    type: "buy",
    ordertype: "limit",
    price: "30010.00000",
    cost: "600.20000",
    fee: "0.12500",
  },
  ...{ vol: "0.02000000", margin: "0.00000", misc: "", trade_id: 40274859, maker: true },
};

function execution(raw: Json) {
  const normalized = normalize(raw, context);
  if (normalized.kind !== "execution") throw new Error(JSON.stringify(normalized));
  return executionSchema.parse(normalized.execution);
}

describe("normalize: a row of TradesHistory", () => {
  test("becomes an execution with every fact in canonical form", () => {
    expect(execution(row)).toEqual({
      broker: "kraken",
      kind: "order",
      account: "AA12 N84G",
      familyId: "THVRQM-33VKH-UCI7BS",
      revision: 0,
      executionId: "THVRQM-33VKH-UCI7BS",
      executedAt: "2023-07-06T18:23:16.880200Z",
      instrument: {
        ...{ symbol: "BTC/USD", rawSymbol: "XXBTZUSD", kind: "crypto", currency: "USD", base: "BTC" },
        ...{ exchange: null, conid: null, multiplier: null },
      },
      side: "buy",
      quantity: "0.02",
      price: "30010",
      fees: [{ amount: "0.125", currency: "USD", estimated: true }],
      feeBasis: "fill",
      sequence: null,
      aliases: [],
      order: { permanentId: "OQCLML-BW3P3-BUCMWZ", reference: null, clientId: null, orderId: null, quantity: null },
      liquidity: "maker",
      source: { connector: "kraken", authority: 2, reportedAt: null },
    });
  });

  test("of a currency pair is forex, of an open pair keeps its name and has no currency", () => {
    expect(execution({ ...row, pair: "EURGBP" }).instrument).toMatchObject({ symbol: "EUR/GBP", kind: "forex" });
    for (const pair of ["XICNXXBT", "not in the context", "%$#%"]) {
      const instrument = { symbol: pair, rawSymbol: pair, kind: "other", currency: null, base: null };
      expect(execution({ ...row, pair })).toMatchObject({ instrument, fees: null });
    }
  });

  test("of older years, without maker, postxid and aclass, is read", () => {
    const { maker: _maker, postxid: _postxid, ...old } = row;
    expect(execution(old)).toMatchObject({ liquidity: null });
    expect(execution({ ...row, maker: false })).toMatchObject({ liquidity: "taker" });
    expect(execution({ ...row, maker: "yes" })).toMatchObject({ liquidity: null });
  });

  test("with a price of zero or below is read, as spreads have them", () => {
    expect(execution({ ...row, price: "0.00000" }).price).toBe("0");
    expect(execution({ ...row, price: "-37.63000" }).price).toBe("-37.63");
  });

  test("says the same whatever its position does later", () => {
    const position = {
      posstatus: "closed",
      cprice: "10058",
      ccost: null,
      cfee: Number.POSITIVE_INFINITY,
      net: "NaN",
      trades: ["T"],
      ledgers: [],
    };
    expect(execution({ ...row, ...position, misc: "closing,foo" })).toEqual(execution(row));
  });
});

const BAD_AMOUNTS = [
  "",
  " 1",
  "1 ",
  "1e5",
  "1e400",
  "0x10",
  "NaN",
  "Infinity",
  "-",
  "+1",
  ".5",
  "1.",
  "1,000",
  "1_0",
  "１",
  "1".repeat(25),
  `0.${"1".repeat(19)}`,
  "9".repeat(1_000_000),
  null,
  12,
  true,
  [],
  {},
  ["1"],
];

test("normalize: an account keeps whatever name the host gave it", () => {
  const normalized = normalize(row, { ...context, account: "Börsenkonto №1" });
  expect(normalized).toMatchObject({ kind: "execution", execution: { account: "Börsenkonto №1" } });
});

describe("normalize: what cannot be read is rejected, and the field is named", () => {
  test.each(["price", "fee", "vol"])("amounts in %s", (field) => {
    for (const value of BAD_AMOUNTS) {
      const reason = expect.stringMatching(new RegExp(`(^|; )${field}: `));
      expect(normalize({ ...row, [field]: value }, context)).toEqual({ kind: "rejected", reason });
    }
  });

  test.each(["0", "0.00000000", "-1", "-0"])("a volume of %s", (vol) => {
    expect(normalize({ ...row, vol }, context)).toEqual({ kind: "rejected", reason: expect.stringMatching(/^vol: /) });
  });

  test.each([
    "",
    "abc",
    "-5",
    "1e9",
    "99",
    "99999999999",
    "1688667796.",
    "1688667796,5",
    "2023-07-06",
    Number.POSITIVE_INFINITY,
    -1,
    null,
    {},
  ])("a time of %j", (time) => {
    expect(normalize({ ...row, time }, context)).toEqual({
      kind: "rejected",
      reason: expect.stringMatching(/^time: /),
    });
  });

  test.each(["", 5, null, ["T"], {}])("a txid of %.30j", (txid) => {
    expect(normalize({ ...row, txid }, context)).toEqual({
      kind: "rejected",
      reason: expect.stringMatching(/^txid: /),
    });
  });

  test.each(["BUY", "", "short", null, 1])("a side of %j", (type) => {
    expect(normalize({ ...row, type }, context)).toEqual({
      kind: "rejected",
      reason: expect.stringMatching(/^type: /),
    });
  });

  test.each(["", "A\u0000B", "A\u001b[31m", "\ud800", "A".repeat(201)])("a pair of %j", (pair) => {
    expect(normalize({ ...row, pair }, context)).toEqual({
      kind: "rejected",
      reason: expect.stringMatching(/^pair: /),
    });
  });

  test.each(
    Object.keys(row).filter(
      (field) => !["postxid", "ordertype", "cost", "margin", "misc", "trade_id", "maker"].includes(field),
    ),
  )("a row without %s", (field) => {
    const left = Object.fromEntries(Object.entries(row).filter(([name]) => name !== field));
    expect(normalize(left, context)).toEqual({
      kind: "rejected",
      reason: expect.stringMatching(new RegExp(`^${field}: `)),
    });
  });

  test.each([null, 1, "x", [], [row], true])("%j instead of a row", (raw) => {
    expect(normalize(raw, context)).toEqual({ kind: "rejected", reason: "the row is not an object" });
  });
});

test.each([
  null,
  1,
  {},
  [],
  { account: "", pairs: [] },
  { account: "a", pairs: {} },
  { account: "a", pairs: [{ pair: "XXBTZUSD" }] },
])("normalize: a row with %j as its context is rejected", (foreign) => {
  // A context comes back from a store, so its type proves nothing.
  const reason = "the page's context is not one that this connector made";
  expect(normalize(row, foreign as KrakenContext)).toEqual({ kind: "rejected", reason });
});

test("normalize: any JSON has one of the three outcomes, and an execution passes core's schema", () => {
  const values = fc.oneof(
    fc.json().map((text) => JSON.parse(text) as Json),
    fc.constantFrom("1", "buy", "1688667796.8802", "XXBTZUSD"),
  );
  const mutated = fc
    .dictionary(fc.constantFrom(...Object.keys(row), "__proto__", "constructor"), values)
    .map((changes) => ({ ...row, ...changes }));
  fc.assert(
    fc.property(fc.oneof(values, mutated), (raw) => {
      const before = JSON.stringify(raw);
      const normalized = normalize(raw, context);
      if (normalized.kind === "execution") executionSchema.parse(normalized.execution);
      else expect(normalized).toEqual({ kind: "rejected", reason: expect.any(String) });
      expect(normalize(raw, context)).toEqual(normalized);
      expect(JSON.stringify(raw)).toBe(before);
    }),
    { numRuns: 2_000 },
  );
});
