/** The words of a message. Each ends with a zero byte, which is in no word. */
export interface TwsWordList {
  /** A word as text; with `bytesMax` only its beginning. */
  at(index: number, bytesMax?: number): string;
  /** All words from an index on, with a zero between them. */
  from(index: number): string;
}

/**
 * A message may have a few words more than are known of its kind. One that swallowed another, because its length was
 * wrong, has more than these: a length begins with three zeros or two, and the shortest message has three words.
 */
const EXTRA_WORDS_MAX = 4;

/** The words of a message; null where it has fewer than its kind has, or many more. */
export function twsWords(body: Buffer, least: number): TwsWordList | null {
  const ends: number[] = [];
  for (let end = body.indexOf(0); end >= 0; end = body.indexOf(0, end + 1)) {
    ends.push(end);
    if (ends.length > least + EXTRA_WORDS_MAX) return null;
  }
  if (ends.length < least) return null;
  const start = (index: number) => (ends[index - 1] ?? -1) + 1;
  return {
    at(index, bytesMax = body.length) {
      const end = ends[index] ?? start(index);
      return body.toString("utf8", start(index), Math.min(end, start(index) + bytesMax));
    },
    from: (index) => body.toString("utf8", start(index), body.length - 1),
  };
}
