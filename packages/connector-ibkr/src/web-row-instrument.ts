import type { ExecutionInput } from "@fillbook/core/connector";
import { ibkrKinds, ibkrMultiplier } from "./ibkr-instrument.ts";
import type { WebInstrument } from "./web-instruments.ts";
import { type WebRow, webNumber, webText } from "./web-row.ts";

type Instrument = ExecutionInput["instrument"];

export type WebRowInstrument =
  | { readonly instrument: Instrument; readonly reason?: never }
  | { readonly instrument?: never; readonly reason: string };

/**
 * What was traded. A row carries only the root symbol, no currency and no multiplier, so these come from the
 * instrument's definition; where IBKR does not tell it, the currency stays unknown and is not guessed.
 */
export function webRowInstrument(row: WebRow, conid: string, known: WebInstrument | null): WebRowInstrument {
  const rawSymbol = webText(row, "symbol") ?? known?.ticker ?? conid;
  const secType = webText(row, "sec_type") ?? known?.assetClass ?? "";
  const kind = ibkrKinds.get(secType) ?? "other";
  const exchange = webText(row, "exchange");
  const multiplier = ibkrMultiplier(webNumber(known?.multiplier ?? "0"));
  if (multiplier === undefined) return { reason: "multiplier: of the instrument is not a number" };
  const names = known === null ? unresolved(row, rawSymbol, kind) : resolved(row, { rawSymbol, kind, known });
  return { instrument: { ...names, rawSymbol, kind, exchange, conid, multiplier } };
}

type Names = Pick<Instrument, "symbol" | "base" | "currency">;

function unresolved(row: WebRow, rawSymbol: string, kind: Instrument["kind"]): Names {
  const described = kind === "stock" ? null : webText(row, "contract_description_1");
  return { symbol: described ?? rawSymbol, base: null, currency: null };
}

function resolved(
  row: WebRow,
  {
    rawSymbol,
    kind,
    known,
  }: { readonly rawSymbol: string; readonly kind: Instrument["kind"]; readonly known: WebInstrument },
): Names {
  const { currency } = known;
  const root = known.ticker ?? rawSymbol;
  if (kind === "forex" || kind === "crypto") {
    const base = root.split(/[./]/)[0] ?? root;
    return { symbol: `${base}/${currency}`, base, currency };
  }
  const described = kind === "stock" ? root : (webText(row, "contract_description_1") ?? root);
  return { symbol: optionSymbol(root, known) ?? described, base: null, currency };
}

/** As statements write it: root, expiry, right, strike in thousandths. */
function optionSymbol(root: string, { assetClass, expiry, strike, right }: WebInstrument): string | null {
  if (assetClass !== "OPT" || expiry === null || right === null) return null;
  const match = /^(\d{1,5})(?:\.(\d{1,3})0*)?$/.exec(strike ?? "");
  if (match?.[1] === undefined) return null;
  return `${root} ${expiry.slice(2)}${right}${match[1].padStart(5, "0")}${(match[2] ?? "").padEnd(3, "0")}`;
}
