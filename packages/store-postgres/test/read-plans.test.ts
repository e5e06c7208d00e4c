import type { Instant } from "@fillbook/core";
import type { BookStore } from "@fillbook/core/store";
import { Pool } from "pg";
import { expect, onTestFinished, test } from "vitest";
import { playPages } from "../../testkit/src/suite/play.ts";
import { postgresStore } from "../src/index.ts";
import { bookRecords, fillBook } from "./support/big-book.ts";
import { testDatabaseUrl } from "./support/database.ts";
import { serverStore } from "./support/test-store.ts";

// Goal: no public read and no import walks a large table.
// Method: 100,000 executions and as many trades of ten owners. Every statement of every list with every filter, and of an
// import of new and of known fills, is heard on its way to the server and explained.

const bigTables = ["executions", "execution_raws", "trades", "execution_aliases"];
const after = "2026-01-05T12:00:00.000000Z 5";
const from = "2026-01-05T10:00:00.000000Z" as Instant; // Written in the one form that the brand promises.

const reads: readonly ((store: BookStore, ids: Ids) => Promise<unknown>)[] = [
  (store, { tradeId }) => store.trade("owner", tradeId),
  (store) => store.trades("owner", {}),
  (store) => store.trades("owner", { after }),
  (store) => store.trades("owner", { from, to: from }),
  (store) => store.trades("owner", { symbol: "S3", limit: 200 }),
  (store) => store.trades("owner", { symbol: "nothing" }),
  (store) => store.trades("owner", { account: "A2", limit: 200 }),
  (store) => store.trades("owner", { account: "nothing" }),
  (store) => store.trades("owner", { broker: "nothing" }),
  (store, { connectionId }) => store.trades("owner", { connectionId }),
  (store) => store.trades("owner", { inbox: "pending_review" }),
  (store) => store.trades("owner", { inbox: "pending_review", account: "A2", after, limit: 200 }),
  (store) => store.trades("owner", { inbox: "reviewed" }),
  (store) => store.trades("owner", { changedSinceReview: true, limit: 200 }),
  (store) => store.trades("owner", { status: "canceled" }),
  (store, { tradeId }) => store.tradesById("owner", [tradeId, "nobody's"]),
  (store, { tradeId }) => store.decisionsOf("owner", tradeId),
  (store) => store.fills("owner", { after, limit: 1000 }),
  (store) => store.fills("owner", { broker: "nothing" }),
  (store) => store.executions("owner", {}),
  (store) => store.executions("owner", { after, limit: 200 }),
  (store) => store.executions("owner", { from, to: from }),
  (store, { tradeId }) => store.executions("owner", { tradeId }),
  (store) => store.executions("owner", { symbol: "S3", limit: 200 }),
  (store) => store.executions("owner", { symbol: "nothing" }),
  (store) => store.executions("owner", { account: "A2" }),
  (store) => store.executions("owner", { account: "nothing" }),
  (store) => store.executions("owner", { account: "nothing", from }),
  (store) => store.executions("owner", { canonical: true }),
  (store) => store.executions("owner", { canonical: false }),
  (store) => store.executions("stranger", {}),
];

interface Ids {
  readonly tradeId: string;
  readonly connectionId: string;
}

interface Heard {
  readonly text: string;
  readonly values: readonly unknown[];
}

test("at 100,000 rows no read and no import scans a large table", async () => {
  const big = await serverStore();
  const connectionId = await fillBook(big, 100);
  const heard: Heard[] = [];
  const pool = listeningPool(heard);
  const store = postgresStore({ pool }, { schema: big.schema });
  const [trade] = (await store.trades("owner", { limit: 1 })).items;
  for (const read of reads) await read(store, { tradeId: trade?.id ?? "", connectionId });
  expect(heard.length).toBe(reads.length + 1);
  await playPages(store, connectionId, [{ records: bookRecords(200, "N") }, { records: bookRecords(200) }]);
  const statements = heard.filter(({ text }) => /^\s*(select|with|update|delete|insert)/.test(text));
  expect(statements.length).toBeGreaterThan(reads.length + 15);
  const scans: string[] = [];
  for (const { text, values } of statements) {
    const { rows } = await big.pool.query(`explain (format json) ${text}`, [...values]);
    scans.push(...seqScans(rows[0]["QUERY PLAN"]).map((table) => `${table}: ${text.trim().slice(0, 200)}`));
  }
  expect(scans).toEqual([]);
}, 120_000);

/** A pool whose statements are written down. */
function listeningPool(heard: Heard[]): Pool {
  const pool = new Pool({ connectionString: testDatabaseUrl(), max: 2 });
  pool.on("connect", (client) => {
    const query = client.query.bind(client) as (...parameters: unknown[]) => unknown;
    const listened = (config: Heard, ...rest: unknown[]) => {
      heard.push({ text: config.text, values: config.values ?? [] });
      return query(config, ...rest);
    };
    Object.assign(client, { query: listened });
  });
  onTestFinished(() => pool.end());
  return pool;
}

/** The large tables that a plan reads from end to end. */
function seqScans(plan: unknown): string[] {
  if (typeof plan !== "object" || plan === null) return [];
  const inner = Object.values(plan).flatMap(seqScans);
  const node = plan as { "Node Type"?: unknown; "Relation Name"?: unknown }; // Both are looked at before they are used.
  const table = String(node["Relation Name"]);
  return node["Node Type"] === "Seq Scan" && bigTables.includes(table) ? [table, ...inner] : inner;
}
