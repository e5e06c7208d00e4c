import { isJsonObject } from "@fillbook/connector-kit";
import { instantFromUnixMs, type Json } from "@fillbook/core";
import type { Page, PageCoverage, PageDiagnostic, PullRequest } from "@fillbook/core/connector";
import { cursorToReadFrom } from "./ibkr-reread.ts";
import type { WebContext } from "./web-context.ts";
import { byDay, emptyWebCursor, freshRows, type WebCursor, type WebSeenRow, withDay } from "./web-cursor.ts";
import { type WebInstrument, type WebInstrumentCache, webInstruments } from "./web-instruments.ts";
import { type WebRow, webConid } from "./web-row.ts";
import { withSession } from "./web-run.ts";
import { connectionKey } from "./web-session-record.ts";
import type { WebCredentials, WebSettings } from "./web-settings.ts";
import { changeShared } from "./web-shared.ts";
import { readWebTrades, type WebTrades } from "./web-trades.ts";
import type { WebTransport } from "./web-transport.ts";

export type WebPull = PullRequest<WebCredentials, WebSettings, WebCursor>;
export type WebPage = Page<Json, WebContext, WebCursor>;

/** What the runs of one `ibkrWeb()` share. */
export interface WebWorld {
  readonly transport: WebTransport;
  readonly cache: WebInstrumentCache;
}

const DAY_MS = 86_400_000;

/**
 * Reads the list of seven days once, and yields the days that changed since they were stored, or all of them where
 * somebody asks for that. The session is given back before the first page: storing takes as long as it takes.
 */
export async function* webPull(world: WebWorld, request: WebPull): AsyncGenerator<WebPage, void> {
  const askedAtMs = request.clock.now();
  const read = await readAll(world, request);
  const before = cursorToReadFrom(request.cursor ?? emptyWebCursor, request);
  const { pages, cursor } = pagesOf(before, read, world.transport.policy.pageRecords);
  const told = diagnosticsOf(read);
  // An empty list says nothing about days that had rows: they may only be late.
  const isVanished = read.trades.rows.length === 0 && contradicts(before, request);
  const diagnostics = isVanished ? [...told, vanished] : told;
  const done = isVanished ? before : { ...cursor, readAtMs: askedAtMs, isRereading: false };
  const coverage = isVanished ? null : coverageOf(before, askedAtMs);
  const covering = coverage === null ? {} : { coverage };
  const planned = pages.length === 0 || before.isRereading ? [...pages, { rows: [], cursor }] : pages;
  for (const [index, page] of planned.entries()) {
    yield {
      records: page.rows.map(({ raw }) => ({ raw })),
      context: read.context(page.rows),
      ...(index === planned.length - 1 ? { cursor: done, ...covering } : { cursor: page.cursor }),
      ...(index === 0 ? { diagnostics } : {}),
    };
  }
}

interface PlannedPage {
  readonly rows: readonly WebSeenRow[];
  readonly cursor: WebCursor;
}

/** What is not stored yet, in pages, and the cursor once all of it is. */
function pagesOf(
  before: WebCursor,
  { days }: ReadTrades,
  pageRecords: number,
): { readonly pages: readonly PlannedPage[]; readonly cursor: WebCursor } {
  const pages: PlannedPage[] = [];
  let cursor = before;
  let open: WebSeenRow[] = [];
  for (const [day, rows] of days) {
    for (let start = freshRows(before, day, rows); start < rows.length; ) {
      const end = Math.min(rows.length, start + pageRecords - open.length);
      open.push(...rows.slice(start, end));
      cursor = withDay(cursor, day, rows.slice(0, end));
      start = end;
      if (open.length < pageRecords) continue;
      pages.push({ rows: open, cursor });
      open = [];
    }
  }
  if (open.length > 0) pages.push({ rows: open, cursor });
  const kept = days.size === 0 ? cursor.days : cursor.days.filter(({ day }) => days.has(day));
  return { pages, cursor: { ...cursor, days: kept } };
}

interface ReadTrades {
  readonly trades: WebTrades;
  readonly days: ReadonlyMap<string, readonly WebSeenRow[]>;
  readonly unknown: readonly string[];
  /** The context for these rows. */
  readonly context: (rows: readonly WebSeenRow[]) => WebContext;
}

async function readAll({ transport, cache }: WebWorld, request: WebPull): Promise<ReadTrades> {
  const { connection, state } = request;
  const { accountRef, settings, id, userId } = connection;
  return withSession(transport, { ...request, userId, settings, holder: id }, async (run) => {
    await nameSession(state, id, run.client.access.ownKey);
    const trades = await readWebTrades(run, accountRef);
    const conids = trades.rows.flatMap((row) => conidOf(row) ?? []);
    const instruments = await webInstruments(run, cache, conids);
    const byConid = new Map(instruments.map((instrument) => [instrument.conid, instrument]));
    const seen = trades.rows.map((raw) => ({ raw, instrument: byConid.get(conidOf(raw) ?? "") ?? null }));
    return {
      ...{ trades, days: byDay(seen) },
      unknown: [...new Set(conids)].filter((conid) => !byConid.has(conid)).sort(),
      context: (rows) => contextOf(accountRef, trades, byConid, rows),
    };
  });
}

function contextOf(
  account: string,
  { accounts }: WebTrades,
  byConid: ReadonlyMap<string, WebInstrument>,
  rows: readonly WebSeenRow[],
): WebContext {
  const conids = [...new Set(rows.flatMap(({ raw }) => conidOf(raw) ?? []))].sort();
  const alias = accounts.aliases[account] ?? null;
  return {
    account,
    alias: alias === account ? null : alias,
    isOnly: accounts.accounts.length === 1,
    instruments: conids.flatMap((conid) => byConid.get(conid) ?? []),
  };
}

function conidOf(raw: Json): string | null {
  // A row is whatever the broker sent; its fields are read one by one.
  return isJsonObject(raw) ? webConid(raw satisfies WebRow) : null;
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

function diagnosticsOf({ trades, unknown }: ReadTrades): readonly PageDiagnostic[] {
  const found: PageDiagnostic[] = [];
  if (trades.foreign > 0) {
    const message = `${trades.foreign} rows of other accounts of this session were left out`;
    found.push({ kind: "warning", key: "web-foreign", message });
  }
  for (const conid of unknown.slice(0, 20)) {
    const message = `IBKR does not tell what instrument ${conid} is: its fills have no currency and multiplier until it does, or a statement does`;
    found.push({ kind: "warning", key: `web-instrument-${conid}`, message });
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
