import { type ImportError, isImportError, type Json } from "@fillbook/core";
import type { Page, PageCoverage, PageDiagnostic, PullRequest } from "@fillbook/core/connector";
import { cursorToReadFrom } from "./ibkr-reread.ts";
import { twsError } from "./tws-codes.ts";
import { twsCollector } from "./tws-collector.ts";
import type { TwsContext } from "./tws-context.ts";
import { emptyTwsCursor, type TwsCursor } from "./tws-cursor.ts";
import { isTwsVanished, type TwsReading, twsCoverage, twsReach, twsUnpriced } from "./tws-gaps.ts";
import type { TwsLine } from "./tws-line.ts";
import { readTwsList, type TwsListEnd } from "./tws-list.ts";
import { twsPages } from "./tws-pages.ts";
import type { ReadTwsPolicy } from "./tws-policy.ts";
import { withTwsLine } from "./tws-run.ts";
import type { TwsCredentials, TwsSettings } from "./tws-settings.ts";

export type TwsPull = PullRequest<TwsCredentials, TwsSettings, TwsCursor>;
export type TwsPage = Page<Json, TwsContext, TwsCursor>;

/**
 * Reads the list of executions once, and yields those that changed since they were stored, or all of them where somebody
 * asks for that. The line is closed before the first page: storing takes as long as it takes. A list that did not come to
 * its end is stored and claims nothing.
 */
export async function* twsPull(policy: ReadTwsPolicy, request: TwsPull): AsyncGenerator<TwsPage, void> {
  const read = await readAll(policy, request);
  const before = cursorToReadFrom(request.cursor ?? emptyTwsCursor, request);
  const { context } = read;
  const reading = JSON.stringify([context.timeZone, context.isOnly]);
  let isFirst = true;
  const pageOf = (page: Pick<TwsPage, "records" | "cursor" | "coverage">): TwsPage => {
    const diagnostics = isFirst ? { diagnostics: diagnosticsOf(before, read) } : {};
    isFirst = false;
    return { context, ...page, ...diagnostics };
  };
  for await (const page of twsPages(before, read.rows, { pageRecords: policy.pageRecords, reading })) {
    const records = page.records.map((raw) => ({ raw }));
    if (page.whole === null) {
      yield pageOf({ records, cursor: page.cursor });
      continue;
    }
    const end = endOf(before, { ...page, whole: page.whole }, read);
    // The last page of a list that somebody wanted again is empty, by which its end is known.
    if (!before.isRereading || records.length === 0) {
      yield pageOf({ records, ...end });
      continue;
    }
    yield pageOf({ records, cursor: page.cursor });
    yield pageOf({ records: [], ...end });
  }
  if (read.end.kind === "broken") throw read.end.error;
}

/** What a list came to, and how it ended. */
interface ReadList extends TwsReading {
  readonly end: TwsListEnd | { readonly kind: "broken"; readonly error: ImportError };
  readonly context: TwsContext;
}

async function readAll(policy: ReadTwsPolicy, request: TwsPull): Promise<ReadList> {
  const { connection, clock, signal } = request;
  const { accountRef, settings, id, userId } = connection;
  const { host, port, clientId, timeZone = null } = settings;
  const collector = twsCollector({ place: `${host}:${port}`, account: accountRef, clientId, timeZone });
  let context: TwsContext = { account: accountRef, isOnly: false, timeZone };
  let [connectionTime, nowMs] = ["", clock.now()];
  const work = async (line: TwsLine, accounts: readonly string[]) => {
    if (!accounts.includes(accountRef)) {
      throw twsError("ACCOUNT_MISMATCH", { place: line.place, what: `does not open account ${accountRef}` });
    }
    context = { ...context, isOnly: accounts.length === 1 };
    connectionTime = line.facts.connectionTime;
    // What happens while the list is read may be in it or not.
    nowMs = clock.now();
    const from = firstAsked(request, connectionTime);
    const { timeouts } = policy;
    return readTwsList({ line, collector, account: accountRef, from, timeouts, signal, logger: request.logger });
  };
  const ended = (end: ReadList["end"]): ReadList => ({
    ...{ end, context, connectionTime, settings, nowMs, rows: collector.rows() },
  });
  try {
    return ended(await withTwsLine(policy, { ...request, userId, settings, holder: id, listener: collector }, work));
  } catch (error) {
    // What came before a line broke is true, and is stored before the error is told. Of a flood nothing is.
    if (!isImportError(error) || signal.aborted || collector.size() === 0) throw error;
    if (error.code === "RESPONSE_TOO_LARGE") throw error;
    return ended({ kind: "broken", error });
  }
}

/**
 * A day more than TWS shows, since its midnight may be another than is thought; further back where the run's window says
 * so, up to the week that TWS can show.
 */
function firstAsked({ connection, clock, window }: TwsPull, connectionTime: string): string {
  const nowMs = clock.now();
  const { fromMs } = twsReach({ settings: connection.settings, nowMs, connectionTime });
  const wantedMs = Math.min(fromMs - DAY_MS, window.from === undefined ? nowMs : Date.parse(window.from));
  const at = new Date(Math.max(wantedMs, nowMs - 8 * DAY_MS)).toISOString();
  return `${at.slice(0, 10).replaceAll("-", "")}-${at.slice(11, 19)}`;
}

const DAY_MS = 86_400_000;

/** The cursor once all is stored. Only a whole list says until when fills are known, and which days are over. */
function endOf(
  before: TwsCursor,
  { cursor, whole }: { readonly cursor: TwsCursor; readonly whole: TwsCursor },
  read: ReadList,
): { readonly cursor: TwsCursor; readonly coverage?: PageCoverage } {
  if (read.end.kind !== "whole") return { cursor };
  if (isTwsVanished(before, read)) return { cursor: before };
  return { cursor: { ...whole, readAtMs: read.nowMs, isRereading: false }, coverage: twsCoverage(before, read) };
}

/** What a person should know of a list. */
function diagnosticsOf(before: TwsCursor, read: ReadList): readonly PageDiagnostic[] {
  const isVanished = read.end.kind === "whole" && isTwsVanished(before, read);
  const found = [twsUnpriced(read), read.end.kind === "no-end" ? noEnd : null, isVanished ? vanished : null];
  return found.filter((one) => one !== null);
}

const noEnd: PageDiagnostic = {
  kind: "partial_import",
  key: "tws-no-end",
  message: "TWS did not say that its list of executions has ended; what it told is stored, the next run asks again",
};

const vanished: PageDiagnostic = {
  kind: "partial_import",
  key: "tws-empty",
  message: "TWS shows no executions although it did today; nothing was changed, the next run asks again",
};
