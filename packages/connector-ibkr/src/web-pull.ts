import { type Instant, instantFromUnixMs, type Json } from "@fillbook/core";
import type { Page, PageCoverage, PageDiagnostic, PullRequest } from "@fillbook/core/connector";
import { cursorToReadFrom } from "./ibkr-reread.ts";
import type { WebContext } from "./web-context.ts";
import { emptyWebCursor, type WebCursor } from "./web-cursor.ts";
import { type WebInstrument, type WebInstrumentCache, webInstruments } from "./web-instruments.ts";
import { type PlannedPage, plannedPages } from "./web-pages.ts";
import { webRowConid } from "./web-row.ts";
import { withSession } from "./web-run.ts";
import { byDay, seenRows, type WebSeenRow } from "./web-seen-rows.ts";
import { connectionKey } from "./web-session-record.ts";
import type { WebCredentials, WebSettings } from "./web-settings.ts";
import { changeShared } from "./web-shared.ts";
import { readWebTrades, type WebAccounts } from "./web-trades.ts";
import type { WebTransport } from "./web-transport.ts";

export type WebPull = PullRequest<WebCredentials, WebSettings, WebCursor>;
export type WebPage = Page<Json, WebContext, WebCursor>;

/** What the runs of one `ibkrWeb()` share. */
export interface WebWorld {
  readonly transport: WebTransport;
  readonly cache: WebInstrumentCache;
}

const DAY_MS = 86_400_000;
/** Characters of the rows of one page: a store commits it at once. */
const PAGE_LENGTH_MAX = 1_000_000;

/**
 * Reads the list of seven days once, and yields the days that changed since they were stored, or all of them where
 * somebody asks for that. The session is given back before the first page: storing takes as long as it takes.
 */
export async function* webPull(world: WebWorld, request: WebPull): AsyncGenerator<WebPage, void> {
  const askedAtMs = request.clock.now();
  const read = await readAll(world, request);
  const before = cursorToReadFrom(request.cursor ?? emptyWebCursor, request);
  const limits = { records: world.transport.policy.pageRecords, jsonLength: PAGE_LENGTH_MAX };
  const pages = plannedPages(before, read.days, limits);
  const told = diagnosticsOf(read);
  let open: PlannedPage = { rows: [], cursor: before };
  let yielded = 0;
  for (const planned of pages) {
    const isLast = planned.rows.length === 0;
    if (open.rows.length > 0 && (!isLast || before.isRereading)) {
      yield pageOf(read, open, yielded === 0 ? told : []);
      yielded += 1;
      open = { rows: [], cursor: before };
    }
    // The last one holds no rows: what it says of the whole list goes with the rows before it.
    open = isLast ? { rows: open.rows, cursor: planned.cursor } : planned;
  }
  const end = endOf(request, { read, before, askedAtMs, cursor: open.cursor });
  const { cursor, coverage } = end;
  const diagnostics = [...(yielded === 0 ? told : []), ...end.diagnostics];
  yield {
    ...pageOf(read, { rows: open.rows, cursor }, diagnostics),
    ...(coverage === null ? {} : { coverage }),
  };
}

function pageOf(read: ReadTrades, { rows, cursor }: PlannedPage, diagnostics: readonly PageDiagnostic[]): WebPage {
  const context = read.context(rows);
  // Rows whose instrument became known are other rows, and so in a page.
  const resolved = context.instruments.map(({ conid }) => ({ kind: "warning", key: unknownKey(conid) }) as const);
  return {
    records: rows.map(({ raw }) => ({ raw })),
    context,
    cursor,
    reportedAt: read.reportedAt,
    ...(diagnostics.length === 0 ? {} : { diagnostics }),
    ...(resolved.length === 0 ? {} : { resolved }),
  };
}

function unknownKey(conid: string): string {
  return `web-instrument-${conid}`;
}

/** What is known once the whole list is stored. */
interface ListEnd {
  readonly cursor: WebCursor;
  readonly coverage: PageCoverage | null;
  readonly diagnostics: readonly PageDiagnostic[];
}

function endOf(
  request: WebPull,
  list: {
    readonly read: ReadTrades;
    readonly before: WebCursor;
    readonly askedAtMs: number;
    readonly cursor: WebCursor;
  },
): ListEnd {
  const { read, before, askedAtMs } = list;
  // An empty list says nothing about days that had rows: they may only be late.
  if (read.isEmpty && contradicts(before, request)) return { cursor: before, coverage: null, diagnostics: [vanished] };
  const cursor = { ...list.cursor, readAtMs: askedAtMs, isRereading: false };
  return { cursor, coverage: coverageOf(before, askedAtMs), diagnostics: [] };
}

interface ReadTrades {
  readonly reportedAt: Instant | null;
  readonly isEmpty: boolean;
  /** Rows of other accounts, which were left out. */
  readonly foreign: number;
  /** Taken apart while pages are planned. */
  readonly days: Map<string, readonly WebSeenRow[]>;
  readonly unknown: readonly string[];
  /** The context for these rows. */
  readonly context: (rows: readonly WebSeenRow[]) => WebContext;
}

async function readAll({ transport, cache }: WebWorld, request: WebPull): Promise<ReadTrades> {
  const { connection, state } = request;
  const { accountRef, settings, id, userId } = connection;
  return withSession(transport, { ...request, userId, settings, holder: id }, async (run) => {
    await nameSession(state, id, run.client.access.ownKey);
    const { rows, reportedAt, accounts, foreign } = await readWebTrades(run, accountRef);
    const conids = new Set(rows.flatMap((row) => webRowConid(row) ?? []));
    const instruments = await webInstruments(run, cache, [...conids]);
    const byConid = new Map(instruments.map((instrument) => [instrument.conid, instrument]));
    return {
      reportedAt,
      isEmpty: rows.length === 0,
      foreign,
      days: await byDay(await seenRows(rows, byConid)),
      unknown: [...conids].filter((conid) => !byConid.has(conid)).sort(),
      context: (page) => contextOf(accountRef, accounts, byConid, page),
    };
  });
}

function contextOf(
  account: string,
  { accounts, aliases }: WebAccounts,
  byConid: ReadonlyMap<string, WebInstrument>,
  rows: readonly WebSeenRow[],
): WebContext {
  const conids = [...new Set(rows.flatMap(({ raw }) => webRowConid(raw) ?? []))].sort();
  const alias = aliases.get(account) ?? null;
  return {
    account,
    alias: alias === account ? null : alias,
    isOnly: accounts.length === 1,
    instruments: conids.flatMap((conid) => byConid.get(conid) ?? []),
  };
}

/** Where the connection's session is recorded; written when it changes. */
async function nameSession(state: WebPull["state"], connectionId: string, key: string): Promise<void> {
  await changeShared(state, connectionKey(connectionId), (value) => ({
    value: value === key ? null : key,
    result: null,
  }));
}

/** Whether rows were stored that must still be in a list of seven days. */
function contradicts({ days }: WebCursor, { clock }: WebPull): boolean {
  const since = new Date(clock.now() - 5 * DAY_MS).toISOString().slice(0, 10);
  return days.some(({ day, rows }) => rows > 0 && day !== "unknown" && day >= since);
}

const vanished: PageDiagnostic = {
  kind: "partial_import",
  key: "web-empty",
  message:
    "Client Portal's list of trades is empty although it was not before; nothing was changed, the next run asks again",
};

function diagnosticsOf({ foreign, unknown }: ReadTrades): readonly PageDiagnostic[] {
  const found: PageDiagnostic[] = [];
  if (foreign > 0) {
    const message = `${foreign} rows of other accounts of this session were left out`;
    found.push({ kind: "warning", key: "web-foreign", message });
  }
  for (const conid of unknown.slice(0, 20)) {
    const message = `IBKR does not tell what instrument ${conid} is: its fills have no currency and multiplier until it does, or a statement does`;
    found.push({ kind: "warning", key: unknownKey(conid), message });
  }
  return found;
}

/** How late a fill may stand in the list: what is newer is claimed by the next run. */
const LATE_MS = 300_000;

/** The list goes back to the start of the sixth day before today. */
function coverageOf({ readAtMs }: WebCursor, askedAtMs: number): PageCoverage {
  const reachMs = Math.floor(askedAtMs / DAY_MS) * DAY_MS - 6 * DAY_MS;
  const span = (fromMs: number, toMs: number) => ({ from: instantFromUnixMs(fromMs), to: instantFromUnixMs(toMs) });
  const lost = readAtMs === null ? [] : [{ ...span(readAtMs - LATE_MS, reachMs), reason: sevenDays, lasting: true }];
  return { covered: [{ ...span(reachMs, askedAtMs - LATE_MS), evidence: "trades of seven days" }], missing: lost };
}

const sevenDays = "Client Portal shows seven days, and nobody asked in time; a Flex statement has it";
