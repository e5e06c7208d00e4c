import type { SimulatedRequest, SimulatorFault } from "@fillbook/connector-kraken/simulator";
import { describe, expect, test } from "vitest";
import { ranReport } from "../../testkit/src/suite/play.ts";
import { aWorld } from "./support/kraken-world.ts";
import { aGroup } from "./support/made-ledgers.ts";
import { manyTrades, tradeId } from "./support/made-trades.ts";

const always = Number.POSITIVE_INFINITY;
const QUARTER_MS = 900_000;

/** A purchase in the app, of which only the ledger knows. */
function aPurchase(refid: string, seconds: number) {
  const entries = aGroup(
    seconds - 1_700_000_000,
    refid,
    { type: "spend", asset: "ZEUR", amount: "-30.0000" },
    { type: "receive", asset: "XXBT", amount: "0.0010000000" },
  );
  return entries.map((entry, place) => ({ ...entry, id: `L${refid}-${place}`, time: `${seconds}.${1000 + place}` }));
}

type World = Awaited<ReturnType<typeof aWorld>>;

/** What the book says of the account: purchases, and fills whose fee is an estimate. */
async function stored(world: World) {
  const counted = (await world.executions()).filter(({ canonical }) => canonical);
  return {
    fills: counted.filter(({ kind }) => kind === "order").length,
    purchases: counted.filter(({ kind }) => kind === "instant").map(({ executionId }) => executionId),
    estimated: counted.filter(({ fees }) => fees?.some(({ estimated }) => estimated) ?? true).length,
  };
}

const keys = async (world: World) =>
  (await world.problems()).map(({ message }) => message.split(" ").slice(0, 4).join(" "));
const UNREAD = "parts of Kraken's ledger";
const DENIED = "the API key lacks";

const ledgers = [...aPurchase("OLD", 1_700_000_020), ...aPurchase("NEW", 1_700_000_110)];
const whole = { fills: 120, purchases: expect.arrayContaining(["OLD", "NEW"]), estimated: 0 };

describe("a ledger that cannot be read in the first run", () => {
  const failures: [string, SimulatorFault][] = [
    ["520 five times", { kind: "http", status: 520, times: 5 }],
    ["520 five times, behind its first pages", { kind: "http", status: 520, times: 5, afterRequests: 3 }],
    ["an error of its own", { kind: "error", errors: ["EGeneral:Internal error"], times: 5 }],
    ["half answers", { kind: "truncated-json", times: 5 }],
    ["connections that end", { kind: "reset-before-answer", times: 5 }],
    ["arguments that it refuses", { kind: "error", errors: ["EGeneral:Invalid arguments:type"] }],
    ["an unknown error", { kind: "error", errors: ["ESomething:New"], times: 5 }],
  ];

  test.each(failures)("%s: the next run reads it, and nothing is given up before", async (_name, fault) => {
    await using world = await aWorld({ trades: manyTrades(120), ledgers });
    world.simulator.inject({ ...fault, path: "Ledgers" });
    const first = ranReport(await world.run());
    expect(first).toMatchObject({ status: "partial", more: false, health: "degraded" });
    expect(await keys(world)).toEqual([UNREAD]);
    const before = await stored(world);
    expect(before.fills).toBe(120);
    expect(before.estimated).toBeGreaterThan(0);
    world.clock.advance(QUARTER_MS);
    expect(ranReport(await world.run({ mode: "scheduled" }))).toMatchObject({ status: "succeeded", health: "ok" });
    expect(await stored(world)).toEqual(whole);
    expect(await keys(world)).toEqual([]);
    // All is read: what follows is an ordinary run.
    const asked = world.simulator.requests.length;
    world.clock.advance(QUARTER_MS);
    await world.run({ mode: "scheduled" });
    expect(world.simulator.requests.length - asked).toBeLessThanOrEqual(3);
  });

  test("limits, lockouts and aborts end the run, and no page is passed without its ledger", async () => {
    for (const errors of [["EAPI:Rate limit exceeded"], ["EGeneral:Temporary lockout"], ["EAPI:Invalid nonce"]]) {
      await using world = await aWorld({ trades: manyTrades(120), ledgers });
      world.simulator.inject({ kind: "error", errors, path: "Ledgers", times: 3, afterRequests: 1 });
      for (let runs = 0; runs < 6; runs += 1) {
        await world.run();
        world.clock.advance(2 * QUARTER_MS);
      }
      expect(await stored(world), errors[0]).toEqual(whole);
      expect(await keys(world)).toEqual([]);
    }
  }, 30_000);
});

test("a ledger that fails for days in later runs loses nothing, and its problem closes once it is read", async () => {
  await using world = await aWorld({ trades: manyTrades(60) });
  await world.run();
  const fault = world.simulator.inject({ kind: "http", status: 520, path: "Ledgers", times: always });
  const secondsNow = () => Math.floor(world.clock.now() / 1000);
  for (let days = 0; days < 5; days += 1) {
    for (const entry of aPurchase(`DAY${days}`, secondsNow() - 60)) world.simulator.addLedgers(entry);
    world.simulator.addTrades(...manyTrades(1, () => ({ txid: tradeId(900 + days), time: `${secondsNow() - 50}.5` })));
    expect(ranReport(await world.run({ mode: "scheduled" })).status).toBe("partial");
    expect(await keys(world)).toContain(UNREAD);
    world.clock.advance(86_400_000);
  }
  fault.remove();
  await world.run({ mode: "scheduled" });
  const { purchases, estimated, fills } = await stored(world);
  expect([purchases.length, estimated, fills]).toEqual([5, 0, 65]);
  expect(await keys(world)).toEqual([]);
});

describe("a key that may not read the ledger, and later may", () => {
  const refusal = { kind: "error", errors: ["EGeneral:Permission denied"], path: "Ledgers", times: always } as const;

  test.each([
    ["the next run that a person asks for", "manual", QUARTER_MS],
    ["a scheduled run some hours later", "scheduled", 7 * 3_600_000],
  ] as const)("%s reads all that is missing, and only then the problem closes", async (_name, mode, waitMs) => {
    await using world = await aWorld({ trades: manyTrades(120), ledgers });
    const fault = world.simulator.inject(refusal);
    for (let days = 0; days < 4; days += 1) {
      expect(ranReport(await world.run({ mode: "scheduled" })).status).toBe("succeeded");
      expect(await keys(world)).toEqual([DENIED]);
      world.clock.advance(86_400_000);
    }
    expect(await stored(world)).toEqual({ fills: 120, purchases: [], estimated: 120 });
    expect(fault.fired).toBeLessThanOrEqual(4);
    fault.remove();
    world.clock.advance(waitMs);
    expect(ranReport(await world.run({ mode }))).toMatchObject({ status: "succeeded" });
    expect(await stored(world)).toEqual(whole);
    expect(await keys(world)).toEqual([]);
  });

  test("a budget that ends in between leaves a problem until the last part is read", async () => {
    await using world = await aWorld({ trades: manyTrades(120), ledgers });
    const fault = world.simulator.inject(refusal);
    await world.run();
    fault.remove();
    for (let runs = 0; runs < 40 && (await keys(world)).length > 0; runs += 1) {
      const budget = { pages: 1 };
      await world.run({ mode: runs === 0 ? "manual" : "scheduled", budget });
    }
    expect(await keys(world)).toEqual([]);
    expect(await stored(world)).toEqual(whole);
  });

  test("another key of the account is asked at once", async () => {
    const few = ["query-funds", "query-open-trades", "query-closed-trades"];
    await using world = await aWorld({ keys: [{ permissions: few }, {}], trades: manyTrades(120), ledgers });
    await world.run({ mode: "scheduled" });
    world.clock.advance(QUARTER_MS);
    const { apiKey = "", apiSecret = "" } = world.simulator.keys[1] ?? {};
    await world.run({ mode: "scheduled", credentials: async () => ({ apiKey, apiSecret }) });
    expect(await stored(world)).toEqual(whole);
    expect(await keys(world)).toEqual([]);
  });

  test("an export of trades without its ledger leaves the ledger to be read", async () => {
    const permissions = ["query-funds", "query-open-trades", "query-closed-trades", "query-ledger", "export-data"];
    await using world = await aWorld({ keys: [{ permissions }], trades: manyTrades(120), ledgers });
    // The ledgers are the first of the two reports that are asked for.
    world.simulator.inject({ ...refusal, path: "AddExport", times: 1 });
    await world.run({ mode: "backfill" });
    expect(await stored(world)).toEqual(whole);
    expect(await keys(world)).toEqual([]);
  });
});

test("a part of the ledger that fails each time does not keep the others from being read", async () => {
  await using world = await aWorld({ trades: manyTrades(250), ledgers });
  const outage = world.simulator.inject({ kind: "http", status: 520, path: "Ledgers", times: always });
  await world.run();
  outage.remove();
  // Entries of these seconds cannot be read, however they are asked for.
  const process = ({ parameters }: SimulatedRequest) => {
    const [from, to] = [Number(parameters.start ?? 0), Number(parameters.end)];
    if (from < 1_700_000_200 && to > 1_700_000_190) throw new Error("a damaged page");
  };
  const damage = world.simulator.inject({ kind: "process", path: "Ledgers", process, times: always });
  for (let runs = 0; runs < 12; runs += 1) {
    world.clock.advance(QUARTER_MS);
    await world.run({ mode: "scheduled" });
  }
  const left = await stored(world);
  expect(left.purchases).toEqual(whole.purchases);
  expect(left.estimated).toBeGreaterThan(0);
  expect(left.estimated).toBeLessThan(110);
  expect(await keys(world)).toContain(UNREAD);
  damage.remove();
  for (let runs = 0; runs < 3; runs += 1) {
    world.clock.advance(QUARTER_MS);
    await world.run({ mode: "scheduled" });
  }
  expect(await stored(world)).toEqual({ ...whole, fills: 250 });
  expect(await keys(world)).toEqual([]);
}, 60_000);

test("killed after every page, with a ledger that fails now and then, it comes to the same end", async () => {
  await using world = await aWorld({ trades: manyTrades(120), ledgers }, { headEveryMs: 86_400_000 });
  for (let failures = 0; failures < 4; failures += 1) {
    world.simulator.inject({ kind: "http", status: 520, path: "Ledgers", times: 5, afterRequests: 4 * failures });
  }
  for (let runs = 0; runs < 40; runs += 1) await world.run({ mode: "scheduled", budget: { pages: 1 } });
  expect(await stored(world)).toEqual(whole);
  expect(await keys(world)).toEqual([]);
}, 60_000);

test("fees alone are read again too", async () => {
  await using world = await aWorld({ trades: manyTrades(60), ledgers });
  const feesOnly = await world.connect({ instant: false });
  world.simulator.inject({ kind: "http", status: 520, path: "Ledgers", times: 5 });
  await world.run({ connectionId: feesOnly });
  expect((await stored(world)).estimated).toBe(60);
  await world.run({ connectionId: feesOnly });
  expect(await stored(world)).toEqual({ fills: 60, purchases: [], estimated: 0 });
});
