import { isJsonObject, openRequested, windowsMax } from "@fillbook/connector-kit";
import { isImportError, type Json } from "@fillbook/core";
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
import { exportReports, whenMade } from "./kraken-export-wait.ts";
import { archiveTables } from "./kraken-file.ts";
import { cursorId } from "./kraken-id.ts";
import { withNewHead } from "./kraken-new-head.ts";
import { type KrakenPage, type KrakenRun, pageOf } from "./kraken-run.ts";
import { tablePages } from "./kraken-table-pages.ts";
import { noteUnread } from "./kraken-unread.ts";

/**
 * Asks for the reports of an export. Each step is stored before the next: a job is asked for under a name that is stored
 * already, so none is lost and none is made twice.
 *
 * @param how.isStored that name is stored, with a plan.
 */
export async function* askForExport(
  run: KrakenRun,
  { isStored }: { readonly isStored: boolean },
): AsyncGenerator<KrakenPage, void> {
  if (run.exporting === null) return;
  const { cursor } = run.request;
  const resumed = cursor?.exporting !== undefined || cursor?.plan?.read !== undefined;
  if (!isStored && !resumed) yield pageOf(run, { records: [] });
  for (const report of exportReports) {
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
const FAILURES_MAX = 3;

/** Waits for the reports, reads them, and removes them. What cannot be had is read by pages. */
export async function* exportPages(run: KrakenRun): AsyncGenerator<KrakenPage, void> {
  if (run.exporting === null) return;
  const made = run.exporting.made ?? (await whenMade(run, run.exporting));
  if (made === "pending") {
    yield pageOf(run, { records: [], diagnostics: [pending(run.exporting)] });
    return;
  }
  const isMade = made !== "lost";
  if (isMade && run.exporting.made === undefined) {
    run.exporting = { ...run.exporting, made };
    yield pageOf(run, { records: [] });
  }
  if (isMade) yield* reports(run);
  // Removed before it is forgotten: an export that is read is still known after a crash.
  for (const report of exportReports) {
    const id = run.exporting[report]?.id ?? null;
    if (id !== null) await removeExport(run.client, id, isMade ? "delete" : "cancel");
  }
  // What came meanwhile is opened with it: until that is read, the request is not.
  if (isMade) run.trades = withNewHead(run, run.trades);
  if (isMade) run.exporting = null;
  else giveUp(run);
  const wasPending = run.request.cursor?.exporting !== undefined;
  yield pageOf(run, { records: [], resolved: wasPending ? [exportPending] : [] });
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

/** The records of both reports behind those that are stored: as one set of tables, so that each fill finds its entries. */
async function* reportPages(run: KrakenRun): AsyncGenerator<KrakenPage, void> {
  const part = run.exporting?.trades;
  if (part === undefined) return;
  const { catalog, request, policy } = run;
  const { accountRef: account, settings } = request.connection;
  let passed = 0;
  for await (const page of tablePages(await reportTables(run), { catalog, request, account, settings, policy })) {
    const records = page.records.slice(Math.max(0, part.records - passed)).filter((raw) => !isStored(run, raw));
    passed += page.records.length;
    if (records.length === 0 && page.diagnostics.length === 0) continue;
    setPart(run, "trades", { ...part, records: passed });
    yield pageOf(run, {
      ...page,
      records: records.map((raw) => ({ raw })),
      reportedAt: run.exporting?.made?.at ?? null,
    });
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

function isStored({ exporting }: KrakenRun, raw: Json): boolean {
  const txid = isJsonObject(raw) ? (raw.txid ?? raw.refid) : null;
  return typeof txid === "string" && exporting?.stored?.includes(cursorId(txid)) === true;
}

async function reportTables({ client, exporting, policy }: KrakenRun): Promise<readonly KrakenTable[]> {
  const tables: KrakenTable[] = [];
  for (const report of exportReports) {
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
  // The next run looks first whether it is still there.
  const { made: _made, ...exporting } = run.exporting;
  const failures = exporting.failures + 1;
  if (failures < FAILURES_MAX) run.exporting = { ...exporting, failures };
  else giveUp(run);
  yield pageOf(run, { records: [] });
}

/** What the export was for is read by pages: nothing of it is claimed to be read. */
function giveUp(run: KrakenRun): void {
  if (run.exporting === null) return;
  const { from, to, instead } = run.exporting;
  const trades = [...run.trades.windows, ...(instead?.trades ?? [])];
  const ledger = [...run.ledgers.windows, ...(instead?.ledger ?? [])];
  run.exporting = null;
  if (instead === undefined || trades.length > windowsMax || ledger.length > windowsMax) {
    run.trades = openRequested(run.trades, { from, to });
    return;
  }
  run.trades = { ...run.trades, windows: trades };
  run.ledgers = { ...run.ledgers, windows: ledger };
}

function setPart(run: KrakenRun, report: ExportReport, part: ExportPart | null): void {
  if (run.exporting === null) return;
  if (report === "ledgers") run.exporting = { ...run.exporting, ledgers: part };
  else if (part !== null) run.exporting = { ...run.exporting, trades: part };
}

const exportPending = { kind: "partial_import", key: "export-pending" } as const;

function pending({ from, to }: KrakenExport): PageDiagnostic {
  const message = `Kraken is still making the export from ${from} to ${to} (unix seconds); the next run looks again`;
  return { ...exportPending, message };
}
