import { readIbkrSession } from "@fillbook/connector-ibkr";
import { simulatedInstruments } from "@fillbook/connector-ibkr/simulator";
import { expect, test } from "vitest";
import { DAY_MS, HOUR_MS } from "./support/ibkr-flex-world.ts";
import { aWebWorld, type WebWorld } from "./support/ibkr-web-world.ts";

const fill = { instrument: simulatedInstruments.qqq, side: "buy", quantity: "100", price: "590.25" } as const;

async function sessionOf({ store, connectionId }: WebWorld, id = connectionId) {
  return readIbkrSession(store, { id });
}

test("session: a connection without a run has none, and so has another's id", async () => {
  await using world = await aWebWorld();
  expect(await sessionOf(world)).toBeNull();
  expect(await sessionOf(world, "elsewhere")).toBeNull();
});

test("session: who opened it and when, the last tickle, and when it ends", async () => {
  await using world = await aWebWorld();
  world.simulator.addFills(fill);
  await world.run();
  const first = await sessionOf(world);
  expect(first).toMatchObject({ openedBy: "person", brokerageOpenedAt: null, ended: null, competing: [] });
  expect(first?.openedAt).toMatch(/^2026-03-02T12:00:0/);
  expect(first?.expiresAt).toMatch(/^2026-03-02T12:07:/);
  world.clock.advance(900_000);
  await world.run();
  const second = await sessionOf(world);
  expect(second?.openedAt).toBe(first?.openedAt);
  expect(second?.lastTickleAt).toMatch(/^2026-03-02T12:15:/);
});

test("session: connections of one login share it, and each login is a new one", async () => {
  const accounts = [{ accountId: "U1234567" }, { accountId: "U7654321" }];
  await using world = await aWebWorld({ simulator: { accounts, portal: {} } });
  const other = await world.connect("U7654321");
  await world.run();
  await world.run({ connectionId: other });
  expect(await sessionOf(world)).toEqual(await sessionOf(world, other));
  const before = (await sessionOf(world))?.openedAt;
  world.clock.advance(DAY_MS);
  world.portal.login();
  await world.run();
  expect((await sessionOf(world))?.openedAt).not.toBe(before);
});

test("session: its end is noted with what to do, and forgotten after the login", async () => {
  await using world = await aWebWorld();
  await world.run();
  world.clock.advance(900_000);
  world.portal.expire("sso");
  await world.run();
  expect(await sessionOf(world)).toMatchObject({
    ended: { at: expect.stringMatching(/^2026-03-02T12:15:/), why: expect.stringMatching(/log in/) },
  });
  world.portal.login();
  await world.reconnect();
  await world.run();
  expect(await sessionOf(world)).toMatchObject({ ended: null });
});

test("session: competing sessions are noted with what was done, at most twenty", async () => {
  await using world = await aWebWorld({ settings: { compete: true } });
  await world.run();
  for (let event = 0; event < 25; event += 1) {
    world.portal.compete(true);
    world.clock.advance(event === 0 ? 0 : HOUR_MS / 2);
    await world.run();
  }
  const session = await sessionOf(world);
  expect(session?.competing).toHaveLength(20);
  expect(session?.competing.filter(({ tookOver }) => tookOver).length).toBeGreaterThan(5);
  expect(session?.competing.filter(({ tookOver }) => !tookOver).length).toBeGreaterThan(5);
});

test("session: by OAuth the connector opens it itself, login and brokerage session", async () => {
  await using world = await aWebWorld({ access: "oauth" });
  await world.run();
  const session = await sessionOf(world);
  expect(session).toMatchObject({ openedBy: "connector", ended: null });
  expect(session?.brokerageOpenedAt).toMatch(/^2026-03-02T12:0/);
  expect(session?.expiresAt).toMatch(/^2026-03-03T12:0/);
});
