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
  const symbol = typeof symbolOrInstrument === "string" ? symbolOrInstrument : symbolOrInstrument.symbol;
  const parts = symbol
    .normalize("NFKC")
    .toUpperCase()
    .split(/[\s/._:-]+/);
  const key = parts.length > 1 ? parts.map(currentName).join("") : parts.join("");
  return currentName(key);
}

function currentName(text: string): string {
  return assets.reduce((name, [old, current]) => name.replace(old, current), text);
}
