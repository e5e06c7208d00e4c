import { type Decimal, multiplyDecimals, sumDecimals, ZERO } from "../decimal.ts";
import { closingsOf, multiplierOf } from "./fifo-lots.ts";
import { type FillTally, sumAmounts, tallyFills } from "./fill-tally.ts";
import { compareTexts, groupFills, type StatFill, sortFills } from "./stat-fill.ts";

export interface CampaignOptions {
  /** The campaign of a trade plan; null for a plan that has none or is not there any more. It is asked once a plan. */
  readonly campaignOf: (tradePlanId: string) => string | null;
}

/** What one campaign's fills in one currency come to. */
export interface CampaignCurrency {
  /** Of the prices; null while unknown. */
  readonly currency: string | null;
  /** Units of all instruments together, contracts as one each. */
  readonly boughtQuantity: Decimal;
  /** As `boughtQuantity`. */
  readonly soldQuantity: Decimal;
  /** Sum of quantity times price times multiplier, fees not in it; a negative price makes a negative part. */
  readonly boughtNotional: Decimal;
  /** As `boughtNotional`. */
  readonly soldNotional: Decimal;
  /** By FIFO within each position, over this campaign's fills alone. Exact, a loss is negative, fees are not in it. */
  readonly realized: Decimal;
}

/** What the fills of one campaign come to. Plain JSON. */
export interface CampaignTotals extends FillTally {
  /** null: the fills that belong to none. */
  readonly campaignId: string | null;
  /** Trades with a fill here; one whose fills are linked differently counts in each. */
  readonly tradeCount: number;
  /** By currency, null last. */
  readonly currencies: readonly CampaignCurrency[];
}

/**
 * Totals by campaign, those without one last. Each fill counts in exactly one of them: its plan's campaign, else the one
 * it is linked to.
 * A fill closes only what its own campaign opened: closing another campaign's lots opens a position the other way.
 *
 * @throws RangeError for a fill that is given twice or has a negative quantity.
 */
export function campaignTotals(fills: readonly StatFill[], { campaignOf }: CampaignOptions): readonly CampaignTotals[] {
  const known = new Map<string, string | null>();
  const campaignOnce = (tradePlanId: string) => {
    const campaignId = known.has(tradePlanId) ? known.get(tradePlanId) : campaignOf(tradePlanId);
    known.set(tradePlanId, campaignId ?? null);
    return campaignId ?? null;
  };
  const groups = groupFills(sortFills(fills), (fill) => fillCampaign(fill, { campaignOf: campaignOnce }));
  return [...groups]
    .map(([campaignId, group]) => totalsOf(campaignId, group))
    .sort((left, right) => compareTexts(left.campaignId, right.campaignId));
}

/**
 * A fill's campaign: its plan's where it has a plan, also when that plan has none, and its direct one otherwise. Never
 * both, so nothing counts twice.
 */
export function fillCampaign({ link }: Pick<StatFill, "link">, { campaignOf }: CampaignOptions): string | null {
  if (link === null) return null;
  return "tradePlanId" in link ? campaignOf(link.tradePlanId) : link.campaignId;
}

function totalsOf(campaignId: string | null, fills: readonly StatFill[]): CampaignTotals {
  const realized = new Map(sumAmounts(closingsOf(fills)).map(({ currency, amount }) => [currency, amount]));
  const currencies = [...groupFills(fills, ({ instrument }) => instrument.currency)].map(([currency, group]) => {
    return { currency, ...turnoverOf(group), realized: realized.get(currency) ?? ZERO };
  });
  return {
    campaignId,
    tradeCount: new Set(fills.map(({ tradeId }) => tradeId)).size,
    currencies: currencies.sort((left, right) => compareTexts(left.currency, right.currency)),
    ...tallyFills(fills),
  };
}

function turnoverOf(fills: readonly StatFill[]): Omit<CampaignCurrency, "currency" | "realized"> {
  const bought = fills.filter(({ side }) => side === "buy");
  const sold = fills.filter(({ side }) => side === "sell");
  return {
    boughtQuantity: sumDecimals(bought.map(({ quantity }) => quantity)),
    soldQuantity: sumDecimals(sold.map(({ quantity }) => quantity)),
    boughtNotional: sumDecimals(bought.map(notionalOf)),
    soldNotional: sumDecimals(sold.map(notionalOf)),
  };
}

function notionalOf(fill: StatFill): Decimal {
  return multiplyDecimals(multiplyDecimals(fill.quantity, fill.price), multiplierOf(fill));
}
