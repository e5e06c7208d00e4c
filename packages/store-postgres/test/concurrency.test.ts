import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { type Clock, type IngestReport, ingest } from "@fillbook/core";
import { anExecution, type ScriptedRecord, scripted } from "@fillbook/testkit";
import { describe, expect, inject, test } from "vitest";
import { aConnection, stateOf } from "../../testkit/src/suite/play.ts";
import { postgresStore } from "../src/index.ts";
import { bookFaults } from "./support/crash-book.ts";
import { runChild } from "./support/crash-run.ts";
import { freshSchema, testDatabaseUrl, testPool } from "./support/database.ts";
import type { ImportOptions } from "./support/import-messages.ts";
import { type ImportProcess, startImport } from "./support/import-process.ts";
import { startKrakenAccount } from "./support/kraken-account.ts";
import { serverStore } from "./support/test-store.ts";

// Goal: any number of processes may do the same work at once. Method: real processes on one server; where a test is
// about a moment, processes are stopped until all of them have come to it. `pnpm crash` has the most of them.

const isWhole = inject("wholeCrashMatrix");
const PROCESSES = isWhole ? 8 : 4;
const PAGES = isWhole ? 10 : 4;
const PAGES_IN_OPPOSITE_ORDER = isWhole ? 40 : 10;

const databaseUrl = testDatabaseUrl();
const once = { databaseUrl, leaseMs: 60_000, haltSignal: "SIGSTOP", runs: "once", halt: null } as const;

describe("concurrency", { timeout: 60_000 }, () => {
  test(`${PROCESSES} processes on one account through two connections leave the state of one process`, async () => {
    const alone = await serverStore();
    await using first = await startKrakenAccount({ pages: PAGES });
    const only = await first.connect(alone.store);
    const options = { ...once, schema: alone.schema, connectionId: only, source: first.source(), kill: null };
    expect((await runChild(options)).report?.status).toBe("succeeded");

    const { store, schema, pool } = await serverStore();
    await using account = await startKrakenAccount({ pages: PAGES });
    const connectionIds = [await account.connect(store), await account.connect(store)];
    const children = Array.from({ length: PROCESSES }, (_, index) => {
      const key = index % 2;
      return start({ schema, connectionId: connectionIds[key] ?? "", source: account.source(key), runs: "until-done" });
    });
    const outcomes = await Promise.all(children.map((child) => child.ended()));

    expect(outcomes.map(({ report }) => report?.status)).toEqual(outcomes.map(() => "succeeded"));
    expect(outcomes.flatMap(({ reports }) => reports).filter(isSkipped)).not.toEqual([]);
    expect(await stateOf(store)).toEqual(await stateOf(alone.store));
    expect(await bookFaults(pool, schema)).toEqual([]);
    const { rows } = await pool.query(jobsStatement(schema));
    expect(rows).toEqual([{ inserted: account.fills, running: 0, abreast: true }]);
  });

  test("20 parallel runs in one process pull once, and 19 are skipped with the running job's id", async () => {
    const { store } = await serverStore();
    const connector = scripted({ pages: [{ records: [fill("E1", "A1")] }] });
    const gate = openableGate();
    const clock: Clock = { now: Date.now, sleep: () => gate.opened };
    const options = { store, connectors: [connector], connectionId: await aConnection(store), clock };
    const skipped: IngestReport[] = [];
    const run = async (): Promise<IngestReport> => {
      const report = await ingest({ ...options, mode: "manual", credentials: async () => ({ token: "t" }) });
      if (isSkipped(report)) skipped.push(report);
      // The one that runs waits until all others have been told.
      if (skipped.length === 19) gate.open();
      return report;
    };
    const reports = await Promise.all(Array.from({ length: 20 }, run));
    expectOneRun(reports);
    expect(connector.pulled()).toBe(1);
  });

  test("20 parallel runs in 4 processes fetch once, and 19 are skipped with the running job's id", async () => {
    const { store, schema, pool } = await serverStore();
    await using account = await startKrakenAccount({ pages: 2 });
    const connectionId = await account.connect(store);
    const gate = openableGate();
    const held = account.simulator.inject({ kind: "process", process: () => gate.opened });
    // Before their first call of the store all processes wait for each other.
    const halt = { call: 1, moment: "before" } as const;
    const children = Array.from({ length: 4 }, () => {
      return start({ schema, connectionId, source: account.source(), parallel: 5, halt });
    });
    await Promise.all(children.map((child) => child.halted()));
    for (const child of children) child.send("SIGCONT");
    await expect.poll(() => children.flatMap((child) => child.reports()).length).toBe(19);
    gate.open();
    const outcomes = await Promise.all(children.map((child) => child.ended()));
    expectOneRun(outcomes.flatMap(({ reports }) => reports));
    expect(held.fired).toBe(1);
    // Each full page, and the empty one that says it was the last.
    expect(account.simulator.requests.filter(({ path }) => path.endsWith("TradesHistory"))).toHaveLength(3);
    expect((await pool.query(jobsStatement(schema))).rows).toMatchObject([{ inserted: account.fills, running: 0 }]);
  });

  test("two processes that fill one order of each of two accounts, in opposite order, lose nothing", async () => {
    const { store, schema, pool } = await serverStore();
    const orders = [
      ["A1", "A2"],
      ["A2", "A1"],
    ] as const;
    const children: ImportProcess[] = [];
    for (const [child, accounts] of orders.entries()) {
      const pages = Array.from({ length: PAGES_IN_OPPOSITE_ORDER }, (_, page) => ({
        records: accounts.map((account) => fill(`E${child}-${page}`, account)),
      }));
      const connectionId = await aConnection(store);
      children.push(start({ schema, connectionId, source: { kind: "scripted", pages }, halt: { page: 1 } }));
    }
    await Promise.all(children.map((child) => child.halted()));
    for (const child of children) child.send("SIGCONT");
    const outcomes = await Promise.all(children.map((child) => child.ended()));
    expect(outcomes.map(({ report }) => report)).toMatchObject([
      { status: "succeeded", error: null },
      { status: "succeeded", error: null },
    ]);
    expect(await bookFaults(pool, schema)).toEqual([]);
    const quantity = String(20 * PAGES_IN_OPPOSITE_ORDER);
    expect((await store.trades("owner", {})).items).toMatchObject([{ quantity }, { quantity }]);
    expect((await pool.query(jobsStatement(schema))).rows).toEqual([
      { inserted: 4 * PAGES_IN_OPPOSITE_ORDER, running: 0, abreast: true },
    ]);
  });

  test("20 migrations of one new schema from 4 processes wait for each other and make the tables once", async () => {
    const schema = freshSchema();
    const script = fileURLToPath(new URL("support/migrate-child.ts", import.meta.url));
    const argument = JSON.stringify({ databaseUrl, schema, times: 5 });
    const migrations = Array.from({ length: 4 }, () => promisify(execFile)(process.execPath, [script, argument]));
    expect(await Promise.all(migrations)).toHaveLength(4);
    const pool = testPool();
    await postgresStore({ pool }, { schema }).ready();
    const versions = await pool.query(`select version from "${schema}".schema_versions`);
    expect(versions.rows).toEqual([{ version: 1 }]);
  });
});

function start(options: Partial<ImportOptions> & Pick<ImportOptions, "schema" | "connectionId" | "source">) {
  return startImport({ ...once, ...options });
}

function openableGate(): { readonly opened: Promise<void>; readonly open: () => void } {
  let open = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open: () => open() };
}

/** All jobs of a schema in one row; `abreast` says that two connections' runs went on at the same time. */
function jobsStatement(schema: string): string {
  return `
    select sum(inserted)::integer as inserted, (count(*) filter (where status = 'running'))::integer as running,
           exists (select from "${schema}".jobs as one join "${schema}".jobs as other
                       on one.connection_id < other.connection_id
                    where (one.started_at, one.finished_at) overlaps (other.started_at, other.finished_at)) as abreast
      from "${schema}".jobs`;
}

function isSkipped(report: IngestReport): report is Extract<IngestReport, { status: "skipped" }> {
  return report.status === "skipped";
}

function expectOneRun(reports: readonly IngestReport[]): void {
  expect(reports).toHaveLength(20);
  const [ran, ...others] = reports.filter((report) => !isSkipped(report));
  expect(others).toEqual([]);
  expect(ran).toMatchObject({ status: "succeeded", error: null });
  const jobId = ran !== undefined && "jobId" in ran ? ran.jobId : null;
  const runningJobIds = reports.filter(isSkipped).map(({ runningJobId }) => runningJobId);
  expect(runningJobIds).toEqual(Array.from({ length: 19 }, () => jobId));
}

/** All fills of an account are of one order. */
function fill(familyId: string, account: string): ScriptedRecord {
  return { kind: "execution", execution: anExecution({ familyId, account }) };
}
