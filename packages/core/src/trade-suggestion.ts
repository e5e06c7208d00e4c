import * as z from "zod/mini";
import { noSecrets, redactedError } from "./error-cause.ts";
import type { Instrument } from "./execution.ts";
import { instrumentKey, instrumentSpellings } from "./instrument-key.ts";
import type { Logger } from "./logger.ts";
import type { Trade } from "./read-types.ts";

/** A plan of the host's that an imported trade may belong to. */
export interface TradePlan {
  /** The host's own, as links name it. */
  readonly id: string;
  /** As the host spells it; see `instrumentKey`. */
  readonly symbol: string;
  /** A long plan is of buys, a short one of sells. */
  readonly direction: "long" | "short";
  /** The campaign that it is part of now; null for none. */
  readonly campaignId: string | null;
}

/**
 * Tells the plans of a person: at least those of these instruments and those with these ids. More do no harm, so all of
 * them are a good answer too. Asked once for each page of the inbox, and once for totals by campaign.
 */
export type TradePlans = (request: TradePlansRequest) => Promise<readonly TradePlan[]>;

/** What {@link TradePlans} is asked for. */
export interface TradePlansRequest {
  /** Whose plans are wanted. */
  readonly userId: string;
  /**
   * The instruments in question in each of their usual spellings, in upper case: `BTC/USD`, `BTCUSD`, `XBT-USD` and more.
   * Who spells otherwise keeps the `instrumentKey` of a plan, which is among them, beside it.
   */
  readonly instruments: readonly string[];
  /** The plans that fills are linked to, of whatever instrument; empty for the inbox. */
  readonly planIds: readonly string[];
}

/** What is proposed for a trade in the inbox; never applied by itself, and stored only with a review. */
export interface Suggestion {
  /** The plan that fits; null where `reason` says why none is proposed. */
  readonly tradePlanId: string | null;
  /** The plan's campaign, for the screen: a review that chooses the plan does not choose it too. */
  readonly campaignId: string | null;
  /** `none`: no plan fits, or several do. `unavailable`: the host's `tradePlans` failed. */
  readonly reason: "symbol_and_side_match" | "none" | "unavailable";
  /** Which version of this rule chose. */
  readonly rule: 1;
}

const RULE = 1;

type Suggested = Pick<Trade, "instrument" | "side">;

/** Pure. What suggests the one plan of a trade's instrument and direction. */
export function suggestedFrom(plans: readonly TradePlan[]): (trade: Suggested) => Suggestion {
  const candidates = new Map<string, TradePlan[]>();
  for (const plan of plans) {
    const place = `${plan.direction} ${instrumentKey(plan.symbol)}`;
    candidates.set(place, [...(candidates.get(place) ?? []), plan]);
  }
  return ({ instrument, side }) => {
    const place = `${side === "buy" ? "long" : "short"} ${instrumentKey(instrument)}`;
    const [only, another] = candidates.get(place) ?? [];
    if (only === undefined || another !== undefined) return nothing("none");
    return { tradePlanId: only.id, campaignId: only.campaignId, reason: "symbol_and_side_match", rule: RULE };
  };
}

function nothing(reason: "none" | "unavailable"): Suggestion {
  return { tradePlanId: null, campaignId: null, reason, rule: RULE };
}

const plansSchema = z.array(
  z.object({
    id: z.string().check(z.minLength(1)),
    symbol: z.string(),
    direction: z.enum(["long", "short"]),
    campaignId: z.nullable(z.string()),
  }),
);

export function plansRequest(
  userId: string,
  rows: readonly { readonly instrument: Pick<Instrument, "symbol" | "rawSymbol"> }[],
  planIds: readonly string[],
): TradePlansRequest {
  // Few instruments, many rows: each is spelled once.
  const instruments = new Map(
    rows.map(({ instrument }) => [`${instrument.symbol} ${instrument.rawSymbol}`, instrument]),
  );
  const spellings = new Set([...instruments.values()].flatMap(instrumentSpellings));
  return { userId, instruments: [...spellings].sort(), planIds: [...new Set(planIds)].sort() };
}

/** The suggestion of each trade, asking the host once. A host that fails must not hide its users' inbox from them. */
export async function suggestions(
  trades: readonly Suggested[],
  { userId, tradePlans, logger }: { userId: string; tradePlans: TradePlans | undefined; logger: Logger },
): Promise<readonly Suggestion[]> {
  if (tradePlans === undefined || trades.length === 0) return trades.map(() => nothing("none"));
  try {
    const plans = plansSchema.parse(await tradePlans(plansRequest(userId, trades, [])));
    return trades.map(suggestedFrom(plans));
  } catch (error) {
    logger.error({ userId, err: redactedError(error, noSecrets) }, "tradePlans failed; the inbox has no suggestions");
    return trades.map(() => nothing("unavailable"));
  }
}
