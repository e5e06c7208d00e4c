import { simulatedInstruments } from "@fillbook/connector-ibkr/simulator";
import { instantFromUnixMs } from "@fillbook/core";
import { expect, test } from "vitest";
import { aTwsWorld } from "./support/ibkr-tws-world.ts";

const shares = { instrument: simulatedInstruments.qqq, side: "buy", quantity: "100", price: "590.25" } as const;

test("after an order: requests during a run are one more run, which reads the order's fill", async () => {
  await using world = await aTwsWorld();
  world.simulator.addFills(shares);
  const user = world.book.forUser("owner");
  let asked: ReturnType<typeof user.syncNow>[] = [];
  const process = () => {
    // The run stays open until TWS has IBKR again, which is when all have asked.
    world.tws.lose();
    world.clock.advance(1_000);
    const after = instantFromUnixMs(world.clock.now());
    asked = [1, 2, 3, 4].map(() => user.syncNow(world.connectionId, { after }));
    void Promise.all(asked).then(() => world.tws.restore(1102));
  };
  world.tws.inject({ kind: "process", atMessage: 8, process });
  expect(await user.syncNow(world.connectionId)).toMatchObject({ status: "succeeded", stats: { inserted: 1 } });
  expect(await Promise.all(asked)).toEqual(
    Array(4).fill(expect.objectContaining({ status: "skipped", followUp: true })),
  );
  const before = world.tws.connected;
  // The order is filled only now.
  world.simulator.addFills({ ...shares, quantity: "7" });
  const due = await world.book.ingestDue();
  expect(due).toMatchObject([{ error: null, report: { status: "succeeded", stats: { inserted: 1 } } }]);
  expect(await world.book.ingestDue()).toEqual([]);
  expect([before, world.tws.connected]).toEqual([1, 2]);
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
