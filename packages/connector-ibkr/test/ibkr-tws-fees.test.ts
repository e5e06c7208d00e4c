import { simulatedInstruments } from "@fillbook/connector-ibkr/simulator";
import { expect, test } from "vitest";
import { aTwsWorld, type TwsWorld } from "./support/ibkr-tws-world.ts";

// Goal: a commission is another message, and is joined with its fill whenever it comes; until then it is unknown and not
// zero. Method: the simulator tells commissions in every way that was seen. The numbers are those of our list of traps.

const shares = { instrument: simulatedInstruments.qqq, side: "buy", quantity: "100", price: "590.25" } as const;
const MINUTE_MS = 60_000;

async function byQuantity(world: TwsWorld) {
  return (await world.canonical()).sort((left, right) => (left.quantity < right.quantity ? -1 : 1));
}

test.each(["before", "after", "late", "twice"] as const)(
  "trap 23: a commission %s is joined by the execution's id",
  async (commissions) => {
    await using world = await aTwsWorld({ tws: { commissions }, policy: { timeouts: { commissionMs: 2_000 } } });
    world.simulator.addFills({ ...shares, commission: "1.01" }, { ...shares, quantity: "5", commission: "-0.25" });
    expect((await world.run()).stats).toMatchObject({ fetched: 2, inserted: 2 });
    const dear = { quantity: "100", fees: [{ amount: "1.01", currency: "USD" }] };
    const rebate = { quantity: "5", fees: [{ amount: "-0.25", currency: "USD" }] };
    expect(await byQuantity(world)).toMatchObject([dear, rebate]);
  },
);

test.each(["sentinel", "empty", "never"] as const)(
  "trap 23: a commission that is not set (%s) is unknown, not zero",
  async (commissions) => {
    await using world = await aTwsWorld({ tws: { commissions } });
    world.simulator.addFills(shares);
    await world.run();
    expect(await world.canonical()).toMatchObject([{ fees: null }]);
    expect(await world.trades()).toMatchObject([{ unknownFeeCount: 1 }]);
  },
);

test("trap 23: a commission that comes later completes the fill, which is neither corrected nor doubled", async () => {
  await using world = await aTwsWorld({ tws: { commissionDelayMs: 10 * MINUTE_MS } });
  world.simulator.addFills({ ...shares, commission: "1.01" });
  await world.run();
  world.clock.advance(15 * MINUTE_MS);
  expect((await world.run()).stats).toMatchObject({ updated: 1, corrected: 0, conflicts: 0 });
  expect(await world.executions()).toHaveLength(2);
  expect(await world.canonical()).toMatchObject([{ fees: [{ amount: "1.01", currency: "USD" }] }]);
});

test("trap 23: a zero may be a commission that is not known yet, and yields to the amount", async () => {
  await using world = await aTwsWorld();
  const [fill] = world.simulator.addFills({ ...shares, commission: "0.0" });
  await world.run();
  expect(await world.canonical()).toMatchObject([{ fees: [{ amount: "0", currency: "USD", estimated: true }] }]);
  const told = ["59", "1", fill?.execId ?? "", "1.5", "USD", "", "", ""];
  world.tws.inject({ kind: "tokens", atMessage: 8, tokens: told });
  world.clock.advance(15 * MINUTE_MS);
  expect((await world.run()).stats.conflicts).toBe(0);
  expect(await world.trades()).toMatchObject([{ fees: [{ amount: "1.5", currency: "USD" }] }]);
});

test("trap 24: commissions of other clients come to the master client alone, which is said", async () => {
  await using world = await aTwsWorld({ tws: { masterClientId: 5 } });
  world.simulator.addFills(
    { ...shares, order: { clientId: "71" } },
    { ...shares, quantity: "5", order: { clientId: "9" } },
  );
  world.clock.advance(20 * MINUTE_MS);
  await world.run();
  expect(await byQuantity(world)).toMatchObject([{ fees: [{ amount: "1", currency: "USD" }] }, { fees: null }]);
  expect(await world.problems()).toEqual([expect.stringMatching(/1 executions of other clients.*Master.*71/)]);
  const master = await world.connect("U1234567", { clientId: 5 });
  await world.run({ connectionId: master });
  expect((await world.trades()).every(({ unknownFeeCount }) => unknownFeeCount === 0)).toBe(true);
});

test.each([
  ["an empty amount, which the library reads as 0", ["", "USD"], null],
  ["no amount yet", ["1.7976931348623157E308", "USD"], null],
  ["an amount, then a later one", ["2.25", "USD"], [{ amount: "2.25", currency: "USD" }]],
])("trap 23: %s, where another message follows", async (_name, [amount = "", currency = ""], only) => {
  const known = [{ amount: "1", currency: "USD" }];
  for (const [atMessage, fees] of [
    // Instead of the commission, and behind it: what is not set undoes nothing.
    [8, only],
    [9, only ?? known],
  ] as const) {
    await using world = await aTwsWorld({ policy: { timeouts: { answerMs: 250 } } });
    const [fill] = world.simulator.addFills(shares);
    const tokens = ["59", "1", fill?.execId ?? "", amount, currency, "", "", ""];
    world.tws.inject({ kind: "tokens", atMessage, tokens });
    await world.run();
    expect(await world.canonical()).toMatchObject([{ fees }]);
  }
});
