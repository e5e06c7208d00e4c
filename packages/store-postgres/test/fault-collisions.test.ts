import { describe, expect, test } from "vitest";
import { aConnection } from "../../testkit/src/suite/play.ts";
import { type PostgresOptions, postgresStore } from "../src/index.ts";
import { testPool } from "./support/database.ts";
import { faultBook, faultlessBook, runReport } from "./support/fault-book.ts";
import { databaseError, faultPool } from "./support/fault-pool.ts";
import { serverStore } from "./support/test-store.ts";

// Goal: who collides with another transaction tries again with a new one, a bounded number of times.
// Method: real deadlocks and lock waits made by a second session; and a store whose statements fail with these errors as
// often as wanted, since a real serialization failure needs another isolation level.

const ATTEMPTS_MAX = 5;

describe("collisions", () => {
  test("a real deadlock ends one transaction, and its page is committed by the next", async () => {
    const { store, faults, schema } = await faultyStore();
    const connectionId = await aConnection(store);
    const other = await testPool().connect();
    await other.query(`set deadlock_timeout = '60s'; begin; lock table "${schema}".execution_raws in share mode`);
    const errors: unknown[] = [];
    let locked: Promise<unknown> | null = null;
    faults.watch({
      before({ text }) {
        // The store holds the lease and is about to wait for the table; the other session wants the lease.
        if (text.includes("execution_raws") && text.includes("insert into"))
          locked ??= other.query(`select from "${schema}".leases for update`).then(() => other.query("rollback"));
        if (text === "rollback") errors.push(text);
      },
    });
    const report = await runReport(store, connectionId);
    await locked;
    other.release(true);
    expect([report.error, errors]).toEqual([null, ["rollback"]]);
    expect(await faultBook(store)).toEqual(await faultlessBook());
  });

  test("a lock that is free after some attempts costs nothing but them", async () => {
    const { store, faults, schema } = await faultyStore({ lockMs: 100 });
    const connectionId = await aConnection(store);
    const other = await testPool().connect();
    await other.query(`begin; lock table "${schema}".trades in share mode`);
    faults.watch({
      async before({ text }) {
        if (text === "rollback" && faults.texts.filter((one) => one === text).length === 2) await other.query(text);
      },
    });
    const report = await runReport(store, connectionId);
    other.release();
    expect(report.error).toBeNull();
    expect(faults.texts.filter((text) => text === "rollback").length).toBe(2);
    expect(await faultBook(store)).toEqual(await faultlessBook());
  });

  test("a lock that is never free fails the run, and the cursor stays", async () => {
    const { store, faults, schema } = await faultyStore({ lockMs: 100 });
    const connectionId = await aConnection(store);
    const other = await testPool().connect();
    await other.query(`begin; lock table "${schema}".trades in share mode`);
    faults.watch({});
    const report = await runReport(store, connectionId);
    expect(report).toMatchObject({ status: "failed", error: { code: "STORE_FAILED", recovery: "retry" } });
    expect(faults.texts.filter((text) => text === "rollback").length).toBe(ATTEMPTS_MAX);
    await other.query("rollback");
    other.release();
    expect(await store.job("owner", report.jobId)).toMatchObject({ status: "failed", cursorAfter: null });
    expect((await runReport(store, connectionId)).error).toBeNull();
    expect(await faultBook(store)).toEqual({ ...(await faultlessBook()), statuses: ["partial", "failed"] });
  });
});

describe.each(["40001", "40P01", "55P03"])("SQLSTATE %s", (code) => {
  test("in four attempts one after the other is outlived by the fifth", async () => {
    const { store, faults } = await faultyStore();
    const connectionId = await aConnection(store);
    let fired = 0;
    faults.watch({
      before({ text }) {
        if (text !== "commit" || fired === ATTEMPTS_MAX - 1) return;
        fired += 1;
        throw databaseError(code);
      },
    });
    const report = await runReport(store, connectionId);
    expect([report.error, fired]).toEqual([null, ATTEMPTS_MAX - 1]);
    expect(await faultBook(store)).toEqual(await faultlessBook());
  });

  test("in every attempt at the second page fails the run behind the first page", async () => {
    const { store, faults } = await faultyStore();
    const connectionId = await aConnection(store);
    let fired = 0;
    faults.watch({
      before({ text }) {
        if (!text.startsWith("insert into") || !text.includes("rejects")) return;
        fired += 1;
        throw databaseError(code);
      },
    });
    const report = await runReport(store, connectionId);
    expect(report).toMatchObject({ status: "partial", error: { code: "STORE_FAILED", recovery: "retry" } });
    expect([fired, report.cursorAfter]).toEqual([ATTEMPTS_MAX, { page: 1 }]);
    faults.watch({});
    expect(await store.job("owner", report.jobId)).toMatchObject({ status: "partial", cursorAfter: { page: 1 } });
    expect((await runReport(store, connectionId)).error).toBeNull();
    expect(await faultBook(store)).toEqual({ ...(await faultlessBook()), statuses: ["partial", "partial"] });
  });
});

async function faultyStore(options: PostgresOptions = {}) {
  const { schema } = await serverStore();
  const faults = faultPool();
  return { store: postgresStore({ pool: faults.pool }, { schema, ...options }), faults, schema };
}
