import { writeSync } from "node:fs";
import { setTimeout as wait } from "node:timers/promises";
import { type Clock, type IngestOptions, type IngestReport, ingest, isImportError, systemClock } from "@fillbook/core";
import { fakeClock } from "@fillbook/testkit";
import { Pool } from "pg";
import { postgresStore } from "../../src/index.ts";
import { haltAt } from "./halt-at.ts";
import { hurriedClock } from "./hurried-clock.ts";
import type { ImportMessage, ImportOptions } from "./import-messages.ts";
import { sourceOptions } from "./import-source.ts";

// Run by import-process.ts with options as JSON. Imports one connection, says on stdout how it goes, and halts itself
// where it is told to. It is told to end by the end of its input.

/** Runs of one process, most of them skipped because another process has the lease. */
const RUNS_MAX = 5_000;
const BETWEEN_RUNS_MS = 10;
const HALTING_MS = 20;
const POOL_END_MS_MAX = 1_000;

const options: ImportOptions = JSON.parse(process.argv[2] ?? "");
const plan = haltAt(options.halt, () => {
  say({ kind: "halt", ...plan.counts });
  process.kill(process.pid, options.haltSignal);
  // A stop reaches the threads of a process one by one: this one must do nothing more until then.
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, HALTING_MS);
  say({ kind: "woken" });
});
let told = false;
if (options.runs === "until-told") {
  process.stdin.on("end", () => {
    told = true;
  });
  process.stdin.resume();
}

const pool = new Pool({ connectionString: options.databaseUrl });
pool.on("error", () => {});
plan.watchPool(pool);
const store = postgresStore({ pool }, { schema: options.schema });
const ingestOptions: IngestOptions = {
  store: plan.watchStore(store),
  ...sourceOptions(options.source),
  connectionId: options.connectionId,
  mode: "manual",
  clock: clockOf(options),
  leaseMs: options.leaseMs,
  onEvent(event) {
    if (event.type !== "run.progress") return;
    say({ kind: "page", page: event.stats.pages });
    plan.pageCommitted(event.stats.pages);
  },
};
for (let run = 1; run <= RUNS_MAX && !(await importAll()).some(isLast); run += 1) await wait(BETWEEN_RUNS_MS);
await store.close();
// Where the network is broken, a connection's goodbye is never answered.
await Promise.race([pool.end(), wait(POOL_END_MS_MAX)]);
say({ kind: "end", ...plan.counts });
process.exit(0);

/**
 * A hurried clock renews the lease all the time, so a process that halts may hold its lock: for a source without limits, which
 * costs no time, the machine's own.
 */
function clockOf({ startAtMs, source }: ImportOptions): Clock {
  if (startAtMs !== undefined) return fakeClock(startAtMs);
  return source.kind === "scripted" ? systemClock : hurriedClock();
}

function importAll(): Promise<(IngestReport | null)[]> {
  return Promise.all(Array.from({ length: options.parallel ?? 1 }, importOnce));
}

async function importOnce(): Promise<IngestReport | null> {
  try {
    const report = await ingest(ingestOptions);
    say({ kind: "report", report });
    return report;
  } catch (error) {
    if (!isImportError(error)) throw error;
    const { code, message, cause } = error;
    say({ kind: "thrown", error: { code, message, cause: String(cause) } });
    return null;
  }
}

function isLast(report: IngestReport | null): boolean {
  if (options.runs === "once") return true;
  if (options.runs === "until-told") return told;
  return report !== null && report.status !== "skipped" && report.error === null;
}

// Synchronous, so that it is said before the process halts.
function say(message: ImportMessage): void {
  writeSync(1, `${JSON.stringify(message)}\n`);
}
