import fc from "fast-check";
import { expect, test } from "vitest";
import type { Instrument } from "../src/execution.ts";
import { instrumentKey, instrumentSpellings } from "../src/instrument-key.ts";
import { suggestedFrom, type TradePlan } from "../src/trade-suggestion.ts";

test.each([
  ["XBTUSD", "BTC/USD"],
  ["xbt/usd", "BTCUSD"],
  ["ETH/XBT", "ETHBTC"],
  ["XDGEUR", "DOGE/EUR"],
  ["AAPL  250919C00150000", "AAPL250919C00150000"],
  ["BRK B", "BRK.B"],
  [" aapl ", "AAPL"],
  ["EUR.USD", "EUR/USD"],
])("instrumentKey: %s and %s are one", (left, right) => {
  expect(instrumentKey(left)).toBe(instrumentKey(right));
  expect(instrumentKey({ symbol: right })).toBe(instrumentKey(left));
});

test.each([
  ["BTC/USD", "BTC/EUR"],
  ["AAPL", "AAPL250919C00150000"],
  ["AAPL250919C00150000", "AAPL250919P00150000"],
])("instrumentKey: %s and %s are two", (left, right) => {
  expect(instrumentKey(left)).not.toBe(instrumentKey(right));
});

const instrument: Instrument = {
  ...{ symbol: "BTC/USD", rawSymbol: "XXBTZUSD", kind: "crypto", currency: "USD", base: "BTC" },
  ...{ exchange: null, conid: null, multiplier: null },
};

test.each([
  ["BTC/USD", "XXBTZUSD", ["BTC/USD", "BTCUSD", "BTC-USD", "XBTUSD", "XBT/USD", "XXBTZUSD"]],
  ["ETHBTC", "ETHXBT", ["ETHBTC", "ETHXBT"]],
  ["DOGE/EUR", "XDGEUR", ["DOGEEUR", "XDG/EUR", "DOGE_EUR"]],
  ["BRK B", "BRK B", ["BRK.B", "BRK/B", "BRK-B", "BRK B", "BRKB"]],
  ["AAPL  250919C00150000", "AAPL  250919C00150000", ["AAPL  250919C00150000", "AAPL250919C00150000"]],
])("instrumentSpellings: of %s are what hosts write", (symbol, rawSymbol, some) => {
  expect(instrumentSpellings({ symbol, rawSymbol })).toEqual(expect.arrayContaining(some));
});

test("instrumentSpellings: all have one key, but for the broker's own", () => {
  const letters = fc.string({ unit: fc.constantFrom("X", "B", "T", "C", "D", "G", "/", " ", ".", "é"), maxLength: 9 });
  fc.assert(
    fc.property(letters, (symbol) => {
      const found = instrumentSpellings({ symbol, rawSymbol: "own" }).filter((text) => text !== "own");
      expect(found).toContain(symbol);
      expect(found.filter((text) => instrumentKey(text) !== instrumentKey(symbol))).toEqual([]);
    }),
  );
});

const plan = (id: string, changes: Partial<TradePlan> = {}): TradePlan => ({
  ...{ id, symbol: "XBTUSD", direction: "long", campaignId: "C1" },
  ...changes,
});
const none = { tradePlanId: null, campaignId: null, reason: "none", rule: 1 };

test.each([
  ["the one plan of its symbol and direction", [plan("P1"), plan("P2", { symbol: "ETHUSD" })], "P1"],
  ["nothing of two equal candidates", [plan("P1"), plan("P2")], null],
  ["nothing of the other direction", [plan("P1", { direction: "short" })], null],
  ["the one of its direction among two", [plan("P1"), plan("P2", { direction: "short" })], "P1"],
  ["nothing without plans", [], null],
])("suggestion: a buy is proposed %s", (_name, plans, expected) => {
  const found = { tradePlanId: expected, campaignId: "C1", reason: "symbol_and_side_match", rule: 1 };
  expect(suggestedFrom(plans)({ instrument, side: "buy" })).toEqual(expected === null ? none : found);
});

test("suggestion: a sell belongs to a short plan", () => {
  const plans = [plan("P1"), plan("P2", { direction: "short", campaignId: null })];
  const found = { tradePlanId: "P2", campaignId: null, reason: "symbol_and_side_match", rule: 1 };
  expect(suggestedFrom(plans)({ instrument, side: "sell" })).toEqual(found);
});
