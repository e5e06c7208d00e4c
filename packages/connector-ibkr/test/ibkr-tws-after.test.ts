import { simulatedInstruments } from "@fillbook/connector-ibkr/simulator";
import { instantFromUnixMs } from "@fillbook/core";
import { expect, test } from "vitest";
import { aTwsWorld } from "./support/ibkr-tws-world.ts";

const shares = { instrument: simulatedInstruments.qqq, side: "buy", quantity: "100", price: "590.25" } as const;

test("after an order: requests during a run are one more run, which reads the order's fill", async () => {
  // The run stays open for a moment: it waits for commissions that never come.
  const timeouts = { commissionMs: 150 };
  await using world = await aTwsWorld({ tws: { commissions: "never" }, policy: { timeouts } });
  world.simulator.addFills(shares);
  const user = world.book.forUser("owner");
  let asked: ReturnType<typeof user.syncNow>[] = [];
  const process = () => {
    world.clock.advance(1_000);
    const after = instantFromUnixMs(world.clock.now());
    // An order was sent, and filled after TWS had written its list.
    asked = [1, 2, 3, 4].map(() => user.syncNow(world.connectionId, { after }));
    world.clock.advance(1_000);
    world.simulator.addFills({ ...shares, quantity: "7" });
  };
  world.tws.inject({ kind: "process", atMessage: 8, process });
  expect(await user.syncNow(world.connectionId)).toMatchObject({ status: "succeeded", stats: { inserted: 1 } });
  const skipped = await Promise.all(asked);
  expect(skipped).toEqual(Array(4).fill(expect.objectContaining({ status: "skipped", followUp: true })));
  expect(world.asked()).toHaveLength(1);
  const due = await world.book.ingestDue();
  expect(due).toMatchObject([{ error: null, report: { status: "succeeded", stats: { inserted: 1 } } }]);
  expect(world.asked()).toHaveLength(2);
  expect(await world.book.ingestDue()).toEqual([]);
  expect(await world.canonical()).toHaveLength(2);
  await world.closed();
});

test("after an order: with no run going on it is read at once", async () => {
  await using world = await aTwsWorld();
  const after = instantFromUnixMs(world.clock.now());
  world.simulator.addFills(shares);
  const report = await world.book.forUser("owner").syncNow(world.connectionId, { after });
  expect(report).toMatchObject({ status: "succeeded", stats: { inserted: 1 } });
  expect(world.asked()).toHaveLength(1);
});
