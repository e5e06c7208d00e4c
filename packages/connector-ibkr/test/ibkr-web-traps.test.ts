import { simulatedInstruments, twinsDay } from "@fillbook/connector-ibkr/simulator";
import { expect, test } from "vitest";
import { DAY_MS, testClock } from "./support/ibkr-flex-world.ts";
import { aWebWorld } from "./support/ibkr-web-world.ts";

// Goal: what went wrong in other people's importers goes right here; the numbers are those of our list of traps.
// Method: the simulator behaves as the report says, and a whole import is made.

const { qqq, spyCall, future, euroDollar, pennyStock } = simulatedInstruments;
const shares = { instrument: qqq, side: "buy", quantity: "100", price: "590.25" } as const;

test("trap 1, 2: a rebooked fill is the same fill in a later revision, whether or not the row before it stays", async () => {
  for (const keepsRevisions of [true, false]) {
    await using world = await aWebWorld({ simulator: { portal: { keepsRevisions } } });
    const [fill] = world.simulator.addFills(shares);
    await world.run();
    world.clock.advance(3_600_000);
    world.simulator.correct(fill?.execId ?? "", { price: "590.26" });
    expect((await world.run()).stats).toMatchObject({ corrected: 1, conflicts: 0 });
    expect(await world.canonical()).toMatchObject([
      { executionId: fill?.execId?.replace(/01$/, "02"), price: "590.26" },
    ]);
    expect(await world.trades()).toHaveLength(1);
  }
});

test("trap 3: two fills of an order that are alike in time, price and size are two fills", async () => {
  const entries = twinsDay();
  const day = entries.find((entry) => entry.kind === "fill");
  await using world = await aWebWorld({
    clock: testClock((day?.bookedAtMs ?? 0) + 3_600_000),
    simulator: { entries, portal: {} },
  });
  const stats = (await world.run()).stats;
  expect(stats.inserted).toBe(entries.length);
  expect(new Set((await world.canonical()).map(({ executedAt, price }) => `${executedAt} ${price}`)).size).toBeLessThan(
    entries.length,
  );
});

test("trap 9: order_id is no permanent id, and above 2^53 keeps its digits", async () => {
  await using world = await aWebWorld({ simulator: { portal: { orderIdBase: "90071992547409930000" } } });
  const order = { permanentId: "7", reference: null };
  world.simulator.addFills({ ...shares, order }, { ...shares, order });
  await world.run();
  for (const { order: stored, raw } of await world.canonical()) {
    expect(stored).toMatchObject({
      permanentId: null,
      reference: null,
      clientId: "client-portal",
      orderId: "90071992547409930007",
    });
    expect(raw).toMatchObject({ order_id: "90071992547409930007" });
  }
  expect(await world.trades()).toHaveLength(1);
});

test("trap 10: the first list of a session is empty, the second is not; both are five seconds apart", async () => {
  await using world = await aWebWorld();
  world.simulator.addFills(shares);
  expect((await world.run()).stats.inserted).toBe(1);
  const [first, second] = world.calls();
  expect((second?.atMs ?? 0) - (first?.atMs ?? 0)).toBeGreaterThanOrEqual(5_000);
  expect(world.calls()).toHaveLength(2);
});

test("trap 10: an account without trades is asked twice in a session, and then once a run", async () => {
  await using world = await aWebWorld();
  expect(await world.run()).toMatchObject({ status: "succeeded", stats: { fetched: 0 } });
  expect(world.calls()).toHaveLength(2);
  world.clock.advance(900_000);
  await world.run();
  expect(world.calls()).toHaveLength(3);
});

test("trap 10: a list that turns empty takes nothing back, says so, and claims nothing", async () => {
  await using world = await aWebWorld();
  world.simulator.addFills(shares);
  const before = (await world.run()).cursorAfter;
  world.portal.inject({ kind: "json", status: 200, body: "[]", path: "/iserver/account/trades" });
  world.clock.advance(900_000);
  const report = await world.run();
  expect(report).toMatchObject({ status: "partial", error: null });
  expect(report.cursorAfter).toEqual(before);
  expect(await world.canonical()).toHaveLength(1);
});

test("trap 11: a fill that shows up late, behind newer ones, is stored by the next run", async () => {
  await using world = await aWebWorld();
  world.simulator.addFills(shares);
  await world.run();
  world.clock.advance(900_000);
  world.simulator.addFills({ ...shares, atMs: world.clock.now() - 3_600_000 }, shares);
  expect((await world.run()).stats.inserted).toBe(2);
  expect(await world.canonical()).toHaveLength(3);
});

test("trap 17: a pause of more than a week is told as a gap", async () => {
  await using world = await aWebWorld();
  world.simulator.addFills(shares);
  await world.run();
  world.clock.advance(9 * DAY_MS);
  world.portal.login();
  const report = await world.run();
  expect(report.status).toBe("partial");
  expect(await world.problems()).toEqual([expect.stringMatching(/^coverage_gap: .*seven days.*Flex/)]);
});

test("trap 18, 22: times are UTC, in milliseconds beyond 32 bits, also where only the text is there", async () => {
  for (const spelling of ["usual", "swapped"] as const) {
    await using world = await aWebWorld({ simulator: { portal: { spelling } } });
    world.simulator.addFills({ ...shares, atMs: Date.UTC(2026, 1, 27, 3, 4, 5) });
    await world.run();
    expect(await world.canonical()).toMatchObject([{ executedAt: "2026-02-27T03:04:05.000000Z", price: "590.25" }]);
  }
});

test("trap 23: a commission that comes later completes the fill, which is neither corrected nor doubled", async () => {
  await using world = await aWebWorld({ simulator: { portal: { commissionDelayMs: 600_000 } } });
  world.simulator.addFills({ ...shares, commission: "1.01" });
  await world.run();
  expect(await world.canonical()).toMatchObject([{ fees: null }]);
  world.clock.advance(900_000);
  expect((await world.run()).stats).toMatchObject({ updated: 1, corrected: 0, conflicts: 0 });
  expect(await world.canonical()).toMatchObject([{ fees: [{ amount: "1.01", currency: "USD", estimated: true }] }]);
  expect(await world.trades()).toHaveLength(1);
});

test("trap 25, 27: a cost is positive, a rebate negative, and the minimum is on the first fill alone", async () => {
  await using world = await aWebWorld();
  const order = { permanentId: "7", reference: "one order" };
  const commissions = ["1.000309", "-0.0021", "0"];
  world.simulator.addFills(...commissions.map((commission) => ({ ...shares, order, commission })));
  await world.run();
  const fees = (await world.canonical()).map((execution) => execution.fees?.[0]?.amount);
  expect(fees.sort()).toEqual([...commissions].sort());
  expect(await world.trades()).toMatchObject([{ executionCount: 3 }]);
});

test("trap 28, 29: the currency of a commission is not told: an estimate, and for forex unknown", async () => {
  await using world = await aWebWorld();
  world.simulator.addFills(shares, { instrument: euroDollar, side: "sell", quantity: "20000", price: "1.0855" });
  await world.run();
  const stored = await world.canonical();
  expect(stored.find(({ instrument }) => instrument.kind === "forex")).toMatchObject({
    instrument: { symbol: "EUR/USD", base: "EUR", currency: "USD" },
    fees: null,
  });
  expect(stored.find(({ instrument }) => instrument.kind === "stock")?.fees).toMatchObject([{ estimated: true }]);
});

test("trap 39: an alias in the place of the account is the account, and is never guessed", async () => {
  for (const accountNames of ["alias", "alias-only", "none"] as const) {
    const accounts = [{ accountId: "U1234567", alias: "Anna" }];
    await using world = await aWebWorld({ simulator: { accounts, portal: { accountNames } } });
    world.simulator.addFills(shares);
    expect((await world.run()).stats).toMatchObject({ inserted: 1, rejected: 0 });
    expect(await world.canonical()).toMatchObject([{ account: "U1234567" }]);
  }
  const accounts = [{ accountId: "U1234567" }, { accountId: "U7654321" }];
  await using world = await aWebWorld({ simulator: { accounts, portal: { accountNames: "none" } } });
  world.simulator.addFills(shares);
  expect((await world.run()).stats).toMatchObject({ inserted: 0, rejected: 1 });
});

test("trap 49: an instrument is its conid; symbol, currency and multiplier come from its definition, once", async () => {
  await using world = await aWebWorld();
  world.simulator.addFills(
    { instrument: future, side: "buy", quantity: "2", price: "6525.25" },
    { instrument: spyCall, side: "sell", quantity: "1", price: "8.12" },
  );
  await world.run();
  const stored = await world.canonical();
  expect(
    stored.map(({ instrument }) => instrument).sort((one, other) => (one.kind < other.kind ? -1 : 1)),
  ).toMatchObject([
    { kind: "future", conid: future.conid, currency: "USD", multiplier: "5", rawSymbol: "MES" },
    { kind: "option", conid: spyCall.conid, currency: "USD", multiplier: "100", symbol: "SPY 260619C00700000" },
  ]);
  world.clock.advance(900_000);
  world.simulator.addFills({ instrument: future, side: "sell", quantity: "1", price: "6530" });
  await world.run();
  expect(world.calls("/trsrv/secdef")).toHaveLength(1);
});

test("trap 49: an instrument that IBKR does not tell leaves the currency unknown until it does", async () => {
  const unknownConids: string[] = [qqq.conid];
  await using world = await aWebWorld({ simulator: { portal: { unknownConids } } });
  world.simulator.addFills(shares);
  await world.run();
  expect(await world.canonical()).toMatchObject([{ instrument: { currency: null, symbol: "QQQ" }, fees: null }]);
  expect(await world.problems()).toEqual([expect.stringContaining(qqq.conid)]);
  unknownConids.pop();
  world.clock.advance(900_000);
  await world.run();
  expect(await world.canonical()).toMatchObject([{ instrument: { currency: "USD" }, fees: [{ currency: "USD" }] }]);
  expect(await world.problems()).toEqual([]);
});

test("trap 50: of a combo the legs are fills, and the whole is none", async () => {
  await using world = await aWebWorld();
  const { strangle, spyPut } = simulatedInstruments;
  const trade = { side: "buy", quantity: "1", price: "14.5" } as const;
  world.simulator.addFills(...[strangle, spyCall, spyPut].map((instrument) => ({ ...trade, instrument })));
  expect((await world.run()).stats).toMatchObject({ inserted: 2, ignored: 1, rejected: 0 });
});

test("trap 51: an expiry is no fill, and says why", async () => {
  await using world = await aWebWorld();
  world.simulator.addFills({
    instrument: spyCall,
    side: "sell",
    quantity: "2",
    price: "0",
    cause: "expiry",
    execId: null,
  });
  expect((await world.run()).stats).toMatchObject({ inserted: 0, ignored: 1, rejected: 0 });
});

test("trap 52, 53, 54: fractions, prices of zero and below, and a multiplier of 0.0", async () => {
  await using world = await aWebWorld();
  world.simulator.addFills(
    { ...shares, quantity: "0.5" },
    { instrument: pennyStock, side: "buy", quantity: "3", price: "0" },
    { instrument: future, side: "sell", quantity: "1", price: "-37.63" },
  );
  expect((await world.run()).stats).toMatchObject({ inserted: 3, rejected: 0 });
  const facts = (await world.canonical()).map(({ quantity, price, instrument }) => [
    quantity,
    price,
    instrument.multiplier,
  ]);
  expect(facts.sort()).toEqual([
    ["0.5", "590.25", null],
    ["1", "-37.63", "5"],
    ["3", "0", null],
  ]);
});

test("rows: an answer with each row twice, in no order, is each fill once", async () => {
  await using world = await aWebWorld({ simulator: { portal: { duplicates: true, rowOrder: "mixed" } } });
  world.simulator.addFills(...["1", "2", "3", "4", "5"].map((quantity) => ({ ...shares, quantity })));
  expect((await world.run()).stats).toMatchObject({ inserted: 5, conflicts: 0 });
});
