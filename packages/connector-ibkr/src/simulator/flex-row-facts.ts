import { brokerKinds } from "./broker-kinds.ts";
import { negatedDecimal, plainDecimal, productOf, sumDecimals } from "./exact-decimal.ts";
import type { FlexTimeWriter } from "./flex-time.ts";
import type { SimulatedAccount } from "./ibkr-simulator.ts";
import type { SimulatedEntry, SimulatedFill } from "./simulated-fill.ts";

/** What a row is written with. */
export interface FlexRowContext {
  readonly account: SimulatedAccount;
  readonly time: FlexTimeWriter;
}

/** Signed amounts as statements show them: cost below zero, quantity below zero for what is sold. */
export interface FlexAmounts {
  readonly quantity: string;
  readonly money: string;
  readonly proceeds: string;
  readonly commission: string;
  readonly taxes: string;
  readonly netCash: string;
}

/** The amounts of a row. A cancel turns quantity and money around and has no commission. */
export function flexAmounts(entry: SimulatedEntry): FlexAmounts {
  const fill = entry.kind === "cancel" ? entry.canceled : entry;
  const buys = (fill.side === "buy") === (entry.kind === "fill");
  const money = buys ? fill.money : negatedDecimal(fill.money);
  const proceeds = negatedDecimal(money);
  const commission = entry.kind === "cancel" ? "0" : negatedDecimal(fill.commission);
  const taxes = entry.kind === "cancel" ? "0" : negatedDecimal(fill.taxes);
  const quantity = buys ? fill.quantity : negatedDecimal(fill.quantity);
  return { quantity, money, proceeds, commission, taxes, netCash: netCashOf(fill, [proceeds, commission, taxes]) };
}

// Forex shows no cash at all, and futures and CFDs only what they cost.
function netCashOf(fill: SimulatedFill, [proceeds = "0", ...costs]: readonly string[]): string {
  const { kind } = fill.instrument;
  if (kind === "forex") return "0";
  if (kind === "future" || kind === "cfd") return plainDecimal(sumDecimals(costs));
  return plainDecimal(sumDecimals([proceeds, ...costs]));
}

/** What the close of the day makes of a row: (close - price) x quantity x multiplier. */
export function markToMarket(entry: SimulatedEntry, quantity: string): string {
  const fill = entry.kind === "cancel" ? entry.canceled : entry;
  const { closePrice, price, instrument } = fill;
  if (closePrice === null) return "0";
  return productOf(sumDecimals([closePrice, negatedDecimal(price)]), quantity, instrument.multiplier);
}

/** "BUY", or "BUY (Ca.)" when the row takes a buy back. */
export function buySellText(entry: SimulatedEntry): string {
  const fill = entry.kind === "cancel" ? entry.canceled : entry;
  const side = fill.side === "buy" ? "BUY" : "SELL";
  return entry.kind === "cancel" ? `${side} (Ca.)` : side;
}

/** "ExchTrade", "BookTrade" or "TradeCancel". How a correction is named is not known; it is shown as a trade. */
export function transactionTypeText(entry: SimulatedEntry): string {
  if (entry.kind === "cancel") return "TradeCancel";
  return entry.cause === "exchange" ? "ExchTrade" : "BookTrade";
}

const CAUSE_CODES = { exchange: null, assignment: "A", exercise: "Ex", expiry: "Ep" } as const;

/** The codes of a row without those for opening and closing. */
export function noteCodes(entry: SimulatedEntry): readonly string[] {
  if (entry.kind === "cancel") return ["Ca"];
  const own = [CAUSE_CODES[entry.cause], entry.revision === "correction" ? "Co" : null];
  return [...own.filter((code) => code !== null), ...entry.notes];
}

/** "O", "C", "C;O" or nothing. */
export function effectText({ effect }: SimulatedFill): string {
  return effect === null ? "" : { open: "O", close: "C", flip: "C;O" }[effect];
}

/** The instrument in the words of a statement. */
export function instrumentAttributes({ instrument }: SimulatedFill, time: FlexTimeWriter) {
  const { underlying, right } = instrument;
  const security = securityOf(instrument);
  return {
    assetCategory: brokerKinds[instrument.kind],
    subCategory: instrument.subKind ?? "",
    symbol: instrument.symbol,
    description: instrument.description,
    conid: instrument.conid,
    ...security,
    cusip: instrument.cusip ?? "",
    isin: instrument.isin ?? "",
    figi: instrument.figi ?? "",
    listingExchange: instrument.listingExchange ?? "",
    underlyingConid: underlying?.conid ?? "",
    underlyingSymbol: underlying?.symbol ?? "",
    underlyingSecurityID: underlying?.isin ?? "",
    underlyingListingExchange: underlying?.listingExchange ?? "",
    issuerCountryCode: instrument.issuerCountryCode ?? "",
    multiplier: instrument.multiplier,
    strike: instrument.strike ?? "",
    expiry: time.day(instrument.expiryDay),
    putCall: right === null ? "" : right === "call" ? "C" : "P",
  };
}

function securityOf({ isin, cusip }: SimulatedFill["instrument"]) {
  if (isin !== null) return { securityID: isin, securityIDType: "ISIN" };
  return { securityID: cusip ?? "", securityIDType: cusip === null ? "" : "CUSIP" };
}
