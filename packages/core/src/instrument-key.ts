import type { Instrument } from "./execution.ts";

/** Older names of the same asset. */
const assets: readonly (readonly [RegExp, string])[] = [
  [/^XBT|XBT$/g, "BTC"],
  [/^XDG|XDG$/g, "DOGE"],
];

/**
 * One spelling of an instrument, for comparing what hosts, people and brokers write: `XBTUSD`, `XBT/USD` and `BTC/USD` are
 * `BTCUSD`, and `AAPL  250919C00150000` is `AAPL250919C00150000`. Only for comparing: it cannot be read back.
 *
 * @example
 * instrumentKey("xbt/usd") === instrumentKey(trade.instrument)
 */
export function instrumentKey(symbolOrInstrument: string | Pick<Instrument, "symbol">): string {
  return symbolNames(typeof symbolOrInstrument === "string" ? symbolOrInstrument : symbolOrInstrument.symbol).key;
}

/** A symbol's key, and the key of its first part: the asset of a pair, the underlying of an option. */
export function symbolNames(symbol: string): { readonly key: string; readonly head: string } {
  const parts = symbol
    .normalize("NFKC")
    .toUpperCase()
    .split(/[\s/._:-]+/);
  if (parts.length === 1) return { key: currentName(parts.join("")), head: currentName(parts.join("")) };
  const names = parts.map(currentName);
  return { key: currentName(names.join("")), head: names.find((name) => name !== "") ?? "" };
}

function currentName(text: string): string {
  return assets.reduce((name, [old, current]) => name.replace(old, current), text);
}
