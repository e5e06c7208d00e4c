import { PGlite } from "@electric-sql/pglite";
import type { Clock } from "@fillbook/core";
import type { BookStore, CommitBatch } from "@fillbook/core/store";
import { memoryStore } from "@fillbook/store-memory";
import { fakeClock } from "@fillbook/testkit";
import fc from "fast-check";
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { hostileDelivery } from "../../testkit/src/oracle/hostile-history.ts";
import { deliver } from "../../testkit/src/suite/deliver.ts";
import { readAll } from "../../testkit/src/suite/play.ts";
import { embeddedStore } from "../src/embedded.ts";
import { freshSchema } from "./support/database.ts";
import { serverStore } from "./support/test-store.ts";

// Goal: memory, PGlite and server are one store. Method: the same log of operations (imports of hostile pages, reviews and
// pins between two halves of a history, every import twice) to all three; then everything they answer to anybody is
// compared, names of jobs, connections and trades replaced by their place, and the database's own times by their order. What
// the databases keep beside that must be whole too.

let pglite: PGlite;
beforeAll(async () => {
  pglite = await PGlite.create();
}, 60_000);
afterAll(() => pglite.close());

test("memory, PGlite and server export the same state after the same operations", async () => {
  await fc.assert(
    fc.asyncProperty(hostileDelivery, fc.array(fc.nat(9), { maxLength: 3 }), async ({ pages }, reviews) => {
      const embedded = embeddedStore({ pglite }, { schema: freshSchema() });
      await embedded.migrate();
      const server = (await serverStore()).store;
      const states: unknown[] = [];
      for (const store of [memoryStore({ clock: tickingClock() }), embedded, server]) {
        // Corrections, cancels and better ids come before a person's decision and after it.
        await deliver(store, pages.slice(0, Math.ceil(pages.length / 2)));
        for (const review of reviews) await decide(store, review);
        await deliver(store, pages);
        states.push(await exportState(store));
      }
      expect(states[1]).toEqual(states[0]);
      expect(states[2]).toEqual(states[0]);
      for (const store of [embedded, server]) expect((await store.verifyIntegrity()).findings).toEqual([]);
    }),
    { numRuns: inject("wholeCrashMatrix") ? 40 : 3, seed: 20_260_105, endOnFailure: true },
  );
}, 600_000);

/** One decision and one pin on a trade's executions, as a review writes them. */
async function decide(store: BookStore, place: number): Promise<void> {
  const executions = await readAll((after) => store.executions("owner", { limit: 200, ...after }));
  const chosen = executions[place % Math.max(executions.length, 1)];
  if (chosen === undefined) return;
  const { id, familyKey, executedAt } = chosen;
  const decision = { familyKey, link: { tradePlanId: `plan ${place}` }, decidedAt: executedAt, decidedBy: "owner" };
  const batch: CommitBatch = {
    ...{ id: `review/${place}/${id}`, owner: "owner", at: executedAt, run: null, fetched: 0, ignored: 0 },
    accounts: [familyKey.split("/", 2).join("/")],
    ...{ reports: [], cancels: [], rejects: [], rereads: [], contexts: [], problems: [] },
    decisions: [{ ...decision, seenRevisionKey: chosen.canonical ? id : null, suggestion: { place } }],
    pins: [],
  };
  expect((await store.commit(batch)).kind).toBe("committed");
  const pin = { ...batch, id: `pin/${place}/${id}`, decisions: [] };
  // A report that no other contradicts is not pinned: every store says so.
  await store.commit({ ...pin, pins: [{ revisionKey: id, familyKey, pinned: place % 2 === 0 }] });
}

/** Everything that the store answers about its owner, with places for names that are made at random. */
async function exportState(store: BookStore): Promise<unknown> {
  const lists = {
    // A run's end moves updatedAt by the store's own clock.
    connections: (await readAll((after) => store.connections("owner", { limit: 200, ...after }))).map(
      ({ updatedAt: _updated, ...connection }) => connection,
    ),
    jobs: await readAll((after) => store.jobs("owner", { limit: 200, ...after })),
    executions: await readAll((after) => store.executions("owner", { limit: 7, ...after })),
    fills: await store.fills("owner", {}),
    problems: await readAll((after) => store.problems("owner", { limit: 200, state: "all", ...after })),
  };
  // Of two trades that one commit made and another one joins, their ids say which lives on, and these are made at random.
  const trades = (await readAll((after) => store.trades("owner", { limit: 7, ...after }))).map(
    ({ version: _version, ...trade }) => trade,
  );
  const names = new Map<string, string>();
  // A trade is named by its fills, a connection by its connector and account, a job by its place.
  for (const { id } of trades) names.set(id, `trade of ${membersOf(lists.executions, id)}`);
  for (const { id, connector, accountRef } of lists.connections) names.set(id, `${connector} ${accountRef}`);
  for (const [index, { id }] of [...lists.jobs].reverse().entries()) names.set(id, `job ${index}`);
  const text = JSON.stringify({ ...lists, trades }, (key, value) => (databaseTimes.has(key) ? null : value));
  const named = [...names].reduce((all, [id, name]) => all.replaceAll(JSON.stringify(id), JSON.stringify(name)), text);
  return sorted(JSON.parse(named));
}

// By the store's own clock, which is another one in each.
const databaseTimes = new Set(["startedAt", "finishedAt", "lastSyncAt", "lastSucceededAt", "nextSyncAt"]);

function membersOf(executions: readonly { tradeId: string | null; id: string }[], tradeId: string): string {
  return executions
    .flatMap((one) => (one.tradeId === tradeId ? [one.id] : []))
    .sort()
    .join();
}

// Items in one order, and each with its names in one order.
function sorted(lists: Readonly<Record<string, readonly unknown[]>>): unknown {
  return Object.fromEntries(Object.entries(lists).map(([name, items]) => [name, items.map(stableText).sort()]));
}

function stableText(value: unknown): string {
  return JSON.stringify(value, (_key, inner) => {
    const isObject = typeof inner === "object" && inner !== null && !Array.isArray(inner);
    return isObject
      ? Object.fromEntries(Object.entries(inner).sort(([left], [right]) => (left < right ? -1 : 1)))
      : inner;
  });
}

/** A clock of which no two readings are equal, so that jobs have an order. */
function tickingClock(): Clock {
  const clock = fakeClock();
  return {
    ...clock,
    now() {
      clock.advance(1);
      return clock.now();
    },
  };
}
