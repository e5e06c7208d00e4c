import { randomBytes } from "node:crypto";
import { kraken } from "@fillbook/connector-kraken";
import { generateTrades, type KrakenSimulator, startKrakenSimulator } from "@fillbook/connector-kraken/simulator";
import { createFillbook, type UserBook } from "@fillbook/core";
import { aesVault } from "@fillbook/core/node";
import { memoryStore } from "@fillbook/store-memory";
import { postgresStore } from "@fillbook/store-postgres";
import { hurriedClock } from "@fillbook/testkit";
import { expect, it, onTestFinished } from "vitest";
import { freshSchema, testDatabaseUrl, testPool } from "../../../packages/store-postgres/test/support/database.ts";
import { passLeaseTime } from "../../../packages/store-postgres/test/support/test-store.ts";
import { IMPORTS, openImportQueue, TICKS } from "../src/import-queue.ts";
import { startWorkerProcess, type WorkerProcess } from "./worker-process.ts";

// Goal: a worker that dies loses nothing and doubles nothing. Method: two real workers on a real server and a simulated
// Kraken, which leaves one request of one account unanswered; the worker that waits for it is killed. Then time passes for
// leases and heartbeats, and both ways back are taken, one after the other: the second must change nothing.

const FILLS = 150;
const OWNERS = ["ada", "grace", "linus"] as const;
const PASSED_MS = 600_000;

it("kill -9 in the middle of an import: the other worker goes on, and every book is the reference", async () => {
  const { simulator, held, schema, queueSchema, boss, users, environment, victimId } = await openWorld();
  const workers = [startWorkerProcess(environment), startWorkerProcess(environment)];
  await boss.send(TICKS, {});
  const [reference] = await Promise.all([referenceBook(simulator), held]);
  const dying = workers.find((worker) => begun(worker, victimId) > 0);
  const living = workers.find((worker) => worker !== dying);
  if (dying === undefined || living === undefined) throw new Error("one of the workers runs the connection");

  // It really is in the middle: some pages are stored, others are not, and its job is open.
  expect((await users.ada.jobs({ connectionId: victimId })).items).toMatchObject([{ status: "running" }]);
  const stored = (await bookOf(users.ada)).executions.length;
  expect([stored > 0, stored < FILLS]).toEqual([true, true]);
  expect(await dying.end("SIGKILL")).toBe("SIGKILL");

  // The first way back: leases run out, and the next tick sends a job.
  const pool = testPool();
  await passLeaseTime(pool, { schema, ms: PASSED_MS });
  await boss.send(TICKS, {});
  await living.until(() => ended(living, victimId) === 1);
  const books = () => Promise.all(OWNERS.map((owner) => bookOf(users[owner])));
  await expect.poll(books).toEqual([reference, reference, reference]);

  // The second: pg-boss misses the dead worker's heartbeat and tries its job again.
  const ofVictim = `data ->> 'connectionId' = '${victimId}' and state <> 'completed'`;
  await pool.query(
    `update ${queueSchema}.job set heartbeat_on = heartbeat_on - interval '10 minutes' where ${ofVictim}`,
  );
  await boss.supervise(IMPORTS);
  const waiting = (await boss.findJobs(IMPORTS, { key: victimId })).filter(({ state }) => state === "retry");
  expect(waiting).toHaveLength(1);
  await pool.query(`update ${queueSchema}.job set start_after = now() where ${ofVictim}`);
  await living.until(() => ended(living, victimId) === 2);
  expect(await books()).toEqual([reference, reference, reference]);

  const { items } = await users.ada.jobs({ connectionId: victimId });
  expect(items.filter(({ status }) => status === "running")).toEqual([]);
  expect(items.filter(({ error }) => error?.code === "LEASE_LOST" || error?.code === "ABORTED")).toHaveLength(1);
  expect(await living.end("SIGTERM")).toBe(0);
});

const begun = ({ lines }: WorkerProcess, id: string) =>
  lines.filter(({ message, connectionId }) => message === "run begins" && connectionId === id).length;
const ended = ({ lines }: WorkerProcess, id: string) =>
  lines.filter(({ message, connectionId }) => message === "run" && connectionId === id).length;

/** A store and a queue with three people's connections, and a Kraken that never answers Ada's third request for trades. */
async function openWorld() {
  const [schema, queueSchema, databaseUrl] = [freshSchema(), freshSchema(), testDatabaseUrl()];
  const clock = hurriedClock();
  const keys = [...OWNERS, "reference"].map(() => ({}));
  // Without a limit: the clocks of the processes do not agree, since their waits are over at once.
  const trades = generateTrades({ count: FILLS, seed: 1 });
  const simulator = await startKrakenSimulator({ keys, trades, historyCost: 0 });
  onTestFinished(() => simulator.close());
  const store = postgresStore({ url: databaseUrl }, { schema });
  onTestFinished(() => store.close());
  await store.migrate();
  const vaultKey = randomBytes(32).toString("base64");
  const vault = aesVault({ keys: [{ id: "main", key: vaultKey }], primary: "main" });
  const book = createFillbook({ store, connectors: [kraken({ baseUrl: simulator.url })], vault, clock });
  const users = { ada: book.forUser("ada"), grace: book.forUser("grace"), linus: book.forUser("linus") };
  const ids: string[] = [];
  for (const [index, owner] of OWNERS.entries()) {
    const { apiKey, apiSecret } = keyOf(simulator, index);
    ids.push((await users[owner].connect({ connector: "kraken", credentials: { apiKey, apiSecret } })).id);
  }
  const boss = await openImportQueue({ databaseUrl, schema: queueSchema, onError: () => {} });
  onTestFinished(() => boss.stop({ graceful: false }));
  const environment = {
    ...{ DATABASE_URL: databaseUrl, FILLBOOK_VAULT_KEY: vaultKey, FILLBOOK_SCHEMA: schema },
    ...{ FILLBOOK_QUEUE_SCHEMA: queueSchema, FILLBOOK_CONCURRENCY: "2", FILLBOOK_KRAKEN_SIMULATOR: simulator.url },
  };
  const [victimId = ""] = ids;
  return { simulator, held: holdThird(simulator), schema, queueSchema, boss, users, environment, victimId };
}

/** Resolves when the first key's third request for trades has come; it is never answered. */
function holdThird(simulator: KrakenSimulator): Promise<void> {
  let seen = 0;
  return new Promise((resolve) => {
    simulator.inject({
      ...{ kind: "process", times: Number.POSITIVE_INFINITY },
      process: ({ apiKey }) => {
        if (apiKey !== keyOf(simulator, 0).apiKey) return;
        seen += 1;
        if (seen !== 3) return;
        resolve();
        return new Promise(() => {});
      },
    });
  });
}

function keyOf(simulator: KrakenSimulator, index: number) {
  const key = simulator.keys[index];
  if (key === undefined) throw new Error(`the simulator has no key ${index}`);
  return key;
}

/** What one undisturbed run of the same account makes. */
async function referenceBook(simulator: KrakenSimulator) {
  const { apiKey, apiSecret } = keyOf(simulator, OWNERS.length);
  const clock = hurriedClock();
  const connectors = [kraken({ baseUrl: simulator.url })];
  const book = createFillbook({
    store: memoryStore({ clock }),
    connectors,
    credentials: async () => ({ apiKey, apiSecret }),
    clock,
  });
  const user = book.forUser("reference");
  const { id } = await user.connect({ connector: "kraken" });
  expect(await book.ingest({ connectionId: id, mode: "scheduled" })).toMatchObject({
    error: null,
    more: false,
    status: "succeeded",
  });
  const reference = await bookOf(user);
  expect(reference.executions).toHaveLength(FILLS);
  return reference;
}

/** A person's fills and trades without what depends on when and in which run they came. */
async function bookOf(user: Pick<UserBook, "executions" | "trades">) {
  const executions = (await user.executions({ limit: 200 })).items.map(
    ({ executionId, executedAt, side, quantity, price, fees, canonical, voided, account }) =>
      JSON.stringify({ executionId, executedAt, side, quantity, price, fees, canonical, voided, account }),
  );
  const trades = (await user.trades({ limit: 200 })).items.map(
    ({ instrument, side, status, quantity, averagePrice, fees }) =>
      JSON.stringify({ symbol: instrument.symbol, side, status, quantity, averagePrice, fees }),
  );
  return { executions: executions.sort(), trades: trades.sort() };
}
