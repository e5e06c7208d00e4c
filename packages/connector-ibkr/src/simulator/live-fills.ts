import { execBaseOf, revisionOf } from "./revise-fill.ts";
import type { SimulatedEntry, SimulatedFill } from "./simulated-fill.ts";

/** What a live interface leaves out of the book; what IBKR does with these is not documented. */
export interface LiveFillsOptions {
  /** Whether the row before a correction stays in the list. */
  readonly keepsRevisions: boolean;
  /** Whether busted rows stay in the list. */
  readonly keepsBusted: boolean;
}

/** The fills that live interfaces show: those with an execution id, and expiries. Cancels are never shown. */
export function liveFills(
  entries: readonly SimulatedEntry[],
  { keepsRevisions, keepsBusted }: LiveFillsOptions,
): SimulatedFill[] {
  const busted = new Set(entries.flatMap((entry) => (entry.kind === "cancel" ? [entry.canceled] : [])));
  const fills = entries.filter((entry) => entry.kind === "fill");
  const last = new Map<string, number>();
  for (const { execId } of fills.filter((fill) => fill.execId !== null)) {
    const base = execBaseOf(execId ?? "");
    last.set(base, Math.max(last.get(base) ?? 0, revisionOf(execId)));
  }
  const isOld = ({ execId }: SimulatedFill) => revisionOf(execId) < (last.get(execBaseOf(execId ?? "")) ?? 0);
  return fills.filter(
    (fill) =>
      (fill.execId !== null || fill.cause === "expiry") &&
      (keepsRevisions || !isOld(fill)) &&
      (keepsBusted || !busted.has(fill)),
  );
}
