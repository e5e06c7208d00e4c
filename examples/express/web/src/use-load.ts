import type { Slice } from "@fillbook/core";
import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import { ApiError, get } from "./api.ts";

/** What is being asked for. The last answer stays while the next one is on its way, so nothing jumps. */
export interface Loaded<Answer> {
  readonly data: Answer | null;
  readonly error: Error | null;
  readonly isLoading: boolean;
  readonly reload: () => void;
}

/** Asks for the path whenever it changes; null asks for nothing. */
export function useLoad<Answer>(path: string | null): Loaded<Answer> {
  const [state, setState] = useState<{ data: Answer | null; error: Error | null; path: string | null }>(none);
  const [round, setRound] = useState(0);
  useEffect(() => {
    if (path === null) return setState(none);
    const ending = new AbortController();
    get<Answer>(path, ending.signal).then(
      (data) => ending.signal.aborted || setState({ data, error: null, path }),
      (error: Error) => ending.signal.aborted || setState((last) => ({ ...keptOf(last, path), error, path })),
    );
    return () => ending.abort();
  }, [path, round]);
  const reload = useCallback(() => setRound((last) => last + 1), []);
  const isLoading = path !== null && state.path !== path;
  return { data: state.data, error: state.error, isLoading, reload };
}

const none = { data: null, error: null, path: null };

// Data of another path is not this path's data, not even beside an error.
function keptOf<State extends { readonly path: string | null; readonly data: unknown }>(last: State, path: string) {
  return last.path === path ? last : { ...last, data: null };
}

export interface LoadedSlices<Item> {
  readonly items: readonly Item[] | null;
  readonly error: Error | null;
  readonly isLoading: boolean;
  /** null at the end of the list. */
  readonly more: (() => void) | null;
  readonly isLoadingMore: boolean;
  /** More than the first slice is shown: to read the list anew would take it away under somebody's eyes. */
  readonly isDeep: boolean;
  readonly reload: () => void;
  /** Puts the newer version of an item in its place. */
  readonly replace: (items: readonly Item[]) => void;
}

/** A list, slice by slice. */
export function useSlices<Item extends { readonly id: string }>(path: string): LoadedSlices<Item> {
  const first = useLoad<Slice<Item>>(path);
  const [rest, setRest] = useState<{ of: Slice<Item> | null; items: readonly Item[]; next: string | null }>(noRest);
  const [isLoadingMore, setLoadingMore] = useState(false);
  const [error, setError] = useState<Error | null>(null);
  const { data } = first;
  const latest = useRef(data);
  latest.current = data;
  const isOwn = rest.of === data;
  const next = isOwn ? rest.next : (data?.next ?? null);
  const items = data === null ? null : isOwn ? rest.items : data.items;
  const more = () => {
    if (next === null || isLoadingMore) return;
    setLoadingMore(true);
    setError(null);
    get<Slice<Item>>(withQuery(path, { after: next }))
      .then((slice) => {
        // The list may have been read anew in the meantime.
        if (latest.current === data) setRest({ of: data, items: joined(items ?? [], slice.items), next: slice.next });
      }, setError)
      .finally(() => setLoadingMore(false));
  };
  const replace = (newer: readonly Item[]) => {
    const byId = new Map(newer.map((item) => [item.id, item]));
    setRest({ of: data, items: (items ?? []).map((item) => byId.get(item.id) ?? item), next });
  };
  return {
    ...{ items, isLoading: first.isLoading, isLoadingMore, reload: first.reload, replace },
    isDeep: isOwn && (items?.length ?? 0) > (data?.items.length ?? 0),
    error: first.error ?? error,
    more: next === null ? null : more,
  };
}

const noRest = { of: null, items: [], next: null };

// A row that moved while the list was read is not shown twice.
function joined<Item extends { readonly id: string }>(items: readonly Item[], more: readonly Item[]): readonly Item[] {
  const known = new Set(items.map(({ id }) => id));
  return [...items, ...more.filter(({ id }) => !known.has(id))];
}

/** A path with what is given of a query; empty text counts as not given. */
export function withQuery(path: string, query: Readonly<Record<string, string | undefined>>): string {
  const given = Object.entries(query).filter(
    (entry): entry is [string, string] => entry[1] !== undefined && entry[1] !== "",
  );
  if (given.length === 0) return path;
  return `${path}${path.includes("?") ? "&" : "?"}${new URLSearchParams(given)}`;
}

/** What to tell a person about an error. */
export function wordsOf(error: unknown): string {
  if (!(error instanceof ApiError)) return "Something in this page failed. Reload it, and tell us if it happens again.";
  const fields = error.problem.errors?.map(({ field, message }) => `${field} ${message}`).join("; ");
  if (error.problem.status >= 500 && error.problem.code === undefined) {
    return `The server failed (${error.problem.instance ?? error.problem.status}). Try again in a moment.`;
  }
  return fields === undefined || fields === "" ? error.message : `${error.message}: ${fields}`;
}
