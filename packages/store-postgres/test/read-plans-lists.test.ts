import type { Instant } from "@fillbook/core";
import type { BookStore } from "@fillbook/core/store";
import { expect, test } from "vitest";
import { postgresStore } from "../src/index.ts";
import { fillLists } from "./support/big-lists.ts";
import { listeningPool, seqScansOf, sortsOf } from "./support/heard-statements.ts";
import { serverStore } from "./support/test-store.ts";

// Goal: no list of what runs leave behind walks a table that grows with them, and no claim walks the leases.
// Method: as of executions and trades; at 4,000 rows a table already is far more than a page.

const ROWS = 4_000;
/** Of an owner's 400 rows: so few are sorted sooner than walked to. */
const SORTED_MAX = 50;
const bigTables = ["connections", "leases", "jobs", "steps", "problems", "rejects", "audit_events"];
const after = "2027-01-05T12:00:00.000000Z 5";
const from = "2027-01-05T10:00:00.000000Z" as Instant; // Written in the one form that the brand promises.

interface Ids {
  readonly connectionId: string;
  readonly jobId: string;
}

const reads: readonly ((store: BookStore, ids: Ids) => Promise<unknown>)[] = [
  (store, { connectionId }) => store.connection("owner", connectionId),
  (store) => store.connections("owner", {}),
  (store) => store.connections("owner", { after }),
  (store, { jobId }) => store.job("owner", jobId),
  (store) => store.jobs("owner", {}),
  (store) => store.jobs("owner", { after }),
  (store, { connectionId }) => store.jobs("owner", { connectionId }),
  (store) => store.jobs("owner", { status: "running" }),
  (store) => store.problems("owner", {}),
  (store) => store.problems("owner", { state: "all", after }),
  (store) => store.problems("owner", { state: "resolved", kind: "conflict" }),
  (store, { connectionId }) => store.problems("owner", { connectionId, severity: "error" }),
  (store, { jobId }) => store.problems("owner", { broker: "scripted", jobId }),
  (store) => store.problemCounts("owner", {}),
  (store, { connectionId }) => store.problemCounts("owner", { connectionId }),
  (store, { connectionId }) => store.openRejects("owner", { connectionId, limit: 200 }),
  (store) => store.steps("owner", { after }),
  (store) => store.steps("owner", { from, to: from, name: "commit" }),
  (store, { connectionId }) => store.steps("owner", { connectionId }),
  (store, { jobId }) => store.lineage("owner", jobId),
  (store) => store.stepCounts("owner", { from }),
  (store, { connectionId }) => store.stepCounts("owner", { connectionId }),
  (store) => store.auditEvents("owner", { after }),
  (store, { connectionId }) => store.auditEvents("owner", { connectionId, action: "connection.connected" }),
  (store) => store.auditEvents("owner", { tradeId: "T1" }),
  (store) => store.auditEvents("owner", { tradeId: "T1", action: "trade.reviewed", after }),
];

test("at 4,000 rows of each no list, no claim and no run's begin or end scans a table", async () => {
  const big = await serverStore();
  const connectionId = await fillLists(big, ROWS);
  const { pool, heard } = listeningPool();
  const store = postgresStore({ pool }, { schema: big.schema });
  const [job] = (await big.store.jobs("owner", { connectionId })).items;
  for (const read of reads) await read(store, { connectionId, jobId: job?.id ?? "" });
  // An open reject's context is read beside it.
  expect(heard.length).toBe(reads.length + 1);
  const run = { connectionId, mode: "scheduled", window: {}, leaseMs: 1000 } as const;
  expect((await store.beginRun(run)).kind).toBe("started");
  await store.claimDue({ limit: 10, leaseMs: 1000 });
  const statements = heard.filter(({ text }) => /^\s*(select|with|update|delete|insert)/.test(text));
  expect(statements.length).toBeGreaterThan(reads.length + 4);
  const pages = statements.filter(({ text }) => /limit \$\d+::bigint$/.test(text) && text.startsWith("select"));
  expect(pages.length).toBeGreaterThan(15);
  expect(await sortsOf(big.pool, pages, SORTED_MAX)).toEqual([]);
  expect(await seqScansOf(big.pool, statements, bigTables)).toEqual([]);
}, 60_000);
