import { Pool } from "pg";
import { expect, onTestFinished, test } from "vitest";
import { aConnection } from "../../testkit/src/suite/play.ts";
import { postgresStore } from "../src/index.ts";
import { testDatabaseUrl, testPool } from "./support/database.ts";
import { serverStore } from "./support/test-store.ts";

// Goal: a server that ends idle connections ends no host's process. Method: pools of the host, whose idle connections are ended.

test.each([0, 2])(
  "a pool of the host's with %i listeners outlives the end of its idle connections",
  async (listeners) => {
    const { schema, pool: admin } = await serverStore();
    const pool = new Pool({ connectionString: testDatabaseUrl(), application_name: schema });
    onTestFinished(() => pool.end());
    const heard: Error[] = [];
    for (let count = 0; count < listeners; count += 1) pool.on("error", (error) => heard.push(error));
    const stores = [1, 2, 3].map(() => postgresStore({ pool }, { schema }));
    expect(pool.listenerCount("error")).toBe(Math.max(1, listeners));
    await stores[0]?.ready();
    const gone = new Promise((resolve) => pool.once("remove", resolve));
    const ended = "select pg_terminate_backend(pid) from pg_stat_activity where application_name = $1";
    expect((await admin.query(ended, [schema])).rowCount).toBe(1);
    await gone;
    expect(heard).toHaveLength(listeners);
    for (const store of stores) await aConnection(store);
  },
);

test("a pool that only looks like one of pg needs no events", async () => {
  const { schema } = await serverStore();
  const pool = testPool();
  const alike = { connect: () => pool.connect() } as Pool;
  await expect(postgresStore({ pool: alike }, { schema }).ready()).resolves.toBeUndefined();
});
