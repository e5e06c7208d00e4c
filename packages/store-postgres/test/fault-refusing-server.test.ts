import type { PoolClient } from "pg";
import { expect, test } from "vitest";
import { aConnection } from "../../testkit/src/suite/play.ts";
import { postgresStore } from "../src/index.ts";
import { testDatabaseUrl } from "./support/database.ts";
import { faultBook, faultlessBook, runImport, runReport } from "./support/fault-book.ts";
import { databaseError, type FaultStatement, faultPool } from "./support/fault-pool.ts";
import { faultyStore, refusePages } from "./support/faulty-store.ts";
import { startSqlProxy } from "./support/sql-proxy.ts";
import { passLeaseTime, serverStore } from "./support/test-store.ts";

// Goal: a server that takes no writes costs one attempt: no cursor moves, nothing is tried in a hot loop, and the next run
// after it recovered converges.
// Method: transactions are really made read-only behind the store's back, as after a failover; a full disk is an injected
// error; a server that is gone is a proxy that refuses.

test("read-only: a page is refused once, the cursor stays, and the next run converges", async () => {
  const { store, faults, pool, schema } = await faultyStore();
  const connectionId = await aConnection(store);
  let fired = 0;
  faults.watch({ after: readOnlyFrom(3, () => (fired += 1)) });
  const report = await runReport(store, connectionId);
  expect(report).toMatchObject({ status: "partial", error: { code: "STORE_FAILED", recovery: "retry" } });
  expect([report.stats.pages, report.cursorAfter]).toEqual([1, { page: 1 }]);
  expect(report.error?.message).toContain("25006");
  // The page and the job's end, once each.
  expect(fired).toBe(2);
  faults.watch({});
  expect(await store.job("owner", report.jobId)).toMatchObject({ status: "running", cursorAfter: { page: 1 } });
  await passLeaseTime(pool, { schema, ms: 3_600_000 });
  expect((await runReport(store, connectionId)).error).toBeNull();
  expect(await faultBook(store)).toEqual({ ...(await faultlessBook()), statuses: ["partial", "failed"] });
});

test("disk full: a page is refused once, the run says so, and the next run converges", async () => {
  const { store, faults } = await faultyStore();
  const connectionId = await aConnection(store);
  let fired = 0;
  faults.watch(refusePages("53100", () => (fired += 1)));
  const reports = [await runReport(store, connectionId), await runReport(store, connectionId)];
  expect(fired).toBe(2);
  for (const report of reports) {
    expect(report).toMatchObject({ status: "failed", error: { code: "STORE_FAILED", recovery: "retry" } });
    expect(report.error?.message).toContain("disk is full");
    expect(await store.job("owner", report.jobId)).toMatchObject({ status: "failed", cursorAfter: null });
  }
  faults.watch({});
  expect((await runReport(store, connectionId)).error).toBeNull();
  expect(await faultBook(store)).toEqual({ ...(await faultlessBook()), statuses: ["partial", "failed", "failed"] });
});

test("failover: while nobody answers a run cannot begin, after a bounded number of attempts, and then it converges", async () => {
  const { schema } = await serverStore();
  const proxy = await startSqlProxy(testDatabaseUrl());
  const faults = faultPool(proxy.url);
  const store = postgresStore({ pool: faults.pool }, { schema });
  const connectionId = await aConnection(store);
  proxy.refuse();
  proxy.cutAll();
  await expect(runImport(store, connectionId)).rejects.toMatchObject({ code: "STORE_FAILED", recovery: "retry" });
  const attemptsMax = 5;
  expect(proxy.counts.refused).toBeGreaterThan(0);
  expect(proxy.counts.refused).toBeLessThanOrEqual(attemptsMax);
  proxy.restore();
  expect((await runReport(store, connectionId)).error).toBeNull();
  expect(await faultBook(store)).toEqual(await faultlessBook());
});

test.each(["57P01", "57P02", "57P03", "08006"])(
  "failover: SQLSTATE %s costs an attempt and the connection",
  async (code) => {
    const { store, faults } = await faultyStore();
    const connectionId = await aConnection(store);
    let fired = 0;
    faults.watch({
      before({ text }) {
        if (text !== "commit" || fired === 1) return;
        fired += 1;
        throw databaseError(code);
      },
    });
    expect((await runReport(store, connectionId)).error).toBeNull();
    expect(fired).toBe(1);
    expect(await faultBook(store)).toEqual(await faultlessBook());
  },
);

test.each(["ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN", "EHOSTUNREACH"])(
  "failover: a host that answers %s for a moment costs an attempt",
  async (code) => {
    const { store, faults } = await faultyStore();
    const connectionId = await aConnection(store);
    const connect = faults.pool.connect.bind(faults.pool) as () => Promise<PoolClient>;
    let fired = 0;
    const failingOnce = () => {
      fired += 1;
      return fired === 1 ? Promise.reject(Object.assign(new Error(`injected ${code}`), { code })) : connect();
    };
    Object.assign(faults.pool, { connect: failingOnce });
    expect((await runReport(store, connectionId)).error).toBeNull();
    expect(fired).toBeGreaterThan(1);
    expect(await faultBook(store)).toEqual(await faultlessBook());
  },
);

/** Makes every transaction read-only from the n-th that begins. */
function readOnlyFrom(first: number, onFire: () => void) {
  let begun = 0;
  return async ({ text, beside }: FaultStatement) => {
    if (!text.startsWith("begin")) return;
    begun += 1;
    if (begun < first) return;
    onFire();
    await beside("set transaction read only");
  };
}
