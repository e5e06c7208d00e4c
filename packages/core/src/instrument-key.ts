import type { Instrument } from "./execution.ts";

/** Older names of the same asset. */
const assets: readonly (readonly [old: RegExp, current: string, name: string])[] = [
  [/^XBT|XBT$/g, "BTC", "XBT"],
  [/^XDG|XDG$/g, "DOGE", "XDG"],
];

/** What people write between the parts of a symbol. */
const separators = ["", "/", "-", ".", "_", ":", " "];

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
  const parts = partsOf(symbol);
  const names = parts.map(currentName);
  const [name = ""] = names;
  if (names.length === 1) return { key: name, head: name };
  const key = currentName(names.join(""));
  // A symbol of separators alone is its own name.
  if (key === "") return { key: symbol.trim(), head: symbol.trim() };
  return { key, head: names.find((name) => name !== "") ?? "" };
}

/**
 * The usual spellings of an instrument in upper case, for those who look one up by text: as the broker writes it, with each
 * separator and with older names. All have one {@link instrumentKey}, but for the broker's own.
 *
 * @example
 * instrumentSpellings(trade.instrument) // ["BTC-USD", "BTC.USD", "BTC/USD", …, "XBTUSD", "XXBTZUSD"]
 */
export function instrumentSpellings({
  symbol,
  rawSymbol,
}: Pick<Instrument, "symbol" | "rawSymbol">): readonly string[] {
  const key = instrumentKey(symbol);
  const parts = partsOf(symbol).filter((part) => part !== "");
  const named = [parts.map(currentName), parts.map(oldName)];
  const joined = named.flatMap((names) => separators.map((separator) => names.join(separator)));
  const same = [key, oldName(key), ...joined].filter((text) => instrumentKey(text) === key);
  return [...new Set([symbol, rawSymbol, ...same])].sort();
}

function partsOf(symbol: string): string[] {
  return symbol
    .normalize("NFKC")
    .toUpperCase()
    .split(/[\s/._:-]+/);
}

function oldName(text: string): string {
  return assets.reduce((name, [, current, old]) => {
    if (name.startsWith(current)) return `${old}${name.slice(current.length)}`;
    return name.endsWith(current) ? `${name.slice(0, -current.length)}${old}` : name;
  }, text);
}

function currentName(text: string): string {
  return assets.reduce((name, [old, current]) => name.replace(old, current), text);
}
