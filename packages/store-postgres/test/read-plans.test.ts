import type { Instant } from "@fillbook/core";
import type { BookStore } from "@fillbook/core/store";
import { expect, test } from "vitest";
import { playPages } from "../../testkit/src/suite/play.ts";
import { postgresStore } from "../src/index.ts";
import { bookRecords, fillBook } from "./support/big-book.ts";
import { listeningPool, seqScansOf, walksOf } from "./support/heard-statements.ts";
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
  (store, { jobId }) => store.trades("owner", { jobId }),
  (store) => store.trades("owner", { jobId: "nothing" }),
  (store) => store.trades("owner", { instrumentKind: "bond", instrumentId: "7" }),
  (store) => store.trades("owner", { search: "E99", limit: 200 }),
  (store) => store.trades("owner", { search: "nothing" }),
  (store, { tradeId }) => store.tradesById("owner", [tradeId, "nobody's"]),
  (store, { tradeId }) => store.decisionsOf("owner", [tradeId, "nobody's"]),
  (store, { connectionId }) => store.inbox("owner", { connectionId }),
  (store) => store.inbox("owner", { after, limit: 200 }),
  (store) => store.fills("owner", {}),
  (store) => store.fills("owner", { broker: "nothing" }),
  (store) => store.fillSlice("owner", { after }),
  (store, { jobId }) => store.fillSlice("owner", { jobId, search: "E99" }),
  (store) => store.executions("owner", {}),
  (store) => store.executions("owner", { after, limit: 200 }),
  (store) => store.executions("owner", { from, to: from }),
  (store, { tradeId }) => store.executions("owner", { tradeId }),
  (store) => store.executions("owner", { symbol: "S3", limit: 200 }),
  (store) => store.executions("owner", { symbol: "nothing" }),
  (store, { jobId }) => store.executions("owner", { jobId }),
  (store) => store.executions("owner", { jobId: "nothing" }),
  (store, { connectionId }) => store.executions("owner", { connectionId, broker: "nothing" }),
  (store) => store.executions("owner", { instrumentKind: "bond", instrumentId: "7" }),
  (store) => store.executions("owner", { search: "E99" }),
  (store) => store.executions("owner", { search: "nothing" }),
  (store) => store.executions("owner", { account: "A2" }),
  (store) => store.executions("owner", { account: "nothing" }),
  (store) => store.executions("owner", { account: "nothing", from }),
  (store) => store.executions("owner", { canonical: true }),
  (store) => store.executions("owner", { canonical: false }),
  (store) => store.executions("stranger", {}),
];

/** What hardly any row is: found by an index of its own, not by walking the list to its end. */
const rare: readonly ((store: BookStore) => Promise<unknown>)[] = [
  (store) => store.trades("owner", { symbol: "nothing" }),
  (store) => store.trades("owner", { jobId: "nothing" }),
  (store) => store.trades("owner", { search: "E99" }),
  (store) => store.executions("owner", { symbol: "nothing" }),
  (store) => store.executions("owner", { jobId: "nothing" }),
  (store) => store.executions("owner", { search: "E99" }),
];

interface Ids {
  readonly tradeId: string;
  readonly jobId: string;
  readonly connectionId: string;
}

test("at 100,000 rows no read and no import scans a large table", async () => {
  const big = await serverStore();
  const connectionId = await fillBook(big, 100);
  const { pool, heard } = listeningPool();
  const store = postgresStore({ pool }, { schema: big.schema });
  const [trade] = (await store.trades("owner", { limit: 1 })).items;
  for (const read of reads)
    await read(store, { tradeId: trade?.id ?? "", jobId: trade?.lastJobId ?? "", connectionId });
  const isSelect = ({ text }: { readonly text: string }) => /^\s*select/.test(text);
  // All fills take a statement for each thousand, and a page of the inbox two.
  expect(heard.filter(isSelect).length).toBe(reads.length + 1 + Math.floor(10_000 / 1_000) + 1);
  await playPages(store, connectionId, [{ records: bookRecords(200, "N") }, { records: bookRecords(200) }]);
  const statements = heard.filter(({ text }) => /^\s*(select|with|update|delete|insert)/.test(text));
  expect(statements.length).toBeGreaterThan(reads.length + 15);
  expect(await seqScansOf(big.pool, statements, bigTables)).toEqual([]);
  heard.length = 0;
  for (const read of rare) await read(store);
  expect(heard.length).toBe(rare.length);
  expect(await walksOf(big.pool, heard, ["executions_by_time", "trades_by_time"])).toEqual([]);
}, 120_000);
