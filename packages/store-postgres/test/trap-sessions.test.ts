import { instant } from "@fillbook/core";
import { testStore } from "@fillbook/testkit/suite";
import type { Pool } from "pg";
import { describe, expect, inject, onTestFinished, test } from "vitest";
import { aConnection } from "../../testkit/src/suite/play.ts";
import { postgresStore } from "../src/index.ts";
import { freshSchema, testDatabaseUrl, testPool } from "./support/database.ts";
import { faultBook, faultlessBook, fill, runReport } from "./support/fault-book.ts";
import { passLeaseTime, serverStore } from "./support/test-store.ts";

// Goal: nothing depends on how a host's role, database or pool is set up.
// Method: a book over connections with each odd setting; tables of the same names in every schema of the search path; and in
// `pnpm crash` the whole store suite over connections that have all of the settings.

const oddSettings = [
  ...["TimeZone=Asia/Tokyo", "DateStyle=SQL,DMY", "IntervalStyle=sql_standard", "bytea_output=escape"],
  ...["default_transaction_isolation=serializable", "extra_float_digits=-15"],
  ...["standard_conforming_strings=off", "quote_all_identifiers=on", "transform_null_equals=on"],
  ...["search_path=pg_temp,nowhere", "lock_timeout=1ms", "idle_in_transaction_session_timeout=1ms"],
].map((setting) => `-c ${setting}`);

// Half a minute; the settings one by one are below.
describe.runIf(inject("wholeCrashMatrix"))("PostgreSQL server store over oddly set connections", () => {
  let current: { pool: Pool; schema: string } | null = null;
  testStore({
    test,
    seed: 20_260_105,
    histories: 2,
    makeStore: async () => {
      const schema = freshSchema();
      const pool = testPool(testDatabaseUrl(), { options: oddSettings.join(" ") });
      const store = postgresStore({ pool }, { schema });
      await store.migrate();
      current = { pool: testPool(), schema };
      return store;
    },
    passTime: async (ms) => {
      if (current !== null) await passLeaseTime(current.pool, { schema: current.schema, ms });
    },
  });
});

test.each([...oddSettings, "-c array_nulls=off"])(
  "a book is as any other over connections with %s",
  async (options) => {
    const { schema } = await serverStore();
    const store = postgresStore({ pool: testPool(testDatabaseUrl(), { options }) }, { schema });
    const connectionId = await aConnection(store);
    expect((await runReport(store, connectionId)).error).toBeNull();
    expect(await faultBook(store)).toEqual(await faultlessBook());
  },
);

test("over serializable connections the second writer of a state is told that it came second", async () => {
  const { schema, pool } = await serverStore();
  const options = "-c default_transaction_isolation=serializable";
  const store = postgresStore({ pool: testPool(testDatabaseUrl(), { options }) }, { schema });
  await store.writeState("key", 1, 0);
  const first = await testPool().connect();
  await first.query(`begin; update "${schema}".shared_state set version = 2`);
  const second = store.writeState("key", 2, 1);
  await expect.poll(() => isWaiting(pool, `"${schema}".shared_state`)).toBe(true);
  await first.query("commit");
  first.release();
  expect(await second).toBe(false);
});

test("microseconds come back exactly, whatever the session's time zone and date style", async () => {
  const { schema } = await serverStore();
  const pool = testPool(testDatabaseUrl(), { options: "-c TimeZone=Asia/Kathmandu -c DateStyle=German,MDY" });
  const store = postgresStore({ pool }, { schema });
  const times = [
    "2024-03-10T02:30:00.000001Z",
    "2024-11-03T01:30:00.999999Z",
    "2000-01-01T00:00:00.000010Z",
    "2099-12-31T23:59:59.999999Z",
  ];
  const records = times.map((at, index) =>
    fill({ familyId: `E${index}`, executedAt: instant(at), source: { reportedAt: instant(at) } }),
  );
  await runReport(store, await aConnection(store), { pages: [{ records }] });
  const { items } = await store.executions("owner", {});
  expect(items.map(({ executedAt, source }) => [executedAt, source.reportedAt])).toEqual(
    [...times]
      .sort()
      .reverse()
      .map((at) => [at, at]),
  );
  const first = await store.executions("owner", { limit: 1 });
  const rest = await store.executions("owner", { limit: 10, ...(first.next === null ? {} : { after: first.next }) });
  expect([...first.items, ...rest.items]).toEqual(items);
});

test("tables of the same names in front of the search path are never touched", async () => {
  const { schema, pool, store: plain } = await serverStore();
  const decoys = freshSchema();
  const { rows: tables } = await pool.query("select tablename from pg_tables where schemaname = $1", [schema]);
  await pool.query(`create schema ${decoys}`);
  for (const { tablename } of tables) await pool.query(`create table ${decoys}.${tablename} (trap integer)`);
  const options = `-c search_path=${decoys},public`;
  const store = postgresStore({ pool: testPool(testDatabaseUrl(), { options }) }, { schema });
  await store.migrate();
  await store.ready();
  expect((await runReport(store, await aConnection(store))).error).toBeNull();
  expect(await faultBook(plain)).toEqual(await faultlessBook());
  expect(tables.length).toBeGreaterThan(10);
  const fresh = freshSchema();
  await postgresStore({ pool: testPool(testDatabaseUrl(), { options }) }, { schema: fresh }).migrate();
  expect(
    (await pool.query("select count(*)::integer as count from pg_tables where schemaname = $1", [fresh])).rows,
  ).toEqual([{ count: tables.length }]);
});

test.each([
  'a"; drop schema public cascade; --',
  "a'b",
  "a.b",
  "A",
  "",
  "1a",
  "a b",
  "a\u0000",
  "pg_catalog",
  "x".repeat(64),
  "é",
  "a\n",
])("%j is no schema's name", (schema) => {
  expect(() => postgresStore({ url: inject("databaseUrl") }, { schema })).toThrow(
    expect.objectContaining({ code: "OPTION_INVALID", message: expect.stringContaining("schema") }),
  );
});

test.each(["select", "user", "information_schema_", "_", "x".repeat(63)])("%s is a schema's name", async (schema) => {
  const pool = testPool();
  const store = postgresStore({ pool }, { schema });
  onTestFinished(async () => void (await testPool().query(`drop schema if exists "${schema}" cascade`)));
  await store.migrate();
  await store.ready();
  expect((await runReport(store, await aConnection(store))).error).toBeNull();
});

async function isWaiting(pool: Pool, table: string): Promise<boolean> {
  const { rows } = await pool.query("select 1 from pg_stat_activity where wait_event_type = 'Lock' and query like $1", [
    `%${table}%`,
  ]);
  return rows.length > 0;
}
