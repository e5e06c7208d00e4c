/** A span of the broker's history that is being read, newest row first. Whole unix seconds. Assignable to Json. */
export type ClosedWindow = {
  /** Exclusive. */
  readonly from: number;
  /** Inclusive. */
  readonly to: number;
  /** Where the next page starts, counted from the newest row. */
  readonly offset: number;
  /** The id of the row that stood at `offset`, which the next page must repeat; null at the window's start. */
  readonly lastId: string | null;
};

/**
 * Where the reading of a newest-first broker stands: every row up to `head` has been yielded, except what the open
 * windows still hold. Assignable to Json.
 */
export type ClosedWindowCursor = {
  /** Unix seconds; null before the first page. */
  readonly head: number | null;
  /** Newest first, at most {@link windowsMax}. */
  readonly windows: readonly ClosedWindow[];
};

/** Most windows that a cursor keeps; beyond, the two oldest become one. */
export const windowsMax = 8;

/** The cursor before the first page. */
export const emptyWindowCursor: ClosedWindowCursor = { head: null, windows: [] };

export interface HeadOptions {
  /** The newest second that is safe to read: now minus what the broker needs to show a row, whole seconds. */
  readonly safeNow: number;
  /** Where history starts, exclusive unix seconds; 0 is the beginning. */
  readonly historyStart: number;
  /** How far behind the head to read again, because rows appear late, in seconds. */
  readonly overlapSeconds: number;
  /** While older windows are open, a new head is opened only so often, in seconds. */
  readonly headEverySeconds: number;
}

/** Opens a window for what is new, unless one was opened just now and older ones still wait. */
export function openHead(cursor: ClosedWindowCursor, options: HeadOptions): ClosedWindowCursor {
  const { safeNow, historyStart, overlapSeconds, headEverySeconds } = options;
  const { head, windows } = cursor;
  if (head === null) {
    return { head: safeNow, windows: addWindow(windows, newWindow(Math.min(historyStart, safeNow - 1), safeNow)) };
  }
  if (windows.length > 0 && safeNow - head < headEverySeconds) return cursor;
  // A clock that was put back opens a window in the past: harmless, and the head stays where it was.
  const from = Math.max(0, Math.min(head, safeNow) - overlapSeconds);
  return {
    head: Math.max(head, safeNow),
    windows: addWindow(windows, newWindow(Math.min(from, safeNow - 1), safeNow)),
  };
}

/** Adds a span that somebody asked for behind the head window, unless an untouched window covers it. */
export function openRequested(
  cursor: ClosedWindowCursor,
  span: { readonly from: number; readonly to: number },
): ClosedWindowCursor {
  const covered = cursor.windows.some(({ from, to, offset }) => offset === 0 && from <= span.from && to >= span.to);
  // The same request again after a stop goes on where it stood.
  const open = cursor.windows.some(({ from, to }) => from === span.from && to === span.to);
  if (covered || open || span.from >= span.to) return cursor;
  const [newest, ...older] = cursor.windows;
  const requested = newWindow(span.from, span.to);
  return { ...cursor, windows: bounded(newest === undefined ? [requested] : [newest, requested, ...older]) };
}

/** The cursor with its first window replaced, or removed when it is finished. */
export function withFirstWindow(cursor: ClosedWindowCursor, window: ClosedWindow | null): ClosedWindowCursor {
  const [, ...older] = cursor.windows;
  return { ...cursor, windows: window === null ? older : [window, ...older] };
}

/** The window, to be read from its start again. */
export function restarted(window: ClosedWindow): ClosedWindow {
  return newWindow(window.from, window.to);
}

function newWindow(from: number, to: number): ClosedWindow {
  return { from, to, offset: 0, lastId: null };
}

function addWindow(windows: readonly ClosedWindow[], window: ClosedWindow): readonly ClosedWindow[] {
  return bounded([window, ...windows]);
}

function bounded(windows: readonly ClosedWindow[]): readonly ClosedWindow[] {
  if (windows.length <= windowsMax) return windows;
  const kept = windows.slice(0, windowsMax - 1);
  const merged = windows.slice(windowsMax - 1);
  const from = Math.min(...merged.map((window) => window.from));
  const to = Math.max(...merged.map((window) => window.to));
  return [...kept, newWindow(from, to)];
}
