import type { BookStore } from "@fillbook/core/store";
import type { Pool } from "pg";

/** Where a process halts itself. Calls, statements and pages count from 1. */
export type HaltPlace =
  /** At this call of the store: before it reaches the store, or when it took effect and its answer is not read yet. */
  | { readonly call: number; readonly moment: "before" | "after" }
  /** Between two SQL statements: before this one is sent. `begin` and `commit` count. */
  | { readonly statement: number }
  /** When so many pages of one run are committed. */
  | { readonly page: number };

/** What was done so far. */
export interface HaltCounts {
  calls: number;
  statements: number;
}

/** A plan to halt: everything that passes by is counted, and `halt` is called at the place. */
export interface HaltPlan {
  readonly counts: Readonly<HaltCounts>;
  /** The store with its calls counted. */
  watchStore(store: BookStore): BookStore;
  /** Counts the statements of every connection that the pool makes from now on. */
  watchPool(pool: Pool): void;
  pageCommitted(page: number): void;
}

/** Makes a plan; `halt` says how to halt and is called once, synchronously. */
export function haltAt(place: HaltPlace | null, halt: () => void): HaltPlan {
  const counts: HaltCounts = { calls: 0, statements: 0 };
  const atCall = place !== null && "call" in place ? place : null;
  const atStatement = place !== null && "statement" in place ? place.statement : null;
  let atPage = place !== null && "page" in place ? place.page : null;
  return {
    counts,
    watchStore(store) {
      const methods = Object.entries(store).map(([name, method]) => {
        const run = method as (...parameters: unknown[]) => Promise<unknown>;
        return [
          name,
          async (...parameters: unknown[]) => {
            counts.calls += 1;
            const moment = counts.calls === atCall?.call ? atCall.moment : null;
            if (moment === "before") halt();
            const result = await run(...parameters);
            if (moment === "after") halt();
            return result;
          },
        ];
      });
      // The same names as the store's, each with the same arguments and results.
      return Object.fromEntries(methods) as unknown as BookStore;
    },
    watchPool(pool) {
      pool.on("connect", (client) => {
        const query = client.query.bind(client) as (...parameters: unknown[]) => unknown;
        const counted = (...parameters: unknown[]) => {
          counts.statements += 1;
          if (counts.statements === atStatement) halt();
          return query(...parameters);
        };
        Object.assign(client, { query: counted });
      });
    },
    pageCommitted(page) {
      if (page !== atPage) return;
      atPage = null;
      halt();
    },
  };
}
