import { createFillbook, type ImportError, instantFromUnixMs, systemClock } from "@fillbook/core";
import { anExecution, scripted } from "@fillbook/testkit";
import type { Pool } from "pg";
import { expect, test } from "vitest";
import { aConnection, play } from "../../testkit/src/suite/play.ts";
import { fewAtOnce } from "../src/few-at-once.ts";
import { postgresStore } from "../src/index.ts";
import { testDatabaseUrl } from "./support/database.ts";
import { fill } from "./support/fault-book.ts";
import { faultPool } from "./support/fault-pool.ts";
import { serverStore } from "./support/test-store.ts";

// Goal: a person's answer that takes several statements is of one moment, and reading it takes nothing from imports.
// Method: another session commits between two statements of one answer; pools are too small for what is asked of them.

const FILLS = 1_500;

test("positions and campaigns count every fill once, though a correction is committed between two statements", async () => {
  const { faults, direct, user, connectionId } = await bigBook();
  const reads = [
    { read: () => user.positions(), move: moved("E0", newest), is: [{ quantity: whole, executionCount: FILLS }] },
    {
      read: () => user.realizedByDay(),
      move: moved("E1400", oldest),
      is: [{ fees: [{ amount: `${FILLS}`, currency: "USD" }] }],
    },
    { read: () => user.campaignTotals(), move: moved("E1", newest), is: [{ tradeCount: FILLS }] },
  ];
  for (const { read, move, is } of reads) {
    let statements = 0;
    faults.watch({
      async before({ text }) {
        if (text.includes("executions.fill") && ++statements === 2) await play(direct, connectionId, [move]);
      },
    });
    expect(await read()).toMatchObject(is);
    expect(statements).toBe(2);
  }
}, 60_000);

test("a trade that is absorbed between two statements of the inbox is still beside it", async () => {
  const { faults, direct, user } = await bigBook(1);
  const executedAt = anExecution().executedAt;
  const { instrument, quantity, price } = anExecution();
  const { symbol, kind, currency = null } = instrument;
  const manual = await user.addTrade({ symbol, kind, currency, side: "buy", quantity, price, executedAt });
  const [{ id = "", version = 0 } = {}] = (await user.inbox()).items;
  let statements = 0;
  faults.watch({
    async before({ text }) {
      if (!text.includes("as wanted (day)")) return;
      statements += 1;
      await userOf(direct).absorb({ trade: { id, version }, manual: { id: manual.id, version: manual.version } });
    },
  });
  const { items } = await user.inbox();
  expect([items.map(({ absorb }) => absorb?.id), statements]).toEqual([[manual.id], 1]);
  faults.watch({});
  expect((await user.inbox()).items).toEqual([]);
});

test.each([1, 2, 3])(
  "in a pool of %i all read at once, beside imports, and nobody waits for ever",
  async (max) => {
    const { schema, connectionId } = await bigBook();
    const faults = faultPool(testDatabaseUrl(), { max });
    const store = postgresStore({ pool: faults.pool }, { schema });
    const user = userOf(store);
    let mostTaken = 0;
    faults.watch({
      before({ text }) {
        if (text.includes("repeatable read")) mostTaken = Math.max(mostTaken, taken(faults.pool));
      },
    });
    const reads = Array.from({ length: 6 }, () => user.positions());
    const told = play(store, connectionId, [fill({ familyId: "N1", order: { permanentId: "N1" } })]);
    for (const positions of await Promise.all(reads)) expect(positions).toHaveLength(1);
    expect((await told).error).toBeNull();
    expect(taken(faults.pool)).toBe(0);
    expect(mostTaken).toBeGreaterThan(0);
  },
  60_000,
);

test("a read that is broken off by the server is read again from its start", async () => {
  const { faults, pool, user } = await bigBook();
  let fired = 0;
  faults.watch({
    async before({ text, beside }) {
      if (!text.includes("executions.fill") || ++fired !== 2) return;
      const [row] = await beside("select pg_backend_pid() as pid");
      await pool.query("select pg_terminate_backend($1)", [row?.pid]);
    },
  });
  expect(await user.positions()).toMatchObject([{ quantity: whole }]);
  expect(fired).toBe(4);
});

test("few at once: places are handed over in order, and who waits too long never begins", async () => {
  const turn = fewAtOnce({ max: 2, waitMs: 200, clock: systemClock });
  const done: string[] = [];
  const holds: (() => void)[] = [];
  const held = (name: string) =>
    turn(async () => {
      await new Promise<void>((resolve) => holds.push(resolve));
      done.push(name);
    });
  const [first, second] = [held("first"), held("second")];
  const late = held("late").catch((error: ImportError) => error.code);
  expect(await late).toBe("STORE_FAILED");
  const [third, fourth] = [held("third"), held("fourth")];
  for (const hold of holds.splice(0)) hold();
  await Promise.all([first, second]);
  await expect.poll(() => holds.length).toBe(2);
  for (const hold of holds.splice(0)) hold();
  await Promise.all([third, fourth]);
  expect(done).toEqual(["first", "second", "third", "fourth"]);
  await expect(turn(() => Promise.reject(new Error("the work's own")))).rejects.toThrow("the work's own");
  expect(await turn(async () => "free")).toBe("free");
});

const whole = String(FILLS * 10);
const [oldest, newest] = ["2026-01-05T00:00:01Z", "2026-01-05T12:00:00Z"];

/** A book with so many fills, read through a pool that is watched and written beside it. */
async function bigBook(count = FILLS) {
  const { schema, pool, store: direct } = await serverStore();
  const connectionId = await aConnection(direct);
  await play(
    direct,
    connectionId,
    Array.from({ length: count }, (_, number) => {
      return moved(`E${number}`, instantFromUnixMs(Date.UTC(2026, 0, 5, 10) + number * 1000), 0);
    }),
  );
  const faults = faultPool();
  const user = userOf(postgresStore({ pool: faults.pool }, { schema }));
  return { faults, pool, direct, user, connectionId, schema };
}

function userOf(store: ReturnType<typeof postgresStore>) {
  return createFillbook({ store, connectors: [scripted({ pages: [] })], credentials: async () => null }).forUser(
    "owner",
  );
}

function moved(familyId: string, executedAt: string, revision = 1) {
  const fees = [{ amount: "1", currency: "USD" }];
  return fill({ familyId, revision, executedAt, fees, order: { permanentId: familyId } });
}

function taken({ totalCount, idleCount }: Pool): number {
  return totalCount - idleCount;
}
