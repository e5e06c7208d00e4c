import { twsError } from "./tws-codes.ts";
import { type TwsCommission, type TwsExecution, twsCommission, twsExecution } from "./tws-record.ts";
import { type TwsWordList, twsWords } from "./tws-words.ts";

/** What TWS answered to the handshake. */
export interface TwsHello {
  /** Of the protocol: what messages hold depends on it. */
  readonly version: number;
  /** What time it is, in the zone of the login. */
  readonly time: string;
}

/** A message that an import needs. */
export type TwsMessage =
  | { readonly kind: "execution"; readonly execution: TwsExecution }
  | { readonly kind: "commission"; readonly commission: TwsCommission }
  /** The list of executions that was requested with this number has ended. */
  | { readonly kind: "end"; readonly reqId: number }
  /** The accounts that are open, with commas between them. */
  | { readonly kind: "accounts"; readonly list: string }
  /** The next id of an order: from now on TWS takes requests. */
  | { readonly kind: "next-order" }
  | { readonly kind: "clock" }
  /** A code about the request of this number, about no request for -1. */
  | { readonly kind: "code"; readonly reqId: number; readonly code: number; readonly text: string };

/** Where a message came from. */
export interface TwsOrigin {
  /** Host and port, for errors. */
  readonly place: string;
  /** Of the protocol. */
  readonly version: number;
}

/** @throws ImportError `PROTOCOL` for what is not the answer of a TWS. */
export function readTwsHello(body: Buffer, place: string): TwsHello {
  const text = body.toString("utf8", 0, HELLO_BYTES_MAX);
  const [, version, time] = /^(-?\d{1,6})\0([^\0]*)\0$/.exec(text) ?? [];
  if (version !== undefined && time !== undefined) return { version: Number(version), time };
  const shown = JSON.stringify(text.slice(0, 40));
  throw twsError("PROTOCOL", { place, what: `answered the handshake with ${shown}, which names no version` });
}

const HELLO_BYTES_MAX = 1_000;

/**
 * Reads a message; null for one that an import does not need, such as market data and the states of orders.
 *
 * @throws ImportError `PROTOCOL` for one whose words are not those of its kind.
 */
export function readTwsMessage(body: Buffer, origin: TwsOrigin): TwsMessage | null {
  const end = body.indexOf(0);
  const number = body.toString("latin1", 0, Math.min(end, NUMBER_DIGITS_MAX + 1));
  if (end < 1 || !/^\d{1,6}$/.test(number) || body.at(-1) !== 0) {
    throw twsError("PROTOCOL", { place: origin.place, what: "sent what is no message" });
  }
  const kind = kinds.get(number);
  if (kind === undefined) return null;
  const least = typeof kind.least === "number" ? kind.least : kind.least(origin.version);
  const words = twsWords(body, least);
  const message = words === null ? null : kind.read(words, origin.version);
  if (message !== null) return message;
  throw twsError("PROTOCOL", { place: origin.place, what: `sent ${kind.name} whose words are not those of its kind` });
}

const NUMBER_DIGITS_MAX = 6;

interface Kind {
  /** For errors. */
  readonly name: string;
  /** Words that it has at least, its number included. */
  readonly least: number | ((version: number) => number);
  /** Null for what is none of its kind. */
  readonly read: (words: TwsWordList, version: number) => TwsMessage | null;
}

const kinds: ReadonlyMap<string, Kind> = new Map<string, Kind>([
  ["4", { name: "a code", least: 5, read: codeOf }],
  ["9", { name: "an order id", least: 3, read: () => ({ kind: "next-order" }) }],
  ["11", { name: "an execution", least: executionWords, read: executionOf }],
  ["15", { name: "the accounts", least: 3, read: (words) => ({ kind: "accounts", list: words.at(2) }) }],
  ["49", { name: "the time", least: 3, read: () => ({ kind: "clock" }) }],
  ["55", { name: "the end of a list", least: 3, read: endOf }],
  [
    "59",
    { name: "a commission", least: 8, read: (words) => ({ kind: "commission", commission: twsCommission(words) }) },
  ],
]);

/** Versions from which executions have a word more; up to the last of them they begin with a version of their own. */
const MODEL_CODE = 103;
const LAST_LIQUIDITY = 136;
const PENDING_PRICE_REVISION = 178;

function executionWords(version: number): number {
  if (version >= PENDING_PRICE_REVISION) return 32;
  if (version >= MODEL_CODE) return 31;
  return 30;
}

function executionOf(words: TwsWordList, version: number): TwsMessage {
  return { kind: "execution", execution: twsExecution(words, version < LAST_LIQUIDITY ? 3 : 2) };
}

function codeOf(words: TwsWordList): TwsMessage | null {
  const [reqId, code] = [wholeNumber(words.at(2)), wholeNumber(words.at(3))];
  if (reqId === null || code === null) return null;
  return { kind: "code", reqId, code, text: unescaped(words.at(4, CODE_BYTES_MAX)) };
}

/** Of a code's text only so much is shown. */
const CODE_BYTES_MAX = 1_000;

/** Servers from version 153 on write what is not ASCII as `\u00e9`. */
function unescaped(text: string): string {
  return text.replace(/\\u([0-9a-f]{4})/gi, (_whole, digits: string) =>
    String.fromCharCode(Number.parseInt(digits, 16)),
  );
}

function endOf(words: TwsWordList): TwsMessage | null {
  const reqId = wholeNumber(words.at(2));
  return reqId === null ? null : { kind: "end", reqId };
}

function wholeNumber(word: string): number | null {
  return /^-?\d{1,10}$/.test(word) ? Number(word) : null;
}
