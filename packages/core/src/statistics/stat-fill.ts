import { type Decimal, isPositive } from "../decimal.ts";
import type { Fee, Instrument } from "../execution.ts";
import type { Instant } from "../instant.ts";
import type { Link } from "../plan/plan-types.ts";

/** One fill as statistics read it, imported or entered by hand; all that a position, a day and a campaign follow from. */
export interface StatFill {
  /** Unique among the fills of one call; it orders fills of the same instant. */
  readonly id: string;
  /** The trade that it is part of. */
  readonly tradeId: string;
  /** What makes two instruments the same. It is up to the caller; every character counts. */
  readonly instrumentKey: string;
  /**
   * Positions of different accounts are kept apart, and null is an account of its own: hand in null everywhere to look at
   * all accounts as one. Two brokers may use the same account text; put the broker in front then.
   */
  readonly account: string | null;
  /** Its currency is the price's; null is never added to a known one. Its multiplier null is one. */
  readonly instrument: Instrument;
  /** What `quantity` adds to the position: bought or sold. */
  readonly side: "buy" | "sell";
  /** Above zero. Zero for a canceled fill whose fees stay: it adds nothing else. Other canceled fills are left out. */
  readonly quantity: Decimal;
  /** For one unit, in the instrument's currency; it may be zero or negative. */
  readonly price: Decimal;
  /** Positive for a cost, negative for a rebate; null while unknown, `[]` when known to be none. */
  readonly fees: readonly Fee[] | null;
  /** When it counts; its day depends on a zone. */
  readonly executedAt: Instant;
  /** What a person decided; null for nothing. */
  readonly link: Link;
  /** Where it came from, such as the broker's name. */
  readonly source: string;
}

/**
 * The fills in the order in which statistics read them: by time, those of one instant by id, so that any order of input
 * has the same answer.
 *
 * @throws RangeError for a fill that is given twice or has a negative quantity: it would count as money that is not there.
 */
export function sortFills(fills: readonly StatFill[]): readonly StatFill[] {
  const ids = new Set<string>();
  for (const { id, quantity } of fills) {
    if (ids.has(id)) throw new RangeError(`fill ${JSON.stringify(id)} is given twice`);
    if (quantity !== "0" && !isPositive(quantity)) {
      throw new RangeError(`fill ${JSON.stringify(id)} has the quantity ${quantity}`);
    }
    ids.add(id);
  }
  return [...fills].sort((left, right) => {
    return compareTexts(left.executedAt, right.executedAt) || compareTexts(left.id, right.id);
  });
}

/** Lists of equal key, each in the order of the fills given; lists are in the order of their first fills. */
export function groupFills<Key>(
  fills: readonly StatFill[],
  keyOf: (fill: StatFill) => Key,
): ReadonlyMap<Key, readonly StatFill[]> {
  const groups = new Map<Key, StatFill[]>();
  for (const fill of fills) {
    const key = keyOf(fill);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [fill]);
    else group.push(fill);
  }
  return groups;
}

/** By code units, so that no locale changes an order; null is last. */
export function compareTexts(left: string | null, right: string | null): -1 | 0 | 1 {
  if (left === right) return 0;
  if (left === null) return 1;
  return right === null || left < right ? -1 : 1;
}
