import { expect, test } from "vitest";
import { defaultSimulatedPairs, type KrakenSimulator, startKrakenSimulator } from "../../src/simulator/index.ts";

interface PublicAnswer {
  readonly error: string[];
  readonly result: Record<string, Record<string, unknown>>;
}

async function get(simulator: KrakenSimulator, method: string): Promise<PublicAnswer> {
  const response = await fetch(`${simulator.url}/0/public/${method}`);
  return (await response.json()) as PublicAnswer;
}

test("simulator: Time is the clock it was given", async () => {
  await using simulator = await startKrakenSimulator({ clock: { now: () => 1616336594_500 } });
  const result = { unixtime: 1616336594, rfc1123: "Sun, 21 Mar 21 14:23:14 +0000" };
  expect(await get(simulator, "Time")).toEqual({ error: [], result });
});

test("simulator: SystemStatus says what it was told", async () => {
  await using simulator = await startKrakenSimulator({ clock: { now: () => 1616336594_500 } });
  const timestamp = "2021-03-21T14:23:14Z";
  expect((await get(simulator, "SystemStatus")).result).toEqual({ status: "online", timestamp });
  for (const status of ["maintenance", "cancel_only", "post_only"] as const) {
    simulator.setSystemStatus(status);
    expect((await get(simulator, "SystemStatus")).result).toEqual({ status, timestamp });
  }
});

test("simulator: AssetPairs lists currencies, both generations of names, and no tokenized share", async () => {
  await using simulator = await startKrakenSimulator();
  const { result } = await get(simulator, "AssetPairs");
  expect(Object.keys(result).length).toBeGreaterThanOrEqual(40);
  expect(result.XXBTZUSD).toMatchObject({
    altname: "XBTUSD",
    wsname: "XBT/USD",
    aclass_base: "currency",
    base: "XXBT",
    quote: "ZUSD",
    pair_decimals: 1,
    lot_decimals: 8,
    tick_size: "0.1",
    status: "online",
  });
  for (const key of ["XETHZUSD", "XBTUSDT", "CHZUSD", "ICXETH", "TRXXBT", "XTZUSD", "ZRXXBT", "XXDGXXBT"]) {
    expect(result).toHaveProperty([key]);
  }
  expect(result).not.toHaveProperty("AAPLxUSD");
});

test("simulator: tokenized shares are listed on demand, two under one altname", async () => {
  await using simulator = await startKrakenSimulator();
  const { result } = await get(simulator, "AssetPairs?aclass_base=tokenized_asset");
  expect(Object.keys(result)).toEqual(["AAPLxUSD", "AAPLSPVUSD"]);
  expect(new Set(Object.values(result).map((pair) => pair.altname))).toEqual(new Set(["AAPLxUSD"]));
});

test("simulator: a pair is found by key, altname and wsname", async () => {
  await using simulator = await startKrakenSimulator();
  for (const name of ["XXBTZUSD", "XBTUSD", "XBT/USD"]) {
    expect(Object.keys((await get(simulator, `AssetPairs?pair=${name}`)).result)).toEqual(["XXBTZUSD"]);
  }
  expect(await get(simulator, "AssetPairs?pair=XICNXXBT")).toEqual({ error: ["EQuery:Unknown asset pair"] });
});

test("simulator: the table of pairs can be replaced", async () => {
  const pair = { key: "XXBTZUSD.d", altname: "XBTUSD.d", wsname: null, base: "XXBT", quote: "ZUSD", pairDecimals: 3 };
  await using simulator = await startKrakenSimulator({ pairs: [pair] });
  const { result } = await get(simulator, "AssetPairs");
  expect(Object.keys(result)).toEqual(["XXBTZUSD.d"]);
  expect(result["XXBTZUSD.d"]).not.toHaveProperty("wsname");
});

test("simulator: Assets knows every base and quote", async () => {
  await using simulator = await startKrakenSimulator();
  const { result } = await get(simulator, "Assets");
  for (const { base, quote, tokenized } of defaultSimulatedPairs()) {
    expect(result).toHaveProperty([quote]);
    if (!tokenized) expect(result).toHaveProperty([base]);
  }
  expect(result.XXBT).toMatchObject({ aclass: "currency", altname: "XBT", decimals: 10 });
  expect(result.KFEE).toMatchObject({ altname: "FEE", decimals: 2 });
  expect(result.ZUSD).toMatchObject({ altname: "USD", decimals: 4 });
  expect(result.CHF).toMatchObject({ altname: "CHF", decimals: 4 });
  expect(result).not.toHaveProperty("AAPLx");
  expect(Object.keys((await get(simulator, "Assets?aclass=tokenized_asset")).result)).toEqual(["AAPLx", "AAPLSPV"]);
  expect(await get(simulator, "Assets?asset=NOPE")).toEqual({ error: ["EQuery:Unknown asset"] });
});

test("simulator: a path outside the API is not found, and an unknown method is unknown", async () => {
  await using simulator = await startKrakenSimulator();
  expect((await fetch(simulator.url)).status).toBe(404);
  expect(await get(simulator, "Ticker")).toEqual({ error: ["EGeneral:Unknown method"] });
});

test("simulator: an overlong body is refused", async () => {
  await using simulator = await startKrakenSimulator();
  const body = "x".repeat(2_000_000);
  const response = await fetch(`${simulator.url}/0/private/TradesHistory`, { method: "POST", body });
  expect(response.status).toBe(413);
});
