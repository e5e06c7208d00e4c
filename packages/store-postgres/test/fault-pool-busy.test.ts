import { isImportError } from "@fillbook/core";
import type { PoolClient } from "pg";
import { expect, test } from "vitest";
import { aConnection } from "../../testkit/src/suite/play.ts";
import { postgresStore } from "../src/index.ts";
import { testDatabaseUrl, testPool } from "./support/database.ts";
import { faultBook, faultlessBook, runImport, runReport } from "./support/fault-book.ts";
import { databaseError, faultPool, lostConnection } from "./support/fault-pool.ts";
import { passLeaseTime, serverStore } from "./support/test-store.ts";

// Goal: a host whose pool has no free connection hears of it after a bounded wait, and loses nothing by it.
// Method: a pool of one connection, which the test itself takes; pg counts what is taken, idle and waited for.

test("a busy pool: a run cannot begin, says STORE_FAILED, and begins once a connection is free", async () => {
  const { store, pool, connectionId } = await narrowStore();
  const taken = await pool.connect();
  await expect(runImport(store, connectionId)).rejects.toMatchObject({ code: "STORE_FAILED", recovery: "retry" });
  taken.release();
  expect(await store.connection("owner", connectionId)).toMatchObject({ status: "active", health: "ok" });
  expect((await runReport(store, connectionId)).error).toBeNull();
  expect(await faultBook(store)).toEqual(await faultlessBook());
});

test("a busy pool: a run that began fails as STORE_FAILED, and the next one goes on from its cursor", async () => {
  const { store, pool, connectionId, schema } = await narrowStore();
  const taken: Promise<PoolClient>[] = [];
  const report = await runReport(store, connectionId, {
    onEvent(event) {
      if (event.type === "run.progress") taken.push(pool.connect());
    },
  });
  expect(taken.length).toBe(1);
  expect(report).toMatchObject({ status: "partial", error: { code: "STORE_FAILED" }, stats: { pages: 1 } });
  expect(await store.connection("owner", connectionId).catch((error) => error.code)).toBe("STORE_FAILED");
  for (const client of await Promise.all(taken)) client.release();
  expect(await store.connection("owner", connectionId)).toMatchObject({ status: "active", health: "ok" });
  const direct = testPool();
  await passLeaseTime(direct, { schema, ms: 3_600_000 });
  expect((await runReport(store, connectionId)).error).toBeNull();
  expect(await faultBook(store)).toEqual({ ...(await faultlessBook()), statuses: ["partial", "failed"] });
});

test("a busy pool: who stopped waiting takes no connection when one is free", async () => {
  const { store, pool, connectionId } = await narrowStore();
  const taken = await pool.connect();
  const calls = Array.from({ length: 20 }, () => store.connection("owner", connectionId));
  const outcomes = await Promise.allSettled(calls);
  expect(outcomes.filter((outcome) => outcome.status === "rejected" && isImportError(outcome.reason)).length).toBe(20);
  taken.release();
  await expect.poll(() => [pool.waitingCount, pool.totalCount, pool.idleCount]).toEqual([0, 1, 1]);
  expect((await store.connection("owner", connectionId))?.id).toBe(connectionId);
});

test("connections: however transactions fail, each gives its connection back or away", async () => {
  const { schema } = await serverStore();
  const faults = faultPool(testDatabaseUrl(), { max: 1 });
  const store = postgresStore({ pool: faults.pool }, { schema });
  const connectionId = await aConnection(store);
  const errors = [databaseError("53100"), databaseError("22P02"), lostConnection(), new TypeError("injected")];
  let fired = 0;
  for (const error of errors) {
    for (const statement of ["begin", "select", "insert", "commit", "rollback"]) {
      faults.watch({
        before({ text }) {
          if (!text.trimStart().startsWith(statement)) return;
          fired += 1;
          throw error;
        },
      });
      // What is no word of the database or the network is a bug, and called one.
      const code = error instanceof TypeError ? "UNEXPECTED" : "STORE_FAILED";
      await runImport(store, connectionId).catch((thrown: unknown) => expect(thrown).toMatchObject({ code }));
      expect([faults.pool.waitingCount, faults.pool.totalCount - faults.pool.idleCount]).toEqual([0, 0]);
    }
  }
  expect(fired).toBeGreaterThanOrEqual(errors.length * 4);
  faults.watch({});
  expect((await store.connection("owner", connectionId))?.id).toBe(connectionId);
});

async function narrowStore() {
  const { schema } = await serverStore();
  const pool = testPool(testDatabaseUrl(), { max: 1, idleTimeoutMillis: 0 });
  // Open from now on, so that the short wait is one for its turn only.
  await pool.query("select 1");
  const store = postgresStore({ pool }, { schema, connectMs: 100 });
  return { store, pool, schema, connectionId: await aConnection(store) };
}
