import { type Clock, instant, systemClock } from "@fillbook/core";
import { describe, expect, test } from "vitest";
import { aConnection } from "../../testkit/src/suite/play.ts";
import { postgresStore } from "../src/index.ts";
import { testPool } from "./support/database.ts";
import { faultBook, faultlessBook, fill, runImport, runReport } from "./support/fault-book.ts";
import { faultyStore, refusePages } from "./support/faulty-store.ts";
import { passLeaseTime, serverStore } from "./support/test-store.ts";

// Goal: no worker's clock decides who may run, until when, and what is due.
// Method: workers whose clocks are minutes off or jump, each with a store of its own on one schema.

const LEASE_MS = 60_000;

describe.each([-300_000, 300_000])("a worker's clock that is %i ms off", (offMs) => {
  test("ends no lease early: nobody else runs or claims the connection meanwhile", async () => {
    const { skewed, exact, connectionId } = await workers(offMs);
    const heard: unknown[] = [];
    const watched: typeof skewed = {
      ...skewed,
      async commit(batch, options) {
        const rival = { clock: skewedClock(-offMs), leaseMs: LEASE_MS };
        for (const store of [exact, skewed]) {
          heard.push((await runImport(store, connectionId, rival)).status);
          heard.push(...(await store.claimDue({ limit: 10, leaseMs: LEASE_MS })));
        }
        return skewed.commit(batch, options);
      },
    };
    const report = await runReport(watched, connectionId, { clock: skewedClock(offMs), leaseMs: LEASE_MS });
    expect(report.error).toBeNull();
    expect(heard).toEqual(Array.from({ length: 6 }, () => "skipped"));
    expect(await faultBook(exact)).toEqual(await faultlessBook());
  });

  test("moves no time of a lease, a job or a schedule", async () => {
    const { skewed, exact, connectionId, pool, schema } = await workers(offMs);
    const now = async () => (await pool.query("select clock_timestamp()::text as now")).rows[0].now;
    const before = await now();
    await runReport(skewed, connectionId, { clock: skewedClock(offMs), leaseMs: LEASE_MS });
    const { rows } = await pool.query(
      `select started_at >= $1 and finished_at <= $2 as job, last_sync_at between $1 and $2 as synced,
              extract(epoch from next_sync_at - last_sync_at) between 6 and 60 as spread, due_at = next_sync_at as due
         from "${schema}".jobs join "${schema}".connections on connections.id = connection_id
         join "${schema}".leases using (connection_id)`,
      [before, await now()],
    );
    expect(rows).toEqual([{ job: true, synced: true, spread: true, due: true }]);
    for (const store of [skewed, exact]) expect(await store.claimDue({ limit: 10, leaseMs: LEASE_MS })).toEqual([]);
    await passLeaseTime(pool, { schema, ms: 60_000 });
    expect(await skewed.claimDue({ limit: 10, leaseMs: LEASE_MS })).toEqual([connectionId]);
    expect(await exact.claimDue({ limit: 10, leaseMs: LEASE_MS })).toEqual([]);
  });
});

test.each([-3_600_000, 3_600_000])(
  "a clock that jumps by %i ms between attempts leaves them bounded",
  async (jumpMs) => {
    let offMs = 0;
    const clock: Clock = { now: () => systemClock.now() + offMs, sleep: systemClock.sleep };
    const { store, faults, pool, schema } = await faultyStore({ clock });
    const connectionId = await aConnection(store);
    let fired = 0;
    const jump = () => {
      fired += 1;
      offMs += jumpMs;
    };
    faults.watch(refusePages("40001", jump));
    const report = await runReport(store, connectionId);
    expect(report).toMatchObject({ status: "failed", error: { code: "STORE_FAILED" } });
    expect(fired).toBeGreaterThanOrEqual(1);
    expect(fired).toBeLessThanOrEqual(5);
    faults.watch({});
    await passLeaseTime(pool, { schema, ms: 3_600_000 });
    expect((await runReport(store, connectionId)).error).toBeNull();
    expect(await faultBook(store)).toEqual({ ...(await faultlessBook()), statuses: ["partial", "failed"] });
  },
);

test("a fill in the future is stored as it is, and what is older still arrives after it", async () => {
  const { store } = await serverStore();
  const connectionId = await aConnection(store);
  const pages = ["2099-12-31T23:59:59.999999Z", "2026-01-05T10:00:00Z", "2000-01-01T00:00:00.000001Z"].map(
    (executedAt, index) => ({
      records: [fill({ familyId: `E${index}`, executedAt: instant(executedAt), order: { permanentId: `O${index}` } })],
    }),
  );
  expect((await runReport(store, connectionId, { pages })).stats).toMatchObject({ inserted: 3, rejected: 0 });
  expect(await faultBook(store)).toEqual(await faultlessBook({ pages }));
});

/** Two workers on one schema, the first with a clock that is off. */
async function workers(offMs: number) {
  const { schema, pool, store: exact } = await serverStore();
  const skewed = postgresStore({ pool: testPool() }, { schema, clock: skewedClock(offMs) });
  return { skewed, exact, schema, pool, connectionId: await aConnection(exact) };
}

/** The machine's time, so much off; waits are the real ones. */
function skewedClock(offMs: number): Clock {
  return { now: () => systemClock.now() + offMs, sleep: systemClock.sleep };
}
