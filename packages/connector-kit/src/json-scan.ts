const BACKSLASH = 92;

/**
 * The index of the quote that ends the JSON string opened at `open`, or -1 when it has no end. Linear: each backslash is
 * looked at once, because runs of them end at different quotes.
 */
export function stringEnd(text: string, open: number): number {
  let close = text.indexOf('"', open + 1);
  while (close !== -1) {
    let backslashes = 0;
    while (text.charCodeAt(close - 1 - backslashes) === BACKSLASH) backslashes += 1;
    if (backslashes % 2 === 0) return close;
    close = text.indexOf('"', close + 1);
  }
  return -1;
}
