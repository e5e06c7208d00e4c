import { readdirSync, readFileSync } from "node:fs";
import { ingest } from "@fillbook/core";
import { expect, onTestFinished, test } from "vitest";
import { embeddedStore } from "../src/embedded.ts";
import { executionColumns } from "../src/execution-columns.ts";
import { migrate, postgresStore } from "../src/index.ts";
import { SCHEMA_VERSION } from "../src/postgres-migrate.ts";
import { cancelColumns, decisionColumns, rejectColumns } from "../src/rare-columns.ts";
import { stepColumns } from "../src/step-columns.ts";
import { tradeColumns } from "../src/trade-columns.ts";
import { freshSchema, testDatabaseUrl, testPool } from "./support/database.ts";
import { serverStore } from "./support/test-store.ts";

test("migrate: the version is the number of the last file, and the files are numbered without gaps", () => {
  const files = readdirSync(new URL("../migrations/", import.meta.url)).sort();
  expect(files.map((name) => Number(name.slice(0, 4)))).toEqual(files.map((_, index) => index + 1));
  expect(files.length).toBe(SCHEMA_VERSION);
});

test("migrate: a second time, and a store of another instance, change nothing", async () => {
  const { store, pool, schema } = await serverStore();
  const applied = () => pool.query(`select version, applied_at, xmin::text from "${schema}".schema_versions`);
  const before = (await applied()).rows;
  await store.migrate();
  await migrate({ url: testDatabaseUrl() }, { schema });
  expect((await applied()).rows).toEqual(before);
  await store.ready();
});

test("migrate: without tables, ready and ingest say STORE_NOT_MIGRATED and what to call", async () => {
  const pool = testPool();
  const store = postgresStore({ pool }, { schema: freshSchema() });
  const missing = { code: "STORE_NOT_MIGRATED", message: expect.stringContaining("migrate()") };
  await expect(store.ready()).rejects.toMatchObject(missing);
  const options = { store, connectors: [], connectionId: "c", mode: "manual", credentials: async () => null } as const;
  await expect(ingest(options)).rejects.toMatchObject(missing);
  await expect(store.trades("owner", {})).rejects.toMatchObject(missing);
});

test("migrate: newer tables are refused by migrate and by ready", async () => {
  const { store, pool, schema } = await serverStore();
  await pool.query(`insert into "${schema}".schema_versions (version, name) values (${SCHEMA_VERSION + 1}, 'newer')`);
  const refused = { code: "STORE_NOT_MIGRATED", message: expect.stringContaining("upgrade") };
  await expect(store.ready()).rejects.toMatchObject(refused);
  await expect(store.migrate()).rejects.toMatchObject(refused);
});

test("migrate: a migration that fails leaves nothing behind", async () => {
  const pool = testPool();
  const schema = freshSchema();
  await pool.query(`create schema "${schema}"; create table "${schema}".problems (x int)`);
  const store = postgresStore({ pool }, { schema });
  await expect(store.migrate()).rejects.toMatchObject({ code: "STORE_FAILED" });
  const { rows } = await pool.query("select tablename from pg_tables where schemaname = $1", [schema]);
  expect(rows).toEqual([{ tablename: "problems" }]);
});

test("migrate: a role that may make no schema makes the tables in the one that it was given", async () => {
  const pool = testPool();
  const schema = freshSchema();
  await pool.query(`create role "${schema}" nologin; create schema "${schema}" authorization "${schema}"`);
  onTestFinished(async () => {
    const last = testPool();
    await last.query(`drop schema "${schema}" cascade; drop role "${schema}"`);
  });
  const limited = testPool(testDatabaseUrl(), { options: `-c role=${schema}` });
  const store = postgresStore({ pool: limited }, { schema });
  await store.migrate();
  await store.ready();
  const elsewhere = postgresStore({ pool: limited }, { schema: freshSchema() });
  await expect(elsewhere.migrate()).rejects.toMatchObject({ code: "STORE_FAILED", cause: { code: "42501" } });
});

test("migrate: the files run by hand make the same tables", async () => {
  const { schema, pool } = await serverStore();
  const byHand = freshSchema();
  const client = await pool.connect();
  await client.query(`create schema "${byHand}"; set search_path to "${byHand}"`);
  for (const name of readdirSync(new URL("../migrations/", import.meta.url)).sort()) {
    await client.query(readFileSync(new URL(`../migrations/${name}`, import.meta.url), "utf8"));
  }
  await client.query("reset search_path");
  client.release();
  expect(await shapeOf(byHand)).toEqual(await shapeOf(schema));
  await postgresStore({ pool }, { schema: byHand }).ready();

  async function shapeOf(name: string): Promise<unknown> {
    const columns = await pool.query(
      `select table_name, column_name, data_type, is_nullable, collation_name from information_schema.columns
        where table_schema = $1 order by 1, 2`,
      [name],
    );
    const indexes = await pool.query(
      "select replace(indexdef, $1, '') from pg_indexes where schemaname = $1 order by 1",
      [name],
    );
    return [columns.rows, indexes.rows];
  }
});

test("migrate: every table and every index is in the operator's page, and nothing else is", async () => {
  const { pool, schema } = await serverStore();
  const page = readFileSync(new URL("../../../docs/stores.md", import.meta.url), "utf8");
  const described = page.slice(page.indexOf("## The tables"), page.indexOf("## Operating it"));
  const named = new Set([...described.matchAll(/`(\w+)`/g)].map(([, name = ""]) => name));
  const { rows } = await pool.query<{ name: string; kind: string }>(
    `select relname as name, relkind as kind from pg_class
      where relnamespace = $1::regnamespace and relkind in ('r', 'i') and relname !~ '_(pkey|key)$'`,
    [schema],
  );
  const names = rows.map(({ name }) => name);
  expect(names.filter((name) => !named.has(name))).toEqual([]);
  const indexes = rows.filter(({ kind }) => kind === "i").map(({ name }) => name);
  const said = [...named].filter((name) =>
    /_(by_\w+|canonical|superseded|idless|inbox|changed|running|due|lost|open|undone|manual|sole)$/.test(name),
  );
  expect(said.sort()).toEqual(indexes.sort());
});

test("migrate: the columns that are written are those of the tables", async () => {
  const { pool, schema } = await serverStore();
  const written = {
    executions: [...executionColumns.map(({ name }) => name), "row_id"],
    trades: tradeColumns.map(({ name }) => name),
    cancels: cancelColumns.map(({ name }) => name),
    rejects: [...rejectColumns("").map(({ name }) => name), "resolved_at", "resolved_job_id"],
    steps: stepColumns("").map(({ name }) => name),
    decisions: decisionColumns("").map(({ name }) => name),
  };
  for (const [table, names] of Object.entries(written)) {
    const { rows } = await pool.query<{ name: string }>(
      "select column_name as name from information_schema.columns where table_schema = $1 and table_name = $2",
      [schema, table],
    );
    expect(rows.map(({ name }) => name).sort()).toEqual([...names].sort());
  }
});

test.each([
  [{ schema: "Fillbook" }, "schema"],
  [{ schema: 'a"; drop schema public; --' }, "schema"],
  [{ schema: "pg_fillbook" }, "schema"],
  [{ schema: "x".repeat(64) }, "schema"],
  [{ lockMs: 5 }, "lockMs"],
  [{ statementMs: Number.NaN }, "statementMs"],
  [{ poolMax: 0 }, "poolMax"],
  [{ onCommit: "yes" }, "onCommit"],
  [{ shema: "x" }, "shema"],
])("options: %o is refused at once by its name", (options, name) => {
  const make = () => postgresStore({ url: testDatabaseUrl() }, options as never); // Wrong on purpose.
  expect(make).toThrow(expect.objectContaining({ code: "OPTION_INVALID", message: expect.stringContaining(name) }));
});

test.each([[{}], [{ url: "mysql://x" }], [{ pool: {} }], [{ dataDir: "x" }], [{ url: "postgres://x", dataDir: "y" }]])(
  "source: %o is refused at once, with the entry of the embedded one",
  (source) => {
    const make = () => postgresStore(source as never); // Wrong on purpose.
    const message = expect.stringContaining("@fillbook/store-postgres/embedded");
    expect(make).toThrow(expect.objectContaining({ code: "OPTION_INVALID", message }));
  },
);

test.each([[{}], [{ dataDir: "" }], [{ pglite: {} }], [{ url: "postgres://x" }]])(
  "embedded source: %o is refused at once",
  (source) => {
    const make = () => embeddedStore(source as never); // Wrong on purpose.
    expect(make).toThrow(expect.objectContaining({ code: "OPTION_INVALID" }));
  },
);
