import { openHead, openRequested, wait } from "@fillbook/connector-kit";
import { type Instant, isImportError } from "@fillbook/core";
import type { PageDiagnostic } from "@fillbook/core/connector";
import { noteRead } from "./kraken-coverage.ts";
import type { KrakenTable } from "./kraken-csv.ts";
import {
  addExport,
  type ExportPart,
  type ExportReport,
  exportJobs,
  type KrakenExport,
  removeExport,
} from "./kraken-export.ts";
import { archiveTables } from "./kraken-file.ts";
import { nowSeconds } from "./kraken-history.ts";
import { headAgain, type KrakenPage, type KrakenRun, pageOf } from "./kraken-run.ts";
import { tablePages } from "./kraken-table-pages.ts";
import { noteUnread } from "./kraken-unread.ts";

const REPORTS = ["ledgers", "trades"] as const;

/**
 * Asks for the reports of an export. Each step is stored before the next: a job is asked for under a name that is stored
 * already, so none is lost and none is made twice.
 */
export async function* askForExport(run: KrakenRun, resumed: boolean): AsyncGenerator<KrakenPage, void> {
  if (run.exporting === null) return;
  if (!resumed) yield pageOf(run, { records: [] });
  for (const report of REPORTS) {
    const part = run.exporting?.[report];
    if (run.exporting === null || part === null || part === undefined || part.id !== null || part.done) continue;
    const id = await askOnce(run, { report, exporting: run.exporting, resumed });
    if (id === null && report === "trades") giveUp(run);
    else setPart(run, report, id === null ? null : { ...part, id });
    yield pageOf(run, { records: [] });
  }
}

/** Null where the key may not: the pages of TradesHistory tell the same, slower. */
async function askOnce(
  { client, request }: KrakenRun,
  { report, exporting, resumed }: { report: ExportReport; exporting: KrakenExport; resumed: boolean },
): Promise<string | null> {
  try {
    const jobs = resumed ? await exportJobs(client, report) : [];
    const own = jobs.find(({ description }) => description === exporting.tag);
    return own?.id ?? (await addExport(client, report, exporting));
  } catch (error) {
    if (!isImportError(error) || !REFUSALS.has(error.code)) throw error;
    request.logger.info({ report, code: error.code }, "kraken: no export, pages are read instead");
    return null;
  }
}

const REFUSALS: ReadonlySet<string> = new Set(["PERMISSION_DENIED", "FEATURE_UNAVAILABLE", "REQUEST_INVALID"]);
const POLL_SECONDS = [5, 10, 15, 30, 60];
/** A job that is not done by then never will be; some took "more than an hour" (Waltio's help, read 2026-08). */
const JOB_LIFE_SECONDS = 24 * 3_600;
const FAILURES_MAX = 3;

/** Waits for the reports, reads them, and removes them. What cannot be had is read by pages. */
export async function* exportPages(run: KrakenRun): AsyncGenerator<KrakenPage, void> {
  if (run.exporting === null) return;
  const ready = run.exporting.trades.done ? "ready" : await isReady(run, run.exporting);
  if (ready === "pending") {
    yield pageOf(run, { records: [], diagnostics: [pending(run.exporting)] });
    return;
  }
  if (ready === "ready") yield* reports(run);
  // Removed before it is forgotten: an export that is read is still known after a crash.
  for (const report of REPORTS) {
    const id = run.exporting[report]?.id ?? null;
    if (id !== null) await removeExport(run.client, id, ready === "ready" ? "delete" : "cancel");
  }
  // What came meanwhile is opened with it: until that is read, the request is not.
  if (ready === "ready") run.trades = openHead(run.trades, headAgain(run));
  if (ready === "ready") run.exporting = null;
  else giveUp(run);
  yield pageOf(run, { records: [] });
}

async function* reports(run: KrakenRun): AsyncGenerator<KrakenPage, void> {
  if (run.exporting?.trades.done !== false) return;
  try {
    yield* reportPages(run);
  } catch (error) {
    yield* countFailure(run, error);
    throw error;
  }
}

/** Polls within the key's limit until both reports are there, a while at most. */
async function isReady(run: KrakenRun, exporting: KrakenExport): Promise<"ready" | "pending" | "lost"> {
  const { client, policy, request } = run;
  const startedAt = nowSeconds(request);
  for (let polls = 0; ; polls += 1) {
    let waiting = false;
    const moments: (Instant | null)[] = [];
    for (const report of REPORTS) {
      const id = exporting[report]?.id ?? null;
      if (id === null) continue;
      const job = (await exportJobs(client, report)).find((one) => one.id === id);
      if (job === undefined || !["Queued", "Processing", "Processed"].includes(job.status)) return "lost";
      waiting ||= job.status !== "Processed";
      moments.push(job.completedAt);
    }
    if (!waiting) {
      // A record may be of both reports: it is as old as the older one.
      run.exportedAt = moments.includes(null) ? null : (moments.sort()[0] ?? null);
      return "ready";
    }
    if (nowSeconds(request) - exporting.askedAt > JOB_LIFE_SECONDS) return "lost";
    if ((nowSeconds(request) - startedAt) * 1000 >= policy.exportWaitMs) return "pending";
    await wait(request.clock, 1000 * (POLL_SECONDS[Math.min(polls, POLL_SECONDS.length - 1)] ?? 0), request.signal);
  }
}

/** The records of both reports behind those that are stored: as one set of tables, so that each fill finds its entries. */
async function* reportPages(run: KrakenRun): AsyncGenerator<KrakenPage, void> {
  const part = run.exporting?.trades;
  if (part === undefined) return;
  const { catalog, request, policy } = run;
  const { accountRef: account, settings } = request.connection;
  let passed = 0;
  for await (const page of tablePages(await reportTables(run), { catalog, request, account, settings, policy })) {
    const records = page.records.slice(Math.max(0, part.records - passed));
    passed += page.records.length;
    if (records.length === 0 && page.diagnostics.length === 0) continue;
    setPart(run, "trades", { ...part, records: passed });
    yield pageOf(run, { ...page, records: records.map((raw) => ({ raw })), reportedAt: run.exportedAt });
  }
  setPart(run, "trades", { ...part, records: passed, done: true });
  const { exporting } = run;
  if (exporting !== null) {
    noteRead(run, { ...exporting, evidence: "export" });
    // Kraken refused the other table: the ledger is read by pages once the key may.
    const { ledgerFees, instant } = settings;
    if (exporting.ledgers === null && (ledgerFees || instant)) noteUnread(run, { unread: exporting });
  }
  yield pageOf(run, { records: [] });
}

async function reportTables({ client, exporting, policy }: KrakenRun): Promise<readonly KrakenTable[]> {
  const tables: KrakenTable[] = [];
  for (const report of REPORTS) {
    const id = exporting?.[report]?.id ?? null;
    if (id === null) continue;
    const archive = await client.file({ endpoint: "RetrieveExport", parameters: { id } });
    tables.push(...(await archiveTables(archive, policy)));
  }
  return tables;
}

/** A file that is broken each time is given up; a connection that breaks says nothing of the file. */
async function* countFailure(run: KrakenRun, error: unknown): AsyncGenerator<KrakenPage, void> {
  if (run.exporting === null || !isImportError(error)) return;
  if (!["PROTOCOL", "RESPONSE_TOO_LARGE", "FEATURE_UNAVAILABLE", "REQUEST_INVALID"].includes(error.code)) return;
  const failures = run.exporting.failures + 1;
  if (failures < FAILURES_MAX) run.exporting = { ...run.exporting, failures };
  else giveUp(run);
  yield pageOf(run, { records: [] });
}

/** The span of the export becomes a window of pages: nothing of it is claimed to be read. */
function giveUp(run: KrakenRun): void {
  if (run.exporting === null) return;
  run.trades = openRequested(run.trades, { from: run.exporting.from, to: run.exporting.to });
  run.exporting = null;
}

function setPart(run: KrakenRun, report: ExportReport, part: ExportPart | null): void {
  if (run.exporting === null) return;
  if (report === "ledgers") run.exporting = { ...run.exporting, ledgers: part };
  else if (part !== null) run.exporting = { ...run.exporting, trades: part };
}

function pending({ from, to }: KrakenExport): PageDiagnostic {
  const message = `Kraken is still making the export from ${from} to ${to} (unix seconds); the next run looks again`;
  return { kind: "partial_import", key: "export-pending", message };
}
