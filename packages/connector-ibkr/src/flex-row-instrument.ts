import type { ExecutionInput } from "@fillbook/core/connector";
import { flexNumber } from "./flex-number.ts";
import { type FlexRow, flexId, flexText } from "./flex-row.ts";
import { ibkrKinds, ibkrMultiplier } from "./ibkr-instrument.ts";

type Instrument = ExecutionInput["instrument"];

/** The instrument as read, or why it cannot be. Option facts (strike, expiry, right) stay in the raw record. */
export type FlexInstrument =
  | { readonly instrument: Instrument; readonly reason?: never }
  | { readonly instrument?: never; readonly reason: string };

/** Reads what was traded. A pair such as `EUR.USD` becomes `EUR/USD`; blanks in option symbols become one. */
export function flexInstrument(row: FlexRow): FlexInstrument {
  const conid = flexId(row, "conid");
  const rawSymbol = symbolOf(row) ?? conid;
  if (rawSymbol === null) return { reason: "symbol: is missing, and so is conid" };
  const multiplier = ibkrMultiplier(flexNumber(flexText(row, "multiplier") ?? "1"));
  if (multiplier === undefined) return { reason: "multiplier: is not a number" };
  const category = flexText(row, "assetCategory") ?? "";
  const kind = kinds.get(category) ?? "other";
  const currency = flexText(row, "currency");
  const pair = kind === "forex" || kind === "crypto" ? /^([A-Z0-9]{2,12})\.([A-Z]{3,5})$/.exec(rawSymbol.trim()) : null;
  if (pair !== null && kind === "forex" && currency !== null && pair[2] !== currency) {
    return { reason: "currency: is not the one that the symbol of the pair ends in" };
  }
  const isPair = pair !== null && (kind === "forex" || pair[2] === currency);
  const names = isPair
    ? { symbol: `${pair[1]}/${pair[2]}`, base: pair[1], currency: pair[2] }
    : { symbol: rawSymbol.trim().replace(/\s+/g, " "), base: null, currency };
  return { instrument: { ...names, rawSymbol, kind, exchange: flexText(row, "exchange"), conid, multiplier } };
}

/** Exactly as it came, inner and outer blanks included. */
function symbolOf(row: FlexRow): string | null {
  const symbol = row.symbol;
  return flexText(row, "symbol") === null || typeof symbol !== "string" ? null : symbol;
}

/** Categories that only statements write beside the others. */
const kinds: ReadonlyMap<string, Instrument["kind"]> = new Map<string, Instrument["kind"]>([
  ...ibkrKinds,
  ["FSOPT", "option"],
  ["FSFOP", "future-option"],
  ["FXCFD", "cfd"],
]);
