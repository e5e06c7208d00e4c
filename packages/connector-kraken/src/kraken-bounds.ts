import { ImportError } from "@fillbook/core";

const MB = 2 ** 20;

/**
 * Longest answers in bytes. Fifty rows of history take 20 kB; with the longest that core keeps they would take 3 MB. The
 * largest list of pairs at hand, of 402, takes 233 kB. All else is a few lines, or a list of export jobs of 400 bytes each.
 */
const BYTES: ReadonlyMap<string, number> = new Map([
  ["TradesHistory", 4 * MB],
  ["Ledgers", 4 * MB],
  ["AssetPairs", 4 * MB],
]);

/** Rows of one page: ten times as many as Kraken's pages have today. */
export const pageRowsMax = 500;

/** Pairs, or assets, of one list: six times as many as the largest list at hand. */
export const listRowsMax = 2_500;
/** Of rows with some thirty keys each. */
const LIST_KEYS_MAX = 60_000;

/**
 * Refuses a list before it is parsed: an engine takes long over objects with very many keys.
 *
 * @throws ImportError `RESPONSE_TOO_LARGE` for more than {@link listRowsMax} rows, or 60,000 keys.
 */
export function refuseLongList(text: string, endpoint: string): void {
  // The envelope and its result are two objects.
  const isLong = holdsMore(text, "{", listRowsMax + 2) || holdsMore(text, '":', LIST_KEYS_MAX);
  if (!isLong) return;
  const bounds = `${listRowsMax} rows, or ${LIST_KEYS_MAX} keys`;
  throw new ImportError("RESPONSE_TOO_LARGE", `the answer of ${endpoint} holds more than ${bounds}`);
}

function holdsMore(text: string, piece: string, countMax: number): boolean {
  let count = 0;
  for (let at = text.indexOf(piece); at !== -1 && count <= countMax; at = text.indexOf(piece, at + 1)) count += 1;
  return count > countMax;
}

/** The longest answer of a method that is read, in bytes. */
export function answerBytesMax(endpoint: string): number {
  return BYTES.get(endpoint) ?? MB;
}
