import { randomBytes } from "node:crypto";
import { setTimeout as wait } from "node:timers/promises";
import { Client, Pool, type PoolConfig } from "pg";
import { inject, onTestFinished } from "vitest";

/** A schema name that no other test has; what stands under it is dropped when the test ends. It is not created. */
export function freshSchema(): string {
  const schema = `t_${randomBytes(8).toString("hex")}`;
  onTestFinished(() => dropSchema(schema));
  return schema;
}

/** The URL of the database that all tests share. */
export function testDatabaseUrl(): string {
  return inject("databaseUrl");
}

const END_MS_MAX = 1_000;

/** A pool that ends with the test. An idle connection that breaks is no error. */
export function testPool(url: string = testDatabaseUrl(), options: PoolConfig = {}): Pool {
  const pool = new Pool({ connectionString: url, max: 10, ...options });
  pool.on("error", () => {});
  // Behind a silent proxy the goodbye of a connection is never answered.
  onTestFinished(() => Promise.race([pool.ended ? undefined : pool.end(), wait(END_MS_MAX)]));
  return pool;
}

async function dropSchema(schema: string): Promise<void> {
  const client = new Client({ connectionString: testDatabaseUrl(), statement_timeout: 10_000 });
  await client.connect();
  try {
    await client.query(`drop schema if exists "${schema}" cascade`);
  } finally {
    await client.end();
  }
}
