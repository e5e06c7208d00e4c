import { type Decimal, sumDecimals } from "../decimal.ts";
import type { Fee } from "../execution.ts";
import type { Instant } from "../instant.ts";
import { compareTexts, type StatFill } from "./stat-fill.ts";

/** An amount of one currency; null is a currency that is not known, never added to one that is. */
export interface CurrencyAmount {
  /** As the broker spells it. */
  readonly currency: string | null;
  /** Exact. */
  readonly amount: Decimal;
}

/** Fees of some fills. They are not taken out of any profit or loss. */
export interface FeeTally {
  /** One entry a currency, never converted; positive is a cost. `estimated` where any part may still change. */
  readonly fees: readonly Fee[];
  /** Fills whose fees are not known yet. */
  readonly unknownFeeCount: number;
}

/** What can be said of any list of fills. */
export interface FillTally extends FeeTally {
  /** Fills that count. */
  readonly executionCount: number;
  /** Fills of quantity zero: canceled, their fees stay. */
  readonly canceledCount: number;
  /** Where the fills came from, each once. */
  readonly sources: readonly string[];
  /** Canceled fills have times too. */
  readonly firstExecutedAt: Instant;
  /** Of the last fill, a canceled one too. */
  readonly lastExecutedAt: Instant;
}

/** @param fills at least one, in the order of `sortFills`. */
export function tallyFills(fills: readonly StatFill[]): FillTally {
  const [first, last] = [fills[0], fills.at(-1)];
  if (first === undefined || last === undefined) throw new Error("a tally is of at least one fill");
  const canceledCount = fills.filter(({ quantity }) => quantity === "0").length;
  return {
    executionCount: fills.length - canceledCount,
    canceledCount,
    sources: [...new Set(fills.map(({ source }) => source))].sort(compareTexts),
    firstExecutedAt: first.executedAt,
    lastExecutedAt: last.executedAt,
    ...tallyFees(fills),
  };
}

export function tallyFees(fills: readonly StatFill[]): FeeTally {
  return {
    fees: sumFees(fills.flatMap(({ fees }) => fees ?? [])),
    unknownFeeCount: fills.filter(({ fees }) => fees === null).length,
  };
}

/** Exact sums, one a currency, by currency. */
export function sumFees(fees: readonly Fee[]): readonly Fee[] {
  const estimated = new Set(fees.filter((fee) => fee.estimated).map((fee) => fee.currency));
  return sumAmounts(fees).map(({ currency, amount }) => {
    return { amount, currency, ...(estimated.has(currency) ? { estimated: true as const } : {}) };
  });
}

/** Exact sums, one a currency, by currency; null is last. */
export function sumAmounts<Currency extends string | null>(
  amounts: readonly { readonly currency: Currency; readonly amount: Decimal }[],
): readonly { readonly currency: Currency; readonly amount: Decimal }[] {
  const parts = new Map<Currency, Decimal[]>();
  for (const { currency, amount } of amounts) {
    const part = parts.get(currency);
    if (part === undefined) parts.set(currency, [amount]);
    else part.push(amount);
  }
  const sums = [...parts].map(([currency, part]) => ({ currency, amount: sumDecimals(part) }));
  return sums.sort((left, right) => compareTexts(left.currency, right.currency));
}
