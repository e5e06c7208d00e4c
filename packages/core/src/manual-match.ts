import { instrumentKey } from "./instrument-key.ts";
import type { Trade } from "./read-types.ts";
import { MANUAL } from "./trade-view.ts";

/** A manual trade that an imported one may take the place of. */
export interface ManualMatch {
  /** The manual trade's id. */
  readonly id: string;
  /** Its version, for `absorbTrade`: a later change is refused. */
  readonly version: number;
}

/** Pure. The one manual trade that is the same trade by all that a person would look at; null when none or several are. */
export function manualMatch(trade: Trade, manuals: readonly Trade[]): ManualMatch | null {
  const alike = manuals.filter((manual) => isAlike(trade, manual) && dayOf(manual) === dayOf(trade));
  const [only, another] = alike;
  if (only === undefined || another !== undefined || dayOf(trade) === null) return null;
  return { id: only.id, version: only.version };
}

type Compared = Pick<Trade, "source" | "instrument" | "side" | "quantity">;

/** An imported trade and a manual one of the same instrument, side and quantity. */
export function isAlike(trade: Compared, manual: Compared): boolean {
  return (
    trade.source !== MANUAL &&
    manual.source === MANUAL &&
    instrumentKey(trade.instrument) === instrumentKey(manual.instrument) &&
    trade.side === manual.side &&
    trade.quantity === manual.quantity
  );
}

/** The UTC day of all fills; null for a trade over several days. */
function dayOf({ firstExecutedAt, lastExecutedAt }: Trade): string | null {
  const day = lastExecutedAt.slice(0, 10);
  return firstExecutedAt.startsWith(day) ? day : null;
}
