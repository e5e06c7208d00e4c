import { brokerKinds } from "./broker-kinds.ts";
import type { PortalState } from "./portal-state.ts";
import { plainNumber } from "./portal-trades.ts";
import type { SimulatedInstrument } from "./simulated-instrument.ts";
import { simulatedInstruments } from "./simulated-instruments.ts";

/** The answer of /trsrv/secdef; instruments that are not known are left out of it. */
export function portalSecdef(state: PortalState, conids: readonly string[]): { readonly secdef: readonly object[] } {
  const traded = state.simulator.book.entries.flatMap((entry) => (entry.kind === "fill" ? [entry.instrument] : []));
  const known = new Map<string, SimulatedInstrument>();
  for (const instrument of [...Object.values(simulatedInstruments), ...traded]) known.set(instrument.conid, instrument);
  const { unknownConids } = state.options;
  const found = conids.flatMap((conid) => (unknownConids.includes(conid) ? [] : (known.get(conid) ?? [])));
  return { secdef: found.map(definition) };
}

function definition(instrument: SimulatedInstrument): object {
  const { kind, conid, symbol, multiplier, expiryDay, strike, right } = instrument;
  const root = instrument.underlying?.symbol ?? symbol;
  const ends = kind === "bond" ? null : (expiryDay?.replaceAll("-", "") ?? null);
  return {
    conid: plainNumber(conid),
    currency: instrument.currency,
    name: instrument.description.replaceAll("&", "&amp;"),
    assetClass: brokerKinds[kind],
    expiry: ends,
    lastTradingDay: ends,
    group: null,
    putOrCall: right === null ? null : right === "put" ? "P" : "C",
    sector: null,
    strike: strike ?? "0",
    ticker: root.split(/[.]/)[0] ?? root,
    undConid: plainNumber(instrument.underlying?.conid ?? "0"),
    multiplier: plainNumber(multiplier === "1" ? "0.0" : multiplier.includes(".") ? multiplier : `${multiplier}.0`),
    type: instrument.subKind ?? "",
    hasOptions: true,
    fullName: root,
    isUS: instrument.currency === "USD",
    isEventContract: false,
    listingExchange: instrument.listingExchange,
    countryCode: instrument.issuerCountryCode ?? "US",
  };
}
