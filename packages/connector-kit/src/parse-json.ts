import { ImportError, type Json } from "@fillbook/core";
import { letTimersRun } from "@fillbook/core/connector";
import { type JsonScan, scanJson } from "./json-scan.ts";

/** How an answer's numbers are read. */
export interface JsonReading {
  /**
   * `exact`: a number of more than 15 digits, or with an exponent, is its text, since a float would change it; every other
   * number is one that `String` writes as the broker did, but for zeros at its end. `float`: all are numbers, for large
   * answers of which no amount is read.
   *
   * @defaultValue "exact"
   */
  readonly numbers?: "exact" | "float";
  /** Properties whose numbers are always their text, zeros at the end included. @defaultValue none */
  readonly textKeys?: ReadonlySet<string>;
}

const DEPTH_MAX = 32;
/** What the engine reads in 200 ms of one core. */
const FLOAT_VALUES_MAX = 500_000;
/** The same, where it has to hand over each value with its text. */
const EXACT_VALUES_MAX = 50_000;
/** Of a list in slices: about 100 bytes each in memory. */
const LIST_VALUES_MAX = 1_000_000;
const SLICE_LENGTH = 65_536;

/**
 * Reads a broker's JSON at once. A key such as `__proto__` becomes an ordinary property and changes no prototype.
 *
 * @param what names the answer in the error, such as "TradesHistory".
 * @throws ImportError `PROTOCOL` for text that is not JSON, or is nested deeper than 32; `RESPONSE_TOO_LARGE` above 500,000
 * values, or 50,000 where exact numbers are read. It never quotes the text.
 */
export function parseJson(text: string, what: string, reading: JsonReading = {}): Json {
  return scanned(text, scanJson(text, { from: 0, depth: 0 }), { what, reading });
}

/** How a list is read. */
export interface JsonListReading extends JsonReading {
  /** Most rows. @defaultValue as many as values are allowed */
  readonly rowsMax?: number;
}

/**
 * Reads a list of rows in slices, so that timers run in between.
 *
 * @param what names the answer in the error, such as "GET /iserver/account/trades".
 * @returns the rows; null for JSON that is no list.
 * @throws ImportError as {@link parseJson}; `RESPONSE_TOO_LARGE` above 1,000,000 values, 50,000 of one
 * row, or `rowsMax`.
 */
export async function parseJsonList(text: string, what: string, reading: JsonListReading = {}): Promise<Json[] | null> {
  const open = /^\s*\[/.exec(text)?.[0].length;
  if (open === undefined) {
    parseJson(text, what, reading);
    return null;
  }
  const rows: Json[] = [];
  let values = 0;
  for (let from = open; ; ) {
    const scan = scanJson(text, { from, depth: 1, stopAfter: SLICE_LENGTH });
    const { separator } = scan;
    values += scan.values;
    refuseValues(values, LIST_VALUES_MAX, what);
    // The last slice ends the list itself: what stands behind its bracket is for the parser to judge.
    const part = separator === null ? text.slice(from) : `${text.slice(from, separator)}]`;
    const slice = scanned(`[${part}`, scan, { what, reading, valuesMax: EXACT_VALUES_MAX });
    // Nothing between two commas, or between a comma and the end, is no JSON.
    const isWhole = separator === null && from === open;
    if (!Array.isArray(slice) || (slice.length === 0 && !isWhole)) throw notJson(text, what);
    for (const row of slice) rows.push(row);
    const { rowsMax = LIST_VALUES_MAX } = reading;
    if (rows.length > rowsMax) throw tooLarge(what, `${rowsMax} rows`);
    if (separator === null) return rows;
    from = separator + 1;
    await letTimersRun();
  }
}

/** True for a JSON object: not null, not a list. */
export function isJsonObject(value: unknown): value is { readonly [key: string]: Json } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

interface ScannedReading {
  readonly what: string;
  readonly reading: JsonReading;
  readonly valuesMax?: number;
}

/** Parses a text that was looked over, unless it holds too much. */
function scanned(
  text: string,
  { depthMax, values, hasLongNumber }: JsonScan,
  { what, reading, valuesMax = FLOAT_VALUES_MAX }: ScannedReading,
): Json {
  if (depthMax > DEPTH_MAX) {
    throw new ImportError("PROTOCOL", `the answer of ${what} is nested deeper than ${DEPTH_MAX}`);
  }
  const { numbers = "exact", textKeys } = reading;
  const needsSource = numbers === "exact" && (hasLongNumber || textKeys !== undefined);
  if (needsSource && !handsOverSource()) throw new ImportError("FEATURE_UNAVAILABLE", OLD_NODE);
  refuseValues(values, needsSource ? EXACT_VALUES_MAX : valuesMax, what);
  return parsed(text, what, needsSource ? reading : null);
}

const OLD_NODE = "this Node rounds the numbers of JSON: Fillbook needs Node 22.13 or newer";

/** Whether the engine hands the text of a number to a reviver. */
function handsOverSource(): boolean {
  const sourceOf = (_key: string, _value: unknown, context?: { readonly source?: string }) => context?.source;
  return JSON.parse("1", sourceOf) === "1";
}

function parsed(text: string, what: string, exact: JsonReading | null): Json {
  try {
    // JSON.parse returns nothing but JSON, and the reviver nothing but text for a number.
    return JSON.parse(text, exact === null ? undefined : reviver(exact)) as Json;
  } catch {
    // The parser's message quotes the text, so it is not kept as the cause.
    throw notJson(text, what);
  }
}

function reviver({ textKeys }: JsonReading) {
  return (key: string, value: unknown, context?: { readonly source?: string }) => {
    const source = context?.source;
    if (typeof value !== "number" || source === undefined) return value;
    return isLongNumber(source) || textKeys?.has(key) === true ? source : value;
  };
}

/** True for a number that a float may not hold, or that `String` would write with an exponent. */
function isLongNumber(source: string): boolean {
  return source.length > 15 || /e/i.test(source) || /^-?0\.000000/.test(source);
}

function refuseValues(values: number, valuesMax: number, what: string): void {
  if (values > valuesMax) throw tooLarge(what, `${valuesMax} values`);
}

function tooLarge(what: string, bound: string): ImportError {
  return new ImportError("RESPONSE_TOO_LARGE", `the answer of ${what} holds more than ${bound}`);
}

function notJson(text: string, what: string): ImportError {
  return new ImportError("PROTOCOL", `the answer of ${what} is not JSON (${text.length} characters)`);
}
