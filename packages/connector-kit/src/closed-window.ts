import { ImportError, type Instant } from "@fillbook/core";
import type { PageDiagnostic } from "@fillbook/core/connector";
import { type ClosedWindow, type ClosedWindowCursor, restarted, withFirstWindow } from "./closed-window-cursor.ts";
import { judgePage, type WindowPage } from "./closed-window-page.ts";

export interface ClosedWindowOptions<Row> {
  /** Where to start, with the windows to read already open. */
  readonly cursor: ClosedWindowCursor;
  /** Reads the rows with `from < time <= to`, newest first, from `offset` on. */
  readonly fetchPage: (window: ClosedWindow) => Promise<WindowPage<Row>>;
  /** A text that tells rows apart; it is stored in the cursor. */
  readonly idOf: (row: Row) => string;
  /** Rows of a full page: fewer mean the window's end. */
  readonly pageSize: number;
  /** Most requests of one run. */
  readonly pagesMax: number;
  /** Asked before each request: may open a window for what came since, so that a run of hours does not starve it. */
  readonly reopen?: (cursor: ClosedWindowCursor) => ClosedWindowCursor;
}

/** What one request brought. */
export interface WalkedPage<Row> {
  /** The rows that the page before did not end with. */
  readonly rows: readonly Row[];
  /** Safe once these rows are stored. */
  readonly cursor: ClosedWindowCursor;
  readonly diagnostics: readonly PageDiagnostic[];
  /** What the page ended; null when there is more of its window, or nothing of it can be said. */
  readonly finished: FinishedWindow | null;
  /** The broker's own count of the window's rows. */
  readonly count: number | null;
  /** When the broker gave them; null where that is unknown. */
  readonly reportedAt: Instant | null;
}

/** A window that is read to its end. */
export interface FinishedWindow {
  readonly window: ClosedWindow;
  /** Why it is known to be incomplete; null when all of its rows were yielded. */
  readonly missing: string | null;
}

/** How often the windows of one run may start again because rows moved. */
export const restartsMax = 3;

/**
 * Reads the cursor's windows front to back, page by page. Windows are closed (their end does not move), and consecutive
 * pages share one row: if it does not repeat, rows came or went in between, and the window is read from its start again.
 * So a row that stays in its window is yielded, whatever happens around it and wherever a run stops.
 *
 * @throws ImportError `PAGING_UNSTABLE` when rows move more often than {@link restartsMax} times, or a full page brings
 * nothing new. Pages yielded before stay good.
 */
export async function* walkClosedWindows<Row>(
  options: ClosedWindowOptions<Row>,
): AsyncGenerator<WalkedPage<Row>, void> {
  const walk: Walk<Row> = { ...options, restarts: 0, reread: false, previousIds: new Set() };
  for (let pages = 1; ; pages += 1) {
    if (walk.cursor.windows.length > 0) reopen(walk);
    const [window] = walk.cursor.windows;
    if (window === undefined) return;
    const page = readPage(walk, window, await options.fetchPage(window));
    const bounded = pages >= options.pagesMax && walk.cursor.windows.length > 0;
    if (page !== null) yield bounded ? { ...page, diagnostics: [...page.diagnostics, boundReached(pages)] } : page;
    if (!bounded) continue;
    if (page === null) throw unstable(window, `the run's last of ${pages} pages had to be read again`);
    return;
  }
}

interface Walk<Row> extends Omit<ClosedWindowOptions<Row>, "cursor"> {
  cursor: ClosedWindowCursor;
  restarts: number;
  /** True while the last page of a window is read a second time. */
  reread: boolean;
  previousIds: ReadonlySet<string>;
}

/** A window in front starts without what is remembered of the page before: their rows may be the same. */
function reopen<Row>(walk: Walk<Row>): void {
  const cursor = walk.reopen?.(walk.cursor) ?? walk.cursor;
  if (cursor.windows[0] === walk.cursor.windows[0]) return;
  walk.cursor = cursor;
  walk.reread = false;
  walk.previousIds = new Set();
}

/** Moves the walk by one answer; null when it is not to be yielded. */
function readPage<Row>(walk: Walk<Row>, window: ClosedWindow, page: WindowPage<Row>): WalkedPage<Row> | null {
  const ids = page.rows.map(walk.idOf);
  const verdict = judgePage(window, { ids, count: page.count }, walk);
  switch (verdict.kind) {
    case "moved":
      return rowsMoved(walk, window, page);
    case "stuck":
      throw unstable(window, "a full page holds only rows of the page before");
    case "short":
      if (walk.reread) {
        const missing = `${verdict.missing} of the rows that the broker counts never came`;
        return advance(walk, { page, ...verdict, window: null, finished: { window, missing } });
      }
      walk.reread = true;
      return null;
    case "last":
      return advance(walk, { page, ...verdict, window: null, finished: { window, missing: null } });
    case "more": {
      const walked = advance(walk, { page, ...verdict, finished: null });
      walk.previousIds = new Set(ids);
      return walked;
    }
  }
}

function rowsMoved<Row>(walk: Walk<Row>, window: ClosedWindow, page: WindowPage<Row>): WalkedPage<Row> | null {
  walk.restarts += 1;
  walk.reread = false;
  walk.previousIds = new Set();
  if (walk.restarts <= restartsMax) {
    walk.cursor = withFirstWindow(walk.cursor, restarted(window));
    return null;
  }
  // Pages that stay empty where rows stood before are a fault of the broker's count, not of rows that move.
  if (page.rows.length === 0) {
    const missing = "pages that were full before stayed empty";
    return advance(walk, { page, freshFrom: 0, window: null, finished: { window, missing } });
  }
  throw unstable(window, `rows moved between pages ${walk.restarts} times`);
}

function advance<Row>(
  walk: Walk<Row>,
  step: {
    readonly page: WindowPage<Row>;
    readonly freshFrom: number;
    readonly window: ClosedWindow | null;
    readonly finished: FinishedWindow | null;
  },
): WalkedPage<Row> {
  const { page, freshFrom, window, finished } = step;
  walk.cursor = withFirstWindow(walk.cursor, window);
  walk.reread = false;
  walk.previousIds = new Set();
  const { count, reportedAt = null } = page;
  return { rows: page.rows.slice(freshFrom), cursor: walk.cursor, diagnostics: [], finished, count, reportedAt };
}

function boundReached(pages: number): PageDiagnostic {
  const message = `the run stopped at its bound of ${pages} pages; the next one goes on from here`;
  return { kind: "partial_import", key: "pages", message };
}

function unstable({ from, to }: ClosedWindow, what: string): ImportError {
  return new ImportError("PAGING_UNSTABLE", `history from ${from} to ${to} (unix seconds): ${what}`);
}
