import { createHash } from "node:crypto";
import { wait } from "@fillbook/connector-kit";
import { answered } from "./flex-answered.ts";
import type { FlexPending } from "./flex-cursor.ts";
import type { FlexEvent } from "./flex-event.ts";
import { flexPageCoverage } from "./flex-page-coverage.ts";
import { type FlexRowPage, type FlexSummary, flexPages } from "./flex-pages.ts";
import { cursorOf, type FlexPage, type FlexRun, noteAnswer } from "./flex-run.ts";

/**
 * The pages of one statement. All but the last keep its reference in the cursor, so a run that ends in between reads the
 * statement again; rows that are stored already are passed over if they are the same ones. Only the last page, after the
 * end of the document, says that its days were read.
 */
export async function* readStatement(
  run: FlexRun,
  pending: FlexPending,
  events: AsyncIterable<FlexEvent>,
): AsyncGenerator<FlexPage, void> {
  const { settings } = run.request.connection;
  const { pageRecords } = run.transport.policy;
  const options = { account: run.account, timeZone: settings.timeZone, pageRecords };
  const read = { rows: 0, digest: "" };
  for await (const page of flexPages(events, options)) {
    await keepAlive(run);
    const known = read.rows < pending.rows;
    read.rows += page.records.length;
    read.digest = digestOf(read.digest, page);
    if (known && isOther(pending, read, page)) {
      // IBKR made another statement of it: it is read again, from its beginning.
      run.pending = { ...pending, rows: 0, digest: null };
      return;
    }
    if (page.summary !== null) {
      yield lastPage(run, pending, { page, summary: page.summary });
      return;
    }
    if (known) continue;
    run.pending = { ...pending, rows: read.rows, digest: read.digest };
    const { records, context, reportedAt } = page;
    yield { records, context, reportedAt, cursor: cursorOf(run) };
  }
}

/** What was asked for so long ago says nothing about now. */
const STALE_MS = 6 * 3_600_000;

/** Stored are whole pages, never the last one: a statement that ends among them, or between pages, is not the same. */
function isOther(
  { rows, digest }: FlexPending,
  read: { readonly rows: number; readonly digest: string },
  { summary }: FlexRowPage,
): boolean {
  return summary !== null || read.rows > rows || (read.rows === rows && read.digest !== digest);
}

function lastPage(
  run: FlexRun,
  pending: FlexPending,
  { page, summary }: { readonly page: FlexRowPage; readonly summary: FlexSummary },
): FlexPage {
  const { ask, requestedAtMs } = pending;
  const { statements, byDay, rows, type } = summary;
  const nowMs = run.request.clock.now();
  const { coverage, gaps } = answered(run.coverage, { ask, statements, byDay, rows, type, atMs: nowMs }, run.plan);
  run.coverage = coverage;
  run.pending = null;
  noteAnswer(run);
  if (ask.role === "head") run.headDue = nowMs - requestedAtMs >= STALE_MS;
  return {
    records: page.records,
    context: page.context,
    reportedAt: page.reportedAt,
    cursor: cursorOf(run),
    coverage: flexPageCoverage(run, gaps),
    diagnostics: summary.diagnostics,
  };
}

/** Lets the run's clock renew the lease and look at its budget; the right to the token is kept too. */
async function keepAlive({ request, job }: FlexRun): Promise<void> {
  await wait(request.clock, 1, request.signal);
  await job.hold();
}

function digestOf(before: string, { records }: FlexRowPage): string {
  return createHash("sha256").update(before).update(JSON.stringify(records)).digest("hex");
}
