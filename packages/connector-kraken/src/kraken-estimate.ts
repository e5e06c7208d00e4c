import type { ClosedWindow } from "@fillbook/connector-kit";
import type { KrakenRun } from "./kraken-run.ts";

/** How many records a run reads in all. Built on what Kraken counts, which proves nothing and may be wrong. */
export interface Estimate {
  /** Kraken counts so many fills in the window. */
  counted(window: ClosedWindow, fills: number | null): void;
  /** The estimate once a page of so many records is yielded; null where something is left and nothing is counted. */
  afterPage(run: Pick<KrakenRun, "trades" | "exporting">, records: number): number | null;
}

export function estimateOf(): Estimate {
  const counts = new Map<string, number>();
  let passed = 0;
  return {
    counted(window, fills) {
      if (fills !== null) counts.set(nameOf(window), fills);
    },
    afterPage({ trades, exporting }, records) {
      passed += records;
      const left = trades.windows.flatMap((window) => {
        const fills = counts.get(nameOf(window));
        // The row at the offset was yielded, and repeats.
        return fills === undefined ? [] : [Math.max(0, fills - (window.offset === 0 ? 0 : window.offset + 1))];
      });
      if (exporting?.fills !== undefined) left.push(Math.max(0, exporting.fills - exporting.trades.records));
      // What is new beside a counted history is little.
      const isUncounted = counts.size === 0 && left.length === 0;
      if (isUncounted && (trades.windows.length > 0 || exporting !== null)) return null;
      return left.reduce((sum, fills) => sum + fills, passed);
    },
  };
}

function nameOf({ from, to }: ClosedWindow): string {
  return `${from}-${to}`;
}
