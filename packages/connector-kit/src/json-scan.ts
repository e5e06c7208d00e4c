/** What a stretch of JSON text holds. It may be no JSON: then the numbers mean nothing, and the parser refuses it. */
export interface JsonScan {
  readonly depthMax: number;
  /** Values that the parser would make, counted by what separates and opens them. */
  readonly values: number;
  /** Whether a number has more than 15 characters, an exponent, or six zeros behind the point. */
  readonly hasLongNumber: boolean;
  /** The comma between two members of the outermost list at which the scan stopped; null at the text's end. */
  readonly separator: number | null;
}

const QUOTE = 34;
const BACKSLASH = 92;
/** Far deeper than anything that is read: the rest of such a text is not looked at. */
const DEPTH_SCANNED_MAX = 1_000;

/**
 * Looks over JSON text before it is parsed, linear in its length: a deep text would exhaust the stack of everything that
 * walks its value later, and two bytes of text may become fifty of memory.
 *
 * @param span `from` is where to start and `depth` how deep that is; with `stopAfter` the scan ends at the first comma of
 * depth 1 behind so many characters, or at the bracket that closes the list.
 */
export function scanJson(
  text: string,
  span: { readonly from: number; readonly depth: number; readonly stopAfter?: number },
): JsonScan {
  let { depth } = span;
  const found = { depthMax: depth, values: 1, hasLongNumber: false };
  const stopAt = span.stopAfter === undefined ? Number.POSITIVE_INFINITY : span.from + span.stopAfter;
  for (let index = span.from; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    if (code === QUOTE) {
      index = stringEnd(text, index);
      if (index === -1) break;
    } else if (code === 44) {
      if (depth === 1 && index >= stopAt) return { ...found, separator: index };
      found.values += 1;
    } else if (code === 91 || code === 123) {
      depth += 1;
      found.values += 1;
      if (depth > found.depthMax) found.depthMax = depth;
      if (depth > DEPTH_SCANNED_MAX) break;
    } else if (code === 93 || code === 125) depth -= 1;
    else if (code === 45 || (code >= 48 && code <= 57)) {
      const end = numberEnd(text, index);
      found.hasLongNumber ||=
        end - index > 15 || (end - index > 8 && isTiny(text, index)) || hasExponent(text, index, end);
      index = end - 1;
    }
  }
  return { ...found, separator: null };
}

/**
 * The index of the quote that ends the JSON string opened at `open`, or -1 when it has no end. Linear: each backslash is
 * looked at once, because runs of them end at different quotes.
 */
function stringEnd(text: string, open: number): number {
  let close = text.indexOf('"', open + 1);
  while (close !== -1) {
    let backslashes = 0;
    while (text.charCodeAt(close - 1 - backslashes) === BACKSLASH) backslashes += 1;
    if (backslashes % 2 === 0) return close;
    close = text.indexOf('"', close + 1);
  }
  return -1;
}

/** Behind the last character that a number may have. */
function numberEnd(text: string, start: number): number {
  let end = start + 1;
  for (; end < text.length; end += 1) {
    const code = text.charCodeAt(end);
    const isOfNumber = (code >= 48 && code <= 57) || code === 46 || code === 43 || code === 45 || (code | 32) === 101;
    if (!isOfNumber) break;
  }
  return end;
}

function isTiny(text: string, start: number): boolean {
  return text.startsWith("0.000000", start) || text.startsWith("-0.000000", start);
}

function hasExponent(text: string, start: number, end: number): boolean {
  for (let index = start + 1; index < end; index += 1) if ((text.charCodeAt(index) | 32) === 101) return true;
  return false;
}
