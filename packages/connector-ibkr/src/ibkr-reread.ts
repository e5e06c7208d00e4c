import type { RunMode, RunWindow } from "@fillbook/core/connector";

/** What of a list of executions was yielded, by day. */
interface ListCursor {
  readonly days: readonly { readonly day: string; readonly rows: number; readonly digest: string }[];
  readonly isRereading: boolean;
}

/**
 * The cursor that a run goes on from. A backfill, and a run with a window, yields the whole list again, since what was
 * yielded once may have been undone. One that was interrupted goes on, and the last page of one is empty: a host that
 * runs until there is no more would otherwise get the same pages forever. How many rows a day had is kept, by which an
 * empty list is found out.
 */
export function cursorToReadFrom<Cursor extends ListCursor>(
  cursor: Cursor,
  { mode, window }: { readonly mode: RunMode; readonly window: RunWindow },
): Cursor {
  const isAsked = mode === "backfill" || window.from !== undefined || window.to !== undefined;
  if (!isAsked || cursor.isRereading) return cursor;
  // No digest of rows is empty.
  return { ...cursor, days: cursor.days.map((day) => ({ ...day, digest: "" })), isRereading: true };
}
