import { anAnswer } from "./scripted-kraken.ts";

/** An answer that is as large as its method allows, or larger, and what becomes of the run. */
export interface JsonBomb {
  readonly endpoint: string;
  /** Made before it is measured: a text, or what answers with one. */
  readonly body: () => string | ((parameters: URLSearchParams) => string);
  /** The text comes again and again without end. */
  readonly isEndless?: true;
  readonly status?: number;
  readonly mode?: "backfill" | "check";
  /** How the run ends; "ok" where it succeeds. */
  readonly expected: RegExp;
}

const MB = 2 ** 20;
const LARGE = /^RESPONSE_TOO_LARGE: .*(?:exceeds|holds more than) \d/;
const ok = /^ok/;

const result = (text: string) => `{"error":[],"result":${text}}`;
const pieces = (length: number, piece: (index: number) => string) => {
  const parts: string[] = [];
  for (let [index, size] = [0, 0]; size < length; index += 1) {
    const part = piece(index);
    parts.push(part);
    size += part.length + 1;
  }
  return parts.join();
};

/** What any answer may hold in place of what it should; `open` and `close` stand around the list that is its own. */
function hostile(
  length: number,
  [open, close]: readonly [string, string],
): readonly (readonly [string, () => string])[] {
  const size = length - 200;
  return [
    ["lists in lists", () => result("[".repeat(size))],
    ["objects in objects", () => result(`${'{"a":'.repeat(size / 6)}1${"}".repeat(size / 6)}`)],
    ["one long number", () => result(`${open}"a":${"1".repeat(size)}${close}`)],
    ["one long text", () => result(`${open}"a":"${"x".repeat(size)}"${close}`)],
    ["one text of escapes", () => result(`${open}"a":"${"\\u0041".repeat(size / 6)}"${close}`)],
    ["many keys", () => result(`${open}${pieces(size, (index) => `"k${index}":1`)}${close}`)],
    ["keys that are numbers", () => result(`${open}${pieces(size, (index) => `"${index}":{}`)}${close}`)],
    ["one key again and again", () => result(`${open}${pieces(size, () => '"k":{}')}${close}`)],
    ["empty objects", () => result(`${open}"a":[${pieces(size, () => "{}")}]${close}`)],
    ["long digits", () => result(`${open}"a":[${pieces(size, () => "12345678901234567")}]${close}`)],
    ["blanks", () => `${result("{")}${" ".repeat(size)}`],
    ["many errors", () => `{"error":[${pieces(size, (index) => `"EBad:thing ${index}"`)}]}`],
    ["errors that are lists", () => `{"error":[${pieces(size, () => "[[1]]")}]}`],
    ["many warnings", () => `{"error":[${pieces(size, () => '"W"')}],"result":{}}`],
  ];
}

type Named = readonly [name: string, bomb: JsonBomb];

function ofEndpoint(
  endpoint: string,
  length: number,
  around: readonly [string, string],
  { mode, expected }: { readonly mode?: "backfill" | "check"; readonly expected: RegExp },
): Named[] {
  const more = mode === undefined ? {} : { mode };
  const inside = hostile(length, around).map(
    ([name, body]): Named => [`${endpoint}: ${name}`, { endpoint, body, expected, ...more }],
  );
  return [
    ...inside,
    [
      `${endpoint}: without end`,
      {
        endpoint,
        isEndless: true,
        body: () => `${result('{"a":[').slice(0, -1)}${"1,".repeat(40_000)}`,
        expected,
        ...more,
      },
    ],
    [
      `${endpoint}: a gateway's error of many values`,
      { endpoint, body: () => `[${pieces(length - 10, () => "{}")}]`, status: 500, expected, ...more },
    ],
    [
      `${endpoint}: a page`,
      { endpoint, body: () => `<html>${"<form>".repeat((length - 100) / 6)}`, status: 200, expected, ...more },
    ],
  ];
}

type Rows = (index: number) => object;

/** A list that is answered as Kraken does: the rows of the span that is asked for, from an offset on. */
function listed(list: "trades" | "ledger", count: number, rowOf: Rows): (parameters: URLSearchParams) => string {
  const rows = Array.from({ length: count }, (_, index) => rowOf(index));
  const texts = rows.map((row, index) => `"${list}${index}":${JSON.stringify(row)}`);
  return (parameters) => {
    const [start, end] = [Number(parameters.get("start") ?? 0), Number(parameters.get("end") ?? 2 ** 40)];
    const inSpan = texts.filter((_, index) => 1_700_000_000 - index > start && 1_700_000_000 - index <= end);
    return result(`{"${list}":{${inSpan.slice(Number(parameters.get("ofs") ?? 0)).join()}},"count":${inSpan.length}}`);
  };
}

const trades = (count: number, changes: Rows = () => ({})) =>
  listed("trades", count, (index) => ({ ...anAnswer.trade(index), ...changes(index) }));
const ledger = (count: number, changes: Rows = () => ({})) =>
  listed("ledger", count, (index) => ({ ...anAnswer.entry(index), ...changes(index) }));

const of = (endpoint: string, name: string, body: JsonBomb["body"], expected: RegExp): Named => [
  `${endpoint}: ${name}`,
  { endpoint, body, expected },
];

const lists: readonly Named[] = [
  of("TradesHistory", "as many real rows as a page may have", () => trades(500), /^ok .*"execution":500/),
  of("TradesHistory", "more real rows than a page may have", () => trades(501), LARGE),
  of(
    "TradesHistory",
    "many empty rows",
    () => result(`{"trades":{${pieces(4 * MB - 200, (index) => `"T${index}":{}`)}}}`),
    LARGE,
  ),
  of("TradesHistory", "rows of long fields", () => trades(60, () => ({ misc: "m".repeat(60_000) })), ok),
  of("TradesHistory", "amounts of a megabyte", () => trades(3, () => ({ price: "1".repeat(MB) })), ok),
  of("TradesHistory", "ids of a megabyte", () => trades(3, () => ({ ordertxid: "O".repeat(MB) })), ok),
  of("TradesHistory", "a pair for each row", () => trades(500, (index) => ({ pair: "AB".repeat(15) + index })), ok),
  of("TradesHistory", "rows with many keys", () => trades(40, () => Object.fromEntries(many(500))), ok),
  of("Ledgers", "as many entries as a page may have", () => ledger(500), ok),
  of("Ledgers", "more entries than a page may have", () => ledger(501), LARGE),
  of("Ledgers", "entries of one refid", () => ledger(500, () => ({ refid: "R", type: "spend" })), ok),
  of("Ledgers", "entries of one refid each", () => ledger(500, (index) => ({ refid: `R${index}`, type: "spend" })), ok),
  of("Ledgers", "entries that cannot be read", () => ledger(500, () => ({ amount: [], time: {} })), ok),
  of("AssetPairs", "as many as are read", () => pairs(2_500), ok),
  of("AssetPairs", "more than are read", () => pairs(20_000), ok),
  of("AssetPairs", "keys alone, as many as fit", () => result(`{${pieces(590_000, (index) => `"k${index}":1`)}}`), ok),
  of(
    "Assets",
    "more than are read",
    () => result(`{${pieces(MB - 200, (index) => `"A${index}":{"altname":"A${index}"}`)}}`),
    ok,
  ),
];

const many = (count: number) => Array.from({ length: count }, (_, index) => [`k${index}`, index]);
const pairs = (count: number) => result(`{${Array.from({ length: count }, (_, index) => pair(index)).join()}}`);
const pair = (index: number) =>
  `"P${index}USD":{"altname":"P${index}USD","wsname":"P${index}/USD","base":"P${index}","quote":"ZUSD","fees":[[0,0.1],[50,0.2],[100,0.3],[250,0.4],[500,0.5],[1000,0.6],[2500,0.7]]}`;

/** A ledger that fails ends the run behind its fills, a list of pairs or a look at the key does not. */
const fails = /^(?:RESPONSE_TOO_LARGE|PROTOCOL|BROKER_ERROR|BROKER_UNAVAILABLE|ok)/;

export const jsonBombs: ReadonlyMap<string, JsonBomb> = new Map([
  ...lists,
  ...ofEndpoint("TradesHistory", 4 * MB, ['{"trades":{', "}}"], { expected: fails }),
  ...ofEndpoint("Ledgers", 4 * MB, ['{"ledger":{', "}}"], { expected: fails }),
  ...ofEndpoint("AssetPairs", 4 * MB, ["{", "}"], { expected: ok }),
  ...ofEndpoint("Assets", MB, ["{", "}"], { expected: ok }),
  ...ofEndpoint("GetApiKeyInfo", MB, ['{"permissions":["query-closed-trades"],', "}"], {
    mode: "check",
    expected: fails,
  }),
  ...ofEndpoint("AddExport", MB, ['{"id":"AAAA",', "}"], { mode: "backfill", expected: fails }),
  ...ofEndpoint("ExportStatus", MB, ["[{", "}]"], { mode: "backfill", expected: fails }),
  ...ofEndpoint("RetrieveExport", 8 * MB, ["{", "}"], { mode: "backfill", expected: fails }),
  ...ofEndpoint("RemoveExport", MB, ["{", "}"], { mode: "backfill", expected: ok }),
  ...ofEndpoint("SystemStatus", MB, ["{", "}"], { expected: /^(?:BROKER_UNAVAILABLE|MAINTENANCE)/ }),
]);
