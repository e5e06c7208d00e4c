import type { AnyConnector } from "@fillbook/core/connector";
import { scripted, scriptedPage } from "@fillbook/testkit";
import { expect, test } from "vitest";
import { aConnection } from "../../testkit/src/suite/play.ts";
import { type PostgresOptions, postgresStore } from "../src/index.ts";
import { testDatabaseUrl } from "./support/database.ts";
import { faultBook, faultlessBook, faultPages, runReport } from "./support/fault-book.ts";
import { faultPool } from "./support/fault-pool.ts";
import { startSqlProxy } from "./support/sql-proxy.ts";
import { passLeaseTime, serverStore } from "./support/test-store.ts";

// Goal: a database that falls silent without closing its connections costs a bounded time and nothing that is stored.
// Method: a proxy becomes a black hole in the midst of a run, whose waits are short.

const impatient = { statementMs: 100, connectMs: 1000, lockMs: 100 } as const;

test("half-open: a commit that is never answered ends as STORE_FAILED, and the next run converges", async () => {
  const { store, faults, proxy, pool, schema } = await proxiedStore(impatient);
  const connectionId = await aConnection(store);
  faults.watch({
    before({ text }) {
      if (text.startsWith("insert into") && faults.texts.filter((one) => one === "commit").length === 2)
        proxy.blackHole();
    },
  });
  const report = await runReport(store, connectionId);
  expect([report.status, report.error?.code, report.stats.pages]).toEqual(["partial", "STORE_FAILED", 1]);
  expect(proxy.counts.swallowedBytes).toBeGreaterThan(0);
  faults.watch({});
  proxy.restore();
  await passLeaseTime(pool, { schema, ms: 3_600_000 });
  expect((await runReport(store, connectionId)).error).toBeNull();
  expect(await faultBook(store)).toEqual({ ...(await faultlessBook()), statuses: ["partial", "failed"] });
});

test("half-open: each call gives up, however often it is asked, and no connection stays behind", async () => {
  const { store, faults, proxy } = await proxiedStore(impatient);
  const connectionId = await aConnection(store);
  proxy.blackHole();
  const calls = [
    () => store.beginRun({ connectionId, mode: "manual", window: {}, leaseMs: 60_000 }),
    () => store.claimDue({ limit: 1, leaseMs: 60_000 }),
    () => store.writeState("key", 1, 0),
    () => store.connection("owner", connectionId),
    () => store.ready(),
  ];
  const outcomes = await Promise.allSettled(calls.map((call) => call()));
  expect(outcomes.map((outcome) => (outcome.status === "rejected" ? outcome.reason.code : outcome.value))).toEqual(
    calls.map(() => "STORE_FAILED"),
  );
  proxy.restore();
  expect((await store.connection("owner", connectionId))?.id).toBe(connectionId);
  await expect.poll(() => [faults.pool.waitingCount, faults.pool.totalCount - faults.pool.idleCount]).toEqual([0, 0]);
});

test("half-open: a run that cannot renew its lease ends while the lease still holds, and writes no more", async () => {
  const { store, proxy, pool, schema } = await proxiedStore(impatient);
  const connectionId = await aConnection(store);
  const leaseMs = 60_000;
  const report = await runReport(store, connectionId, {
    leaseMs,
    connectors: [slowConnector(leaseMs, () => proxy.blackHole())],
  });
  expect([report.status, report.error?.code, report.stats.pages]).toEqual(["partial", "STORE_FAILED", 1]);
  expect(proxy.counts.swallowedBytes).toBeGreaterThan(0);
  const { rows } = await pool.query(
    `select expires_at > clock_timestamp() as held, job_id from "${schema}".leases where connection_id = $1`,
    [connectionId],
  );
  expect(rows).toEqual([{ held: true, job_id: report.jobId }]);
});

/** Yields one page, then waits for longer than a lease on the run's clock. */
function slowConnector(waitMs: number, onWait: () => void): AnyConnector {
  return {
    ...scripted({ pages: [] }),
    async *pull({ clock, signal }) {
      const [first, second] = faultPages;
      if (first !== undefined) yield scriptedPage(first, 1);
      onWait();
      await clock.sleep(waitMs, signal);
      if (second !== undefined) yield scriptedPage(second, 2);
    },
  };
}

async function proxiedStore(options: PostgresOptions) {
  const { schema, pool } = await serverStore();
  const proxy = await startSqlProxy(testDatabaseUrl());
  const faults = faultPool(proxy.url);
  const store = postgresStore({ pool: faults.pool }, { schema, ...options });
  return { store, proxy, faults, pool, schema };
}
