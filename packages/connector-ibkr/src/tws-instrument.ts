import type { ExecutionInput } from "@fillbook/core/connector";
import { ibkrKinds, ibkrMultiplier } from "./ibkr-instrument.ts";
import { twsFloat } from "./tws-amount.ts";
import type { TwsWords } from "./tws-record.ts";

type Instrument = ExecutionInput["instrument"];

export type TwsInstrument =
  | { readonly instrument: Instrument; readonly reason?: never }
  | { readonly instrument?: never; readonly reason: string };

/** What was traded. Unlike Client Portal, TWS tells currency and multiplier with each execution. */
export function twsInstrument(contract: TwsWords, exchange: string): TwsInstrument {
  const { conId = "", secType = "", symbol = "", localSymbol = "", currency = "" } = contract;
  const conid = /^[1-9]\d{0,19}$/.test(conId) ? conId : null;
  if (conid === null) return { reason: "conId: is missing" };
  const rawSymbol = localSymbol.trim() === "" ? symbol.trim() || conid : localSymbol;
  const multiplier = ibkrMultiplier(twsFloat(contract.multiplier || "0"));
  if (multiplier === undefined) return { reason: "multiplier: is not a number of zero and above" };
  const kind = ibkrKinds.get(secType) ?? "other";
  const known = currency.trim() === "" ? null : currency.trim();
  const names = namesOf({ kind, root: symbol.trim(), currency: known, rawSymbol });
  return { instrument: { ...names, rawSymbol, kind, exchange: exchange.trim() || null, conid, multiplier } };
}

/** As statements write it: a pair with a slash, a share by its root, what ends by its own symbol with single blanks. */
function namesOf(facts: {
  readonly kind: Instrument["kind"];
  readonly root: string;
  readonly currency: string | null;
  readonly rawSymbol: string;
}): Pick<Instrument, "symbol" | "base" | "currency"> {
  const { kind, root, currency, rawSymbol } = facts;
  const isPair = (kind === "forex" || kind === "crypto") && root !== "" && currency !== null;
  if (isPair) return { symbol: `${root}/${currency}`, base: root, currency };
  const own = rawSymbol.trim().replace(/\s+/g, " ");
  return { symbol: kind === "stock" && root !== "" ? root : own, base: null, currency };
}
