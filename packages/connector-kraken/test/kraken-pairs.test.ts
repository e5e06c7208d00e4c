import { expect, test } from "vitest";
import { krakenAssets } from "../src/kraken-assets.ts";
import { pairResolver } from "../src/kraken-pairs.ts";
import { krakenStaticPairs, type NamedPair } from "../src/kraken-static-pairs.ts";

const none = pairResolver([], krakenAssets(new Map()));

function resolver(listed: readonly Partial<NamedPair>[], altnames: Record<string, string> = {}) {
  const pairs = listed.map((pair) => ({
    key: "",
    altname: "",
    wsname: null,
    base: "",
    quote: "",
    tokenized: false,
    ...pair,
  }));
  return pairResolver(
    pairs,
    krakenAssets(
      new Map(Object.entries(altnames)),
      pairs.flatMap(({ base, quote }) => [base, quote]),
    ),
  );
}

test.each([
  ["XXBTZUSD", "BTC", "USD", "crypto"],
  ["XBTUSD", "BTC", "USD", "crypto"],
  ["XBT/EUR", "BTC", "EUR", "crypto"],
  ["BTC/EUR", "BTC", "EUR", "crypto"],
  ["BTC/USDT", "BTC", "USDT", "crypto"],
  ["XXBTZUSD.d", "BTC", "USD", "crypto"],
  ["XETHXXBT.d", "ETH", "BTC", "crypto"],
  ["XBTUSD.d", "BTC", "USD", "crypto"],
  ["XICNXXBT", "ICN", "BTC", "crypto"],
  ["XXBTXXVN", "BTC", "VEN", "crypto"],
  ["ETH2.SETH", "ETH2.S", "ETH", "crypto"],
  ["ZEURZUSD", "EUR", "USD", "forex"],
  ["EURGBP", "EUR", "GBP", "forex"],
  ["USDTZUSD", "USDT", "USD", "crypto"],
  ["USD1USD", "USD1", "USD", "crypto"],
  ["XDGEUR", "DOGE", "EUR", "crypto"],
])("pairs: without Kraken's lists %s is %s/%s, %s", (pair, base, quote, kind) => {
  expect(none(pair)).toEqual({ pair, base, quote, kind });
});

test.each([
  "%$#%",
  "FOOBAR",
  "NEWZUSD",
  "",
  "XXBT",
  "__proto__",
  "constructor",
  "xbtusd",
  "XXBTZUSD.d.d",
  "A".repeat(1_000_000),
])("pairs: %.20s stays open and keeps its name", (pair) => {
  expect(none(pair)).toEqual({ pair, base: null, quote: null, kind: "other" });
});

test("pairs: a name that splits in two ways is not guessed", () => {
  const resolve = resolver([], { AB: "AB", ABC: "ABC", CUSD: "CUSD" });
  expect(resolve("ABCUSD")).toMatchObject({ base: null, quote: null });
  expect(resolver([], { ABC: "ABC" })("ABCUSD")).toMatchObject({ base: "ABC", quote: "USD" });
});

test("pairs: of two listed tokenized pairs with one altname each is found by its key only", () => {
  const shared = { altname: "AAPLxUSD", quote: "ZUSD", tokenized: true };
  const listed = [
    { ...shared, key: "AAPLSPVUSD", base: "AAPLSPV", wsname: "AAPLSPV/USD" },
    { ...shared, key: "AAPLxUSD", base: "AAPLx", wsname: "AAPLx/USD" },
    { key: "BRK.BxUSD", altname: "BRK.BxUSD", base: "BRK.Bx", quote: "ZUSD", tokenized: true },
    { ...shared, key: "ONE", base: "ONE", altname: "SAME" },
    { ...shared, key: "TWO", base: "TWO", altname: "SAME" },
  ];
  const resolve = resolver(listed);
  expect(resolve("AAPLSPVUSD")).toMatchObject({ base: "AAPLSPV", quote: "USD", kind: "stock" });
  expect(resolve("AAPLxUSD")).toMatchObject({ base: "AAPLx", quote: "USD", kind: "stock" });
  expect(resolve("BRK.BxUSD")).toMatchObject({ base: "BRK.Bx", quote: "USD", kind: "stock" });
  expect(resolve("aaplxusd")).toMatchObject({ kind: "other" });
  expect(resolve("SAME")).toMatchObject({ kind: "other" });
});

test("pairs: what Kraken lists wins over the static names", () => {
  const resolve = resolver([{ key: "XBTUSD", altname: "XBTUSD", base: "NEW", quote: "ZEUR" }], { NEW: "NEU" });
  expect(resolve("XBTUSD")).toMatchObject({ base: "NEU", quote: "EUR" });
});

test("pairs: static names are unambiguous and say what Kraken said", () => {
  expect(new Set(krakenStaticPairs.map(({ key }) => key)).size).toBe(krakenStaticPairs.length);
  expect(krakenStaticPairs.length).toBeGreaterThan(150);
  for (const { key, base, quote, wsname } of krakenStaticPairs) {
    const assets = krakenAssets(new Map());
    expect([key, assets.known(base), assets.known(quote)]).not.toContain(null);
    expect(none(wsname ?? "")).toMatchObject({ base: none(key).base, quote: none(key).quote });
  }
});
