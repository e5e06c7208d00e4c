import { setTimeout as wait } from "node:timers/promises";
import type { Pool } from "pg";
import { describe, expect, test } from "vitest";
import { freshSchema, testDatabaseUrl, testPool } from "./support/database.ts";
import { startSqlProxy } from "./support/sql-proxy.ts";

// Goal: the faults that other tests rely on really happen. Method: plain `pg` through the proxy, and a second pool that
// looks at the server directly.

test("the server is a PostgreSQL of its own connections", async () => {
  const pool = testPool();
  const [first, second] = [await pool.connect(), await pool.connect()];
  const pids = await Promise.all([first, second].map((client) => client.query("select pg_backend_pid() as pid")));
  expect(pids[0]?.rows[0].pid).not.toBe(pids[1]?.rows[0].pid);
  for (const client of [first, second]) client.release();
});

describe("the proxy", () => {
  test("lets everything through, in packets of any size", async () => {
    const { proxied, proxy } = await aTable();
    const long = "é".repeat(200_000);
    const { rows } = await proxied.query("select $1::text as text", [long]);
    expect(rows).toEqual([{ text: long }]);
    expect(proxy.counts).toMatchObject({ connections: 1, commits: 0, cutCommits: 0 });
  });

  test.each(["simple", "prepared"])("cuts the answer to a %s commit that the server has done", async (kind) => {
    const { direct, proxied, proxy, table } = await aTable();
    const cut = proxy.cutOnNextCommit();
    await expect(insert(proxied, table, kind === "simple" ? "commit" : preparedCommit)).rejects.toThrow(
      /terminated|ECONNRESET/,
    );
    await cut;
    expect(await countOf(direct, table)).toBe(1);
    expect(proxy.counts).toMatchObject({ commits: 1, cutCommits: 1 });
    await insert(proxied, table);
    expect(await countOf(direct, table)).toBe(2);
  });

  test("cuts a commit before the server is asked", async () => {
    const { direct, proxied, proxy, table } = await aTable();
    const cut = proxy.cutOnNextCommit("before");
    await expect(insert(proxied, table)).rejects.toThrow(/terminated|ECONNRESET/);
    await cut;
    expect(await countOf(direct, table)).toBe(0);
    expect(proxy.counts).toMatchObject({ commits: 1, cutCommits: 1 });
  });

  test("lets a commit pass that the server answers with a rollback", async () => {
    const { proxied, proxy } = await aTable();
    const fired = proxy.cutOnNextCommit().then(() => "fired");
    const client = await proxied.connect();
    await client.query("begin");
    await expect(client.query("select 1 / 0")).rejects.toThrow(/division/);
    expect((await client.query("commit")).command).toBe("ROLLBACK");
    client.release();
    expect(await Promise.race([fired, wait(50)])).toBeUndefined();
    expect(proxy.counts).toMatchObject({ commits: 1, cutCommits: 0 });
  });

  test("a black hole answers nobody and tells nobody; a connection that lost bytes does not come back", async () => {
    const { direct, proxied, proxy, table } = await aTable();
    const client = await proxied.connect();
    const broken = new Promise<Error>((resolve) => client.on("error", resolve));
    await client.query(`begin; insert into ${table} values (1)`);
    proxy.blackHole();
    await expect(client.query(impatientCommit)).rejects.toThrow("Query read timeout");
    const open = await direct.query("select state from pg_stat_activity where query like $1", [
      `%insert into ${table}%`,
    ]);
    expect(open.rows).toContainEqual({ state: "idle in transaction" });
    const impatient = testPool(proxy.url, { connectionTimeoutMillis: 100 });
    await expect(impatient.query("select 1")).rejects.toThrow(/timeout/);
    expect(proxy.counts.swallowedBytes).toBeGreaterThan(0);
    proxy.restore();
    expect((await broken).message).toMatch(/terminated|ECONNRESET/);
    client.release(true);
    expect(await countOf(direct, table)).toBe(0);
    await insert(proxied, table);
  });

  test("what was held on its way arrives later, though its sender is gone", async () => {
    const { direct, proxied, proxy, table } = await aTable();
    const client = await proxied.connect();
    await client.query(`begin; insert into ${table} values (1)`);
    proxy.hold();
    await expect(client.query(impatientCommit)).rejects.toThrow("Query read timeout");
    client.release(true);
    await wait(50);
    expect(await countOf(direct, table)).toBe(0);
    proxy.restore();
    await expect.poll(() => countOf(direct, table)).toBe(1);
  });

  test("cuts all connections, and refuses new ones", async () => {
    const { direct, proxied, proxy, table } = await aTable();
    const sleeping = Promise.all([1, 2].map(() => proxied.query("select pg_sleep(10)")));
    await expect.poll(() => proxy.counts.connections).toBe(2);
    proxy.refuse();
    proxy.cutAll();
    await expect(sleeping).rejects.toThrow(/terminated|ECONNRESET/);
    await expect(proxied.query("select 1")).rejects.toThrow();
    expect(proxy.counts).toMatchObject({ connections: 2, cutConnections: 2, refused: 1 });
    proxy.restore();
    await insert(proxied, table);
    expect(await countOf(direct, table)).toBe(1);
  });
});

async function aTable() {
  const direct = testPool();
  const proxy = await startSqlProxy(testDatabaseUrl());
  const proxied = testPool(proxy.url);
  const schema = freshSchema();
  const table = `${schema}.facts`;
  await direct.query(`create schema ${schema}; create table ${table} (fact integer)`);
  return { direct, proxied, proxy, table };
}

/** The driver knows this option, its types do not. */
const impatientCommit = { text: "commit", query_timeout: 100 };

/** `pg` sends a message to prepare a statement then. */
const preparedCommit = { text: "commit", values: [], queryMode: "extended" };

async function insert(pool: Pool, table: string, commit: string | typeof preparedCommit = "commit"): Promise<void> {
  const client = await pool.connect();
  client.on("error", () => {});
  try {
    await client.query("begin");
    await client.query(`insert into ${table} values ($1)`, [1]);
    await client.query(commit);
    client.release();
  } catch (error) {
    client.release(true);
    throw error;
  }
}

async function countOf(pool: Pool, table: string): Promise<number> {
  const { rows } = await pool.query(`select count(*)::integer as count from ${table}`);
  return rows[0].count;
}
