import type { Instant } from "@fillbook/core";
import type { ClosedWindow } from "./closed-window-cursor.ts";

/** One answer of the broker, newest row first. */
export interface WindowPage<Row> {
  readonly rows: readonly Row[];
  /** How many rows the broker counts in the window; null where it does not say. Never trusted. */
  readonly count: number | null;
  /** When the broker gave it, by its own clock. */
  readonly reportedAt?: Instant | null;
}

/** What a page means for its window. */
export type PageVerdict =
  /** The row that had to repeat does not: rows moved between two pages. */
  | { readonly kind: "moved" }
  /** A full page that holds nothing new. */
  | { readonly kind: "stuck" }
  /** The last page, but the broker counts more rows than came. */
  | { readonly kind: "short"; readonly missing: number; readonly freshFrom: number }
  | { readonly kind: "last"; readonly freshFrom: number }
  | { readonly kind: "more"; readonly freshFrom: number; readonly window: ClosedWindow };

/** Decides about a page from the ids of its rows. `freshFrom` is the index of the first row that is not the repeated one. */
export function judgePage(
  window: ClosedWindow,
  page: { readonly ids: readonly string[]; readonly count: number | null },
  { pageSize, previousIds }: { readonly pageSize: number; readonly previousIds: ReadonlySet<string> },
): PageVerdict {
  const { ids, count } = page;
  const repeats = window.lastId !== null;
  if (repeats && ids[0] !== window.lastId) return { kind: "moved" };
  const freshFrom = repeats ? 1 : 0;
  const lastId = ids.at(-1);
  if (ids.length < pageSize || lastId === undefined) {
    const missing = (count ?? 0) - (window.offset + ids.length);
    return missing > 0 ? { kind: "short", missing, freshFrom } : { kind: "last", freshFrom };
  }
  if (ids.slice(freshFrom).every((id) => previousIds.has(id))) return { kind: "stuck" };
  return { kind: "more", freshFrom, window: { ...window, offset: window.offset + ids.length - 1, lastId } };
}
