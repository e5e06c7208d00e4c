import { type ClosedWindow, openRequested } from "@fillbook/connector-kit";
import type { Json } from "@fillbook/core";
import { storedMax } from "./kraken-export.ts";
import { exportOf, nowSeconds } from "./kraken-history.ts";
import { cursorId } from "./kraken-id.ts";
import { krakenNormalize } from "./kraken-normalize.ts";
import type { KrakenPair } from "./kraken-pairs.ts";
import type { KrakenRun } from "./kraken-run.ts";

/** So many fills behind the first page are read by pages: that takes no longer than to ask for an export and fetch it. */
const FEW_FILLS = 50;

/** The newest page of a history that was never read. */
export interface FirstPage {
  readonly raws: readonly Json[];
  /** What the ledger alone shows beside it. */
  readonly groups: readonly Json[];
  readonly pairs: readonly KrakenPair[];
  /** What Kraken counts, which decides about nothing but the way. */
  readonly count: number | null;
}

/** Notes what the first page leaves: where that is little, it is read by pages. */
export function notePlan(run: KrakenRun, { raws, groups, pairs, count }: FirstPage): void {
  const { plan } = run;
  if (plan === null || plan.read !== undefined) return;
  const rest = run.trades.windows.find(({ from, to }) => from >= plan.from && to <= plan.to);
  const isFew = rest === undefined || (count !== null && count - rest.offset - 1 <= FEW_FILLS);
  if (!plan.isAsked && isFew && run.ledgers.windows.length === 0) {
    run.plan = null;
    return;
  }
  const { accountRef: account } = run.request.connection;
  const stored = [...raws, ...groups].flatMap((raw) => {
    const read = krakenNormalize(raw, { account, pairs });
    if (read.kind !== "execution" || read.execution.fees?.some(({ estimated }) => estimated)) return [];
    const { executionId } = read.execution;
    return executionId ? [cursorId(executionId)] : [];
  });
  run.plan = {
    ...plan,
    read: {
      askedAt: nowSeconds(run.request),
      stored: stored.slice(0, storedMax),
      ...(count === null ? {} : { fills: Math.max(0, count - raws.length) }),
    },
  };
}

/** Leaves to an export what the first page left. False where nothing is planned, or the key may not. */
export function leaveToExport(run: KrakenRun): boolean {
  if (run.plan?.read === undefined) return false;
  const { from, to, read } = run.plan;
  run.plan = null;
  if (run.key?.isNoExport) return false;
  const { askedAt, ...known } = read;
  const planned = { ...exportOf(run.request, { from, to }, askedAt), ...known };
  const isWithin = (window: ClosedWindow) => window.from >= from && window.to <= to;
  const inside = run.trades.windows.filter(isWithin);
  const outside = run.trades.windows.filter((window) => !isWithin(window));
  const wider = outside.filter((window) => window.from <= from && window.to >= to);
  run.trades = { ...run.trades, windows: outside.filter((window) => !wider.includes(window)) };
  if (wider.length === 0) {
    run.exporting = { ...planned, instead: { trades: inside, ledger: run.ledgers.windows } };
    run.ledgers = { ...run.ledgers, windows: [] };
    return true;
  }
  run.exporting = planned;
  for (const window of wider) {
    run.trades = openRequested(run.trades, { from: to, to: window.to });
    run.trades = openRequested(run.trades, { from: window.from, to: from });
  }
  return true;
}
