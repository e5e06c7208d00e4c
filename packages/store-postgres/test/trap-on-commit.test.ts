import type { Pool } from "pg";
import { describe, expect, test } from "vitest";
import { aConnection, readAll } from "../../testkit/src/suite/play.ts";
import { type PostgresOptions, postgresStore, type StoreCommit } from "../src/index.ts";
import { testDatabaseUrl } from "./support/database.ts";
import { faultBook, faultlessBook, faultPages, runReport } from "./support/fault-book.ts";
import { databaseError, faultPool } from "./support/fault-pool.ts";
import { startSqlProxy } from "./support/sql-proxy.ts";
import { serverStore } from "./support/test-store.ts";

// Goal: a host's own rows and the fills of a page are both durable or neither is, whatever the host's code does.
// Method: a host with a table of its own, that notes each commit; its code fails in every way there is.

type OnCommit = NonNullable<PostgresOptions["onCommit"]>;

describe("onCommit", () => {
  test("hears of everything that was written, and of nothing else", async () => {
    const commits: StoreCommit[] = [];
    const { store, connectionId, notes } = await hostStore(async (_, commit) => void commits.push(commit));
    const report = await runReport(store, connectionId);
    expect(commits.map(({ userId, jobId }) => [userId, jobId])).toEqual(faultPages.map(() => ["owner", report.jobId]));
    expect(new Set(commits.map((commit) => commit.connectionId))).toEqual(new Set([connectionId]));
    const stored = await readAll((after) => store.executions("owner", after));
    const told = commits.flatMap(({ executions }) => executions);
    expect(told.map(({ id }) => id).sort()).toEqual(stored.map(({ id }) => id).sort());
    const changed = new Set(commits.flatMap(({ changedExecutions }) => changedExecutions));
    const untouched = (one: { readonly id: string }) => !changed.has(one.id);
    expect(byId(told.filter(untouched))).toEqual(byId(stored.filter(untouched)));
    const removed = new Set(commits.flatMap(({ removedTrades }) => removedTrades));
    const latest = new Map(commits.flatMap(({ trades }) => trades).map((trade) => [trade.id, trade]));
    for (const id of removed) latest.delete(id);
    expect(byId([...latest.values()])).toEqual(byId(await readAll((after) => store.trades("owner", after))));
    expect(commits.reduce((sum, { stats }) => sum + stats.fetched, 0)).toBe(report.stats.fetched);
    expect(await notes()).toBe(faultPages.length);
  });

  test.each<[string, OnCommit]>([
    ["throws", () => Promise.reject(new Error("the host's own"))],
    ["throws at once", () => throwing()],
    ["throws what is no error", () => Promise.reject("the host's own")],
    ["fails in SQL", async (transaction) => void (await transaction.query("select 1 / 0"))],
    ["has a value that SQL refuses", async (transaction) => void (await transaction.query("select 'x'::integer"))],
    ["swallows an SQL error", async (transaction) => void (await transaction.query("select 1 / 0").catch(() => {}))],
    ["rolls back", async (transaction) => void (await transaction.query("rollback"))],
    ["rolls back and begins again", async (transaction) => void (await transaction.query("rollback; begin"))],
  ])("that %s writes nothing of the page, and the run is STORE_FAILED", async (_, onCommit) => {
    const failing = { now: true };
    const { store, connectionId, notes, pool, schema } = await hostStore((transaction, commit) =>
      failing.now ? onCommit(transaction, commit) : Promise.resolve(),
    );
    const report = await runReport(store, connectionId);
    expect(report).toMatchObject({ status: "failed", cursorAfter: null, error: { code: "STORE_FAILED" } });
    expect(await countOf(pool, `"${schema}".executions`)).toBe(0);
    expect(await countOf(pool, `"${schema}".rejects`)).toBe(0);
    expect(await notes()).toBe(0);
    expect(await store.job("owner", report.jobId)).toMatchObject({ status: "failed", cursorAfter: null });
    failing.now = false;
    expect((await runReport(store, connectionId)).error).toBeNull();
    expect(await faultBook(store)).toEqual({ ...(await faultlessBook()), statuses: ["partial", "failed"] });
    expect(await notes()).toBe(faultPages.length);
  });

  test("that collides runs again with its page, and its rows are there once", async () => {
    let fired = 0;
    const { store, connectionId, notes } = await hostStore(async () => {
      fired += 1;
      if (fired === 1) throw databaseError("40001");
    });
    expect((await runReport(store, connectionId)).error).toBeNull();
    expect([fired, await notes()]).toEqual([faultPages.length + 1, faultPages.length]);
    expect(await faultBook(store)).toEqual(await faultlessBook());
  });

  test.each(["before", "after"] as const)(
    "rows go the way of their page when its COMMIT is cut %s the server",
    async (moment) => {
      const { store, connectionId, notes, proxy } = await hostStore(async () => {
        if (proxy.counts.cutCommits === 0) void proxy.cutOnNextCommit(moment);
      });
      expect((await runReport(store, connectionId)).error).toBeNull();
      expect(proxy.counts.cutCommits).toBe(1);
      expect(await notes()).toBe(faultPages.length);
      expect(await faultBook(store)).toEqual(await faultlessBook());
    },
  );

  test("rows are not there when no COMMIT came through", async () => {
    const { store, connectionId, notes, proxy, pool, schema } = await hostStore(async () => {
      proxy.refuse();
      void proxy.cutOnNextCommit("before");
    });
    expect((await runReport(store, connectionId)).error?.code).toBe("STORE_FAILED");
    expect(proxy.counts.cutCommits).toBe(1);
    expect([await notes(), await countOf(pool, `"${schema}".executions`)]).toEqual([0, 0]);
  });
});

/** A host with a table of notes, one for each commit, which it writes before it does what it is told. */
async function hostStore(onCommit: OnCommit) {
  const { schema, pool } = await serverStore();
  await pool.query(`create table "${schema}".host_notes (page jsonb)`);
  const proxy = await startSqlProxy(testDatabaseUrl());
  const faults = faultPool(proxy.url);
  const noting: OnCommit = (transaction, commit) => {
    const noted = transaction.query(`insert into "${schema}".host_notes values ($1)`, [JSON.stringify(commit.stats)]);
    return noted.then(() => onCommit(transaction, commit));
  };
  const store = postgresStore({ pool: faults.pool }, { schema, onCommit: noting });
  const notes = () => countOf(pool, `"${schema}".host_notes`);
  return { store, connectionId: await aConnection(store), notes, proxy, pool, schema };
}

async function countOf(pool: Pool, table: string): Promise<number> {
  return (await pool.query(`select count(*)::integer as count from ${table}`)).rows[0].count;
}

function byId<Item extends { readonly id: string }>(items: readonly Item[]): Item[] {
  return [...items].sort((left, right) => (left.id < right.id ? -1 : 1));
}

function throwing(): never {
  throw new Error("the host's own");
}
