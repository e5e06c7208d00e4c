import { useEffect, useState } from "preact/hooks";

type Listener = () => void;
const listeners = new Set<Listener>();

/** Goes to a path of this app. */
export function navigate(path: string): void {
  history.pushState(null, "", path);
  for (const listener of listeners) listener();
}

/** Puts what is filtered by into the address, without a new entry of the history. */
export function replaceQuery(query: Readonly<Record<string, string>>): void {
  const given = Object.entries(query).filter(([, value]) => value !== "");
  const search = given.length === 0 ? "" : `?${new URLSearchParams(given)}`;
  if (search === location.search) return;
  history.replaceState(null, "", `${location.pathname}${search}`);
  for (const listener of listeners) listener();
}

/** Where the app is: the path, and what is asked for behind it. */
export function usePlace(): { readonly path: string; readonly query: URLSearchParams } {
  const [, setRound] = useState(0);
  useEffect(() => {
    const listener = () => setRound((last) => last + 1);
    listeners.add(listener);
    addEventListener("popstate", listener);
    return () => {
      listeners.delete(listener);
      removeEventListener("popstate", listener);
    };
  }, []);
  return { path: location.pathname, query: new URLSearchParams(location.search) };
}

/** Follows links of this app without loading the page anew; those with a modifier, a target or a download are the browser's. */
export function followLinks(event: MouseEvent): void {
  const link = event.target instanceof Element ? event.target.closest("a") : null;
  if (link === null || link.target !== "" || link.origin !== location.origin || link.hasAttribute("download")) return;
  if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey) return;
  if (link.pathname.startsWith("/api/")) return;
  event.preventDefault();
  navigate(`${link.pathname}${link.search}`);
}
