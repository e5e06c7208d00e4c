import { simulatedInstruments, twinsDay } from "@fillbook/connector-ibkr/simulator";
import type { Instant } from "@fillbook/core";
import { expect, test } from "vitest";
import { DAY_MS, HOUR_MS, testClock } from "./support/ibkr-flex-world.ts";
import { aTwsWorld } from "./support/ibkr-tws-world.ts";

// Goal: what went wrong in other people's importers goes right here; the numbers are those of our list of traps.
// Method: the simulator behaves as the report says, and a whole import is made.

const { qqq, spyCall, future, euroDollar, strangle, crypto } = simulatedInstruments;
const shares = { instrument: qqq, side: "buy", quantity: "100", price: "590.25" } as const;
const MINUTE_MS = 60_000;

test("trap 3: two fills of an order that are alike in time, price and size are two fills", async () => {
  const entries = twinsDay();
  const day = entries.find((entry) => entry.kind === "fill");
  const clock = testClock((day?.bookedAtMs ?? 0) + HOUR_MS);
  await using world = await aTwsWorld({
    clock,
    tws: { logDays: 7 },
    settings: { lookBackDays: 7 },
    simulator: { entries },
  });
  expect((await world.run()).stats.inserted).toBe(entries.length);
  expect(await world.canonical()).toHaveLength(entries.length);
});

test.each([true, false])(
  "trap 6: a correction is the next revision of its fill (the old one stays: %s)",
  async (keepsRevisions) => {
    await using world = await aTwsWorld({ tws: { keepsRevisions } });
    const [fill] = world.simulator.addFills(shares);
    await world.run();
    world.clock.advance(HOUR_MS);
    world.simulator.correct(fill?.execId ?? "", { price: "590.26" });
    expect((await world.run()).stats).toMatchObject({ corrected: 1, conflicts: 0 });
    expect(await world.canonical()).toMatchObject([
      { executionId: fill?.execId?.replace(/01$/, "02"), revision: 2, price: "590.26" },
    ]);
    expect(await world.trades()).toHaveLength(1);
  },
);

test("trap 9: permId is no permanent id of other interfaces, and above 2^53 keeps its digits", async () => {
  await using world = await aTwsWorld({ tws: { permIdBase: "90071992547409930000" } });
  const order = { permanentId: "7", reference: null };
  world.simulator.addFills({ ...shares, order }, { ...shares, order });
  await world.run();
  for (const execution of await world.canonical()) {
    expect(execution.order).toMatchObject({ permanentId: null, clientId: "tws", orderId: "90071992547409930007" });
  }
  expect(await world.trades()).toMatchObject([{ executionCount: 2 }]);
});

const typedIn = { permanentId: "-1000000000", reference: null } as const;

test.each(["0", "2147483647"])(
  "trap 9: order %s of client 0 is none: each fill is its own trade",
  async (clientOrderId) => {
    await using world = await aTwsWorld();
    const order = { ...typedIn, clientOrderId, clientId: "0" };
    world.simulator.addFills({ ...shares, order }, { ...shares, order });
    await world.run();
    expect(await world.trades()).toHaveLength(2);
    expect(await world.canonical()).toMatchObject([{ order: { clientId: null, orderId: null } }, {}]);
  },
);

test("trap 9: client 0 with a real order is a client like others, and no other client's order", async () => {
  await using world = await aTwsWorld();
  const order = { ...typedIn, clientOrderId: "12" };
  const ofZero = { ...shares, order: { ...order, clientId: "0" } };
  world.simulator.addFills(ofZero, ofZero, { ...shares, order: { ...order, clientId: "5" } });
  await world.run();
  expect((await world.trades()).map(({ executionCount }) => executionCount).sort()).toEqual([1, 2]);
});

test("trap 12: what the list does not show any more is told as a gap, once", async () => {
  await using world = await aTwsWorld();
  world.simulator.addFills(shares);
  await world.run();
  world.clock.advance(11 * HOUR_MS);
  expect(await world.run()).toMatchObject({ status: "partial", error: null });
  expect(await world.problems()).toEqual([
    expect.stringMatching(/^coverage_gap: .*2026-03-02T17:59.* to 2026-03-03T05:00.*Flex/),
  ]);
  world.clock.advance(15 * MINUTE_MS);
  expect((await world.run()).status).toBe("succeeded");
});

test("trap 12: a Trade Log of seven days has no gap over a weekend, and shows what is older than a day", async () => {
  await using world = await aTwsWorld({ tws: { logDays: 7 }, settings: { lookBackDays: 7 } });
  await world.run();
  world.simulator.addFills(shares);
  world.clock.advance(3 * DAY_MS);
  expect(await world.run()).toMatchObject({ status: "succeeded", stats: { inserted: 1 } });
});

test("trap 12: an execution from before the last list proves that a list has no gap", async () => {
  await using world = await aTwsWorld({ tws: { logDays: 7 } });
  world.simulator.addFills({ ...shares, atMs: world.clock.now() - HOUR_MS });
  await world.run();
  world.clock.advance(11 * HOUR_MS);
  expect(await world.run()).toMatchObject({ status: "succeeded", stats: { inserted: 0 } });
});

test("look-back: a run asks as far as TWS shows and a day more, and further where its window says so", async () => {
  await using world = await aTwsWorld({ tws: { logDays: 7 }, settings: { clientId: 5 } });
  world.simulator.addFills({ ...shares, atMs: world.clock.now() - 4 * DAY_MS });
  expect((await world.run()).stats.fetched).toBe(0);
  const from = "2026-02-25T00:00:00.000000Z" as Instant;
  expect((await world.run({ mode: "manual", window: { from } })).stats.inserted).toBe(1);
  await world.run({ mode: "manual", window: { from: "2020-01-01T00:00:00.000000Z" as Instant } });
  expect(world.asked().map(({ tokens }) => tokens.slice(4, 6))).toEqual([
    ["U1234567", "20260301-05:00:00"],
    ["U1234567", "20260225-00:00:00"],
    ["U1234567", "20260222-18:00:00"],
  ]);
  expect(world.asked().map(({ clientId }) => clientId)).toEqual([5, 5, 5]);
});

test("trap 12: fills of an outage of TWS are not told by themselves; they are asked for when it is over", async () => {
  for (const code of [1101, 1102] as const) {
    await using world = await aTwsWorld();
    world.simulator.addFills(shares);
    const process = () => {
      world.tws.lose();
      world.clock.advance(1_000);
      world.simulator.addFills({ ...shares, quantity: "7" });
      setTimeout(() => world.tws.restore(code), 30);
    };
    world.tws.inject({ kind: "process", atMessage: 7, process });
    expect(await world.run()).toMatchObject({ status: "succeeded", stats: { inserted: 2 } });
    expect(world.asked()).toHaveLength(2);
  }
});

test("code 1100: without IBKR the list is stored, claims nothing, and the next run completes", async () => {
  await using world = await aTwsWorld({ policy: { timeouts: { answerMs: 250 } } });
  world.simulator.addFills(shares);
  world.tws.lose();
  world.clock.advance(1_000);
  world.simulator.addFills({ ...shares, quantity: "7" });
  const report = await world.run();
  expect(report).toMatchObject({ status: "partial", stats: { inserted: 1 }, error: { code: "BROKER_UNAVAILABLE" } });
  expect(report.cursorAfter).toMatchObject({ readAtMs: null });
  world.tws.restore(1102);
  world.clock.advance(15 * MINUTE_MS);
  expect(await world.run()).toMatchObject({ status: "succeeded", stats: { inserted: 1 } });
});

test("no end: a list that never ends is stored as partial, claims nothing, and is no reason to pause", async () => {
  await using world = await aTwsWorld({ tws: { sendsEnd: false }, policy: { timeouts: { answerMs: 150 } } });
  world.simulator.addFills(shares);
  for (let runs = 0; runs < 4; runs += 1) {
    const report = await world.run();
    expect(report).toMatchObject({ status: "partial", error: null, stats: { inserted: runs === 0 ? 1 : 0 } });
    expect(report.cursorAfter).toMatchObject({ readAtMs: null });
    world.clock.advance(15 * MINUTE_MS);
  }
  expect(await world.problems()).toEqual([expect.stringMatching(/^partial_import: .*did not say.*ended/)]);
  expect(await world.connection()).toMatchObject({ status: "active", breaker: "closed" });
  expect(world.tws.requests.filter(({ name }) => name === "reqCurrentTime")).toHaveLength(4);
});

test("trap 12: a list that turns empty takes nothing back, says so, and claims nothing", async () => {
  await using world = await aTwsWorld();
  const [fill] = world.simulator.addFills(shares);
  const { cursorAfter } = await world.run();
  world.simulator.cancel(fill?.execId ?? "");
  world.clock.advance(15 * MINUTE_MS);
  const report = await world.run();
  expect(report).toMatchObject({ status: "partial", error: null });
  expect(report.cursorAfter).toEqual(cursorAfter);
  expect(await world.canonical()).toHaveLength(1);
});

test("trap 16, 10.3 (j), (k): a fill counts whatever the states of its order say, before or after it", async () => {
  for (const order of ["usual", "filled-first", "canceled-first"] as const) {
    await using world = await aTwsWorld();
    world.simulator.addFills(shares);
    const process = () => {
      const [live] = world.simulator.addFills({ ...shares, quantity: "3" });
      if (live !== undefined) world.tws.push(live, order);
    };
    world.tws.inject({ kind: "process", atMessage: 8, process });
    expect((await world.run()).stats).toMatchObject({ fetched: 2, inserted: 2 });
    for (const { fees } of await world.canonical()) expect(fees).toEqual([{ amount: "1", currency: "USD" }]);
    // The next list has it too.
    expect((await world.run()).stats).toMatchObject({ inserted: 0, conflicts: 0 });
  }
});

test("10.3 (d): a live fill that is in the list too is one", async () => {
  await using world = await aTwsWorld();
  const process = () => {
    const [live] = world.simulator.addFills(shares);
    if (live !== undefined) world.tws.push(live);
  };
  world.tws.inject({ kind: "process", atMessage: 6, process });
  expect((await world.run()).stats).toMatchObject({ fetched: 1, inserted: 1 });
});

test("10.3 (d): a live fill of another account of the login is none of ours", async () => {
  const accounts = [{ accountId: "U1234567" }, { accountId: "U7654321" }];
  await using world = await aTwsWorld({ simulator: { accounts } });
  world.simulator.addFills(shares, { ...shares, accountId: "U7654321" });
  const process = () => {
    const [live] = world.simulator.addFills({ ...shares, accountId: "U7654321" });
    if (live !== undefined) world.tws.push(live);
  };
  world.tws.inject({ kind: "process", atMessage: 8, process });
  expect((await world.run()).stats).toMatchObject({ fetched: 1, inserted: 1 });
});

test("trap 18: the forms of times end in the same moment", async () => {
  const atMs = Date.UTC(2026, 2, 2, 15, 27, 4);
  const wall = (separator: string, hours: number) => {
    const text = new Date(atMs + hours * HOUR_MS).toISOString();
    return `${text.slice(0, 10).replaceAll("-", "")}${separator}${text.slice(11, 19)}`;
  };
  const forms = [
    wall("-", 0),
    wall("  ", 1),
    `${wall(" ", 1)} MET`,
    `${wall(" ", 9)} JST`,
    `${wall(" ", 0)} Universal`,
  ];
  for (const form of [...forms, `${wall(" ", -5)} US/Eastern`, `${wall(" ", 8)} Hongkong`]) {
    await using world = await aTwsWorld({ tws: { writeTime: () => form }, settings: { timeZone: "Europe/Zurich" } });
    world.simulator.addFills({ ...shares, atMs });
    await world.run();
    expect(await world.canonical(), form).toMatchObject([{ executedAt: "2026-03-02T15:27:04.000000Z" }]);
  }
});

test("trap 18: a time without a zone is rejected, not guessed, and read once the zone is set", async () => {
  await using world = await aTwsWorld({ tws: { writeTime: () => "20260302  10:00:00" } });
  world.simulator.addFills(shares);
  expect((await world.run()).stats).toMatchObject({ inserted: 0, rejected: 1 });
  expect(await world.problems()).toEqual([expect.stringMatching(/^reject: .*shows no zone.*timeZone/)]);
  const zoned = await world.connect("U1234567", { timeZone: "America/Chicago" });
  expect((await world.run({ connectionId: zoned })).stats).toMatchObject({ inserted: 1, rejected: 0 });
});

test("trap 49, 54: what was traded is known from the execution: currency, multiplier, the symbol of statements", async () => {
  await using world = await aTwsWorld();
  for (const instrument of [qqq, spyCall, future, euroDollar, crypto])
    world.simulator.addFills({ ...shares, instrument });
  await world.run();
  const told = (await world.canonical()).map(({ instrument }) => instrument);
  const names = told.map(({ kind, symbol, base, currency, multiplier }) => [kind, symbol, base, currency, multiplier]);
  expect(names.sort()).toEqual([
    ["crypto", "BTC/USD", "BTC", "USD", null],
    ["forex", "EUR/USD", "EUR", "USD", null],
    ["future", "MESM6", null, "USD", "5"],
    ["option", "SPY 260619C00700000", null, "USD", "100"],
    ["stock", "QQQ", null, "USD", null],
  ]);
});

test("trap 50: of a combo only the legs count; its own execution is ignored", async () => {
  await using world = await aTwsWorld();
  const order = { permanentId: "88", clientOrderId: "4", clientId: "71" };
  const part = { ...shares, order, quantity: "1" };
  const legs = [spyCall, simulatedInstruments.spyPut].map((instrument) => ({ ...part, instrument, price: "6.5" }));
  world.simulator.addFills({ ...part, instrument: strangle, price: "-13.05" }, ...legs);
  expect((await world.run()).stats).toMatchObject({ inserted: 2, ignored: 1, rejected: 0 });
  expect(await world.trades()).toHaveLength(2);
});

test("trap 52, 53: fractions of shares, and prices of zero and below, keep their digits", async () => {
  await using world = await aTwsWorld();
  world.simulator.addFills(
    ...[
      { ...shares, quantity: "0.5003" },
      { ...shares, instrument: future, price: "-37.63" },
      { ...shares, instrument: spyCall, price: "0" },
      { ...shares, instrument: crypto, quantity: "0.00000001", price: "0.00001" },
    ],
  );
  await world.run();
  const told = (await world.canonical()).map(({ quantity, price }) => [quantity, price]);
  expect(told.sort()).toEqual([
    ["0.00000001", "0.00001"],
    ["0.5003", "590.25"],
    ["100", "-37.63"],
    ["100", "0"],
  ]);
});
