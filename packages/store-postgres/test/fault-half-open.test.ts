import type { AnyConnector } from "@fillbook/core/connector";
import { scripted, scriptedPage } from "@fillbook/testkit";
import { expect, test } from "vitest";
import { aConnection } from "../../testkit/src/suite/play.ts";
import { faultBook, faultlessBook, faultPages, runReport } from "./support/fault-book.ts";
import { proxiedStore } from "./support/proxied-store.ts";
import { passLeaseTime } from "./support/test-store.ts";

// Goal: a database that falls silent without closing its connections costs a bounded time and nothing that is stored.
// Method: a proxy becomes a black hole in the midst of a run. Only then do its waits end early, so that no statement that is
// answered can be late.

test("half-open: a commit that is never answered ends as STORE_FAILED, and the next run converges", async () => {
  const { store, faults, proxy, pool, schema, fallSilent, answerAgain } = await proxiedStore();
  const connectionId = await aConnection(store);
  faults.watch({
    before({ text }) {
      if (text.startsWith("insert into") && faults.texts.filter((one) => one === "commit").length === 2)
        fallSilent("blackHole");
    },
  });
  const report = await runReport(store, connectionId);
  expect([report.status, report.error?.code, report.stats.pages]).toEqual(["partial", "STORE_FAILED", 1]);
  expect(proxy.counts.swallowedBytes).toBeGreaterThan(0);
  faults.watch({});
  answerAgain();
  await passLeaseTime(pool, { schema, ms: 3_600_000 });
  expect((await runReport(store, connectionId)).error).toBeNull();
  expect(await faultBook(store)).toEqual({ ...(await faultlessBook()), statuses: ["partial", "failed"] });
});

test("half-open: each call gives up, however often it is asked, and no connection stays behind", async () => {
  const { store, faults, fallSilent, answerAgain } = await proxiedStore();
  const connectionId = await aConnection(store);
  fallSilent("blackHole");
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
  answerAgain();
  expect((await store.connection("owner", connectionId))?.id).toBe(connectionId);
  await expect.poll(() => [faults.pool.waitingCount, faults.pool.totalCount - faults.pool.idleCount]).toEqual([0, 0]);
});

test("half-open: a run that cannot renew its lease ends while the lease still holds, and writes no more", async () => {
  const { store, proxy, pool, schema, fallSilent } = await proxiedStore();
  const connectionId = await aConnection(store);
  const leaseMs = 60_000;
  const report = await runReport(store, connectionId, {
    leaseMs,
    connectors: [slowConnector(leaseMs, () => fallSilent("blackHole"))],
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
