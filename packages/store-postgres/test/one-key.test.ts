import { type ChildProcess, fork } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { generateTrades, type KrakenSimulator, startKrakenSimulator } from "@fillbook/connector-kraken/simulator";
import type { IngestReport } from "@fillbook/core";
import type { BookStore } from "@fillbook/core/store";
import { postgresStore } from "@fillbook/store-postgres";
import { newConnection } from "@fillbook/testkit";
import { expect, inject, test } from "vitest";
import { freshSchema, testDatabaseUrl, testPool } from "./support/database.ts";
import type { OneKeyOptions } from "./support/one-key-child.ts";
import { type SharedTime, sharedTime } from "./support/shared-time.ts";

// Goal: processes that share nothing but the database use one API key as one would: no nonce is refused, no limit is met
// but once, which teaches all of them what a page costs, and no time is lost. Method: four processes, four people with one key, one simulator that counts, and one time that moves on
// when all of them wait.

const isWhole = inject("wholeCrashMatrix");
const PROCESSES = 4;
const PAGES = isWhole ? 500 : 6;
const START_MS = Date.UTC(2026, 2, 2, 12);
/** Points that Kraken's counter holds and loses a second for this tier, and what a page costs. */
const LIMIT = { max: 20, decayPerSecond: 1, cost: 4 };

test("four processes on one key: no refused nonce, the limit met once to learn it, no time lost", {
  timeout: 1_800_000,
}, async () => {
  const time = sharedTime(START_MS);
  // Pages share one row, and a page that is not full is the last.
  const trades = generateTrades({ count: PAGES * 49, seed: 5 });
  const simulator = await startKrakenSimulator({
    ...{ clock: time, trades, historyCost: LIMIT.cost },
    tier: "pro",
  });
  await using _simulator = simulator;
  const schema = freshSchema();
  const store = postgresStore({ pool: testPool() }, { schema });
  await store.migrate();
  const owners = Array.from({ length: PROCESSES }, (_, index) => `owner-${index}`);
  const connections = await Promise.all(owners.map((owner) => connect(store, owner, simulator)));
  const reports = await Promise.all(
    connections.map((connectionId) => importApart(time, simulator, { schema, connectionId })),
  );
  for (const report of reports)
    expect(report).toMatchObject({ status: "succeeded", error: null, stats: { inserted: trades.length } });
  const refused = simulator.requests.filter(({ outcome }) => outcome !== "ok");
  expect(refused).toMatchObject([{ outcome: "EAPI:Rate limit exceeded" }]);
  const asked = simulator.requests.filter(({ path }) => path.endsWith("/TradesHistory"));
  const spentMs = time.now() - START_MS;
  // Each run looks for new fills every quarter of an hour.
  const looks = PROCESSES * Math.floor(spentMs / 900_000);
  expect(asked.length).toBeGreaterThanOrEqual(PROCESSES * PAGES);
  expect(asked.length).toBeLessThanOrEqual(PROCESSES * PAGES + looks + refused.length);
  expect(new Set(asked.map(({ nonce }) => nonce)).size).toBe(asked.length);
  const optimumMs = ((asked.length * LIMIT.cost - LIMIT.max) / LIMIT.decayPerSecond) * 1000;
  console.log(
    `one key, ${PROCESSES} processes: ${asked.length} pages in ${(spentMs / optimumMs).toFixed(3)} of the least time`,
  );
  // Of a few pages, one page's wait is more than the twentieth part.
  expect(spentMs).toBeLessThanOrEqual(optimumMs * 1.05 + (isWhole ? 0 : LIMIT.cost * 1000));
});

async function importApart(
  time: SharedTime,
  simulator: KrakenSimulator,
  { schema, connectionId }: { readonly schema: string; readonly connectionId: string },
): Promise<IngestReport> {
  const options: OneKeyOptions = {
    ...{ databaseUrl: testDatabaseUrl(), schema, connectionId, startMs: START_MS },
    ...{ simulatorUrl: simulator.url, ...simulator.key },
  };
  const script = fileURLToPath(new URL("support/one-key-child.ts", import.meta.url));
  const child = fork(script, [JSON.stringify(options)], { execArgv: [] });
  time.add(child);
  return reportOf(child);
}

function reportOf(child: ChildProcess): Promise<IngestReport> {
  const report = new Promise<IngestReport>((resolve) => {
    child.on("message", (message: { kind: string; report: IngestReport }) => {
      if (message.kind === "report") resolve(message.report);
    });
  });
  const ended = once(child, "exit").then(([code]) => {
    throw new Error(`the process ended with code ${code} before its report`);
  });
  return Promise.race([report, ended]);
}

async function connect(store: BookStore, owner: string, simulator: KrakenSimulator): Promise<string> {
  const id = randomUUID();
  const settings = { tier: "pro", consolidateTaker: true, ledgerFees: false, instant: false };
  const names = { id, userId: owner, connector: "kraken", broker: "kraken", accountRef: simulator.key.iban };
  await store.createConnection(newConnection({ connection: { ...names, settings } }));
  return id;
}
