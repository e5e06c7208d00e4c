import { expect, test } from "vitest";
import { generateTrades, publishedTradesHistory, startKrakenSimulator } from "../../src/simulator/index.ts";
import { idsOf } from "./simulator-client.ts";

const microsOf = (time: string) => BigInt(time.replace(".", ""));

test("generateTrades: the same options give the same trades, another seed others", () => {
  const options = { count: 200, seed: 7 };
  expect(generateTrades(options)).toEqual(generateTrades(options));
  expect(generateTrades({ ...options, seed: 8 })).not.toEqual(generateTrades(options));
});

test("generateTrades: ids are unique and of Kraken's form", () => {
  const trades = generateTrades({ count: 10_050, seed: 1 });
  expect(trades).toHaveLength(10_050);
  expect(new Set(trades.map(({ txid }) => txid)).size).toBe(10_050);
  for (const { txid } of trades) expect(txid).toMatch(/^T[A-Z2-7]{5}-[A-Z2-7]{5}-[A-Z2-7]{6}$/);
});

test("generateTrades: times ascend inside the window", () => {
  const [fromMs, toMs] = [Date.UTC(2026, 0, 1), Date.UTC(2026, 0, 2)];
  const times = generateTrades({ count: 3000, seed: 2, fromMs, toMs }).map(({ time }) => microsOf(time));
  expect(times.every((time, index) => index === 0 || time >= (times[index - 1] ?? 0n))).toBe(true);
  expect(times[0]).toBeGreaterThanOrEqual(BigInt(fromMs) * 1000n);
  expect(times.at(-1)).toBeLessThan(BigInt(toMs) * 1000n);
  expect(() => generateTrades({ count: 3000, seed: 2, fromMs, toMs: fromMs })).toThrow("no room");
});

test("generateTrades: cost is price times volume, rounded half-up at five decimals", () => {
  for (const { price, vol, cost } of generateTrades({ count: 2000, seed: 3 })) {
    const decimals = (price.split(".")[1]?.length ?? 0) + 8;
    const exact = BigInt(price.replace(".", "")) * BigInt(vol.replace(".", ""));
    const unit = 10n ** BigInt(decimals - 5);
    expect(BigInt(cost.replace(".", ""))).toBe((exact + unit / 2n) / unit);
  }
});

test("generateTrades: orders have one to six fills of one pair and side, and some fills are twins", () => {
  const trades = generateTrades({ count: 3000, seed: 4 });
  const orders = new Map<string, typeof trades>();
  for (const row of trades) orders.set(row.ordertxid, [...(orders.get(row.ordertxid) ?? []), row]);
  const sizes = new Set([...orders.values()].map((fills) => fills.length));
  expect(sizes).toEqual(new Set([1, 2, 3, 4, 5, 6]));
  for (const fills of orders.values()) {
    expect(new Set(fills.map(({ pair, type }) => `${pair} ${type}`)).size).toBe(1);
  }
  const looks = trades.map(({ ordertxid, time, price, vol }) => `${ordertxid} ${time} ${price} ${vol}`);
  expect(new Set(looks).size).toBeLessThan(trades.length);
  expect(new Set(trades.map(({ pair }) => pair)).size).toBe(12);
});

test("generateTrades: pairs can be chosen among those it has prices for", () => {
  const trades = generateTrades({ count: 50, seed: 5, pairs: ["CHZUSD"] });
  expect(new Set(trades.map(({ pair }) => pair))).toEqual(new Set(["CHZUSD"]));
  expect(() => generateTrades({ count: 1, seed: 5, pairs: ["XICNXXBT"] })).toThrow("XICNXXBT");
});

test("generateTrades: no trade is no trade", () => {
  expect(generateTrades({ count: 0, seed: 1 })).toEqual([]);
});

test("simulator: generated trades are served in the opposite order", async () => {
  const trades = generateTrades({ count: 50, seed: 6 });
  await using simulator = await startKrakenSimulator({ trades });
  expect(await idsOf(simulator)).toEqual(trades.map(({ txid }) => txid).reverse());
});

test("publishedTradesHistory: fifty trades, oldest first, with one that closes a position", () => {
  const trades = publishedTradesHistory();
  expect(trades).toHaveLength(50);
  expect(new Set(trades.map(({ txid }) => txid)).size).toBe(50);
  expect(trades[0]?.txid).toBe("TUBIJ2-LJD26-EW3WKN");
  expect(trades.filter(({ misc }) => misc === "closing").map(({ txid }) => txid)).toEqual(["TUI2JG-VOE36-SW7UJQ"]);
});
