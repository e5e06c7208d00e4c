import { stringEnd } from "./json-scan.ts";

// A separator, a JSON number, and what may follow a member's value. Sticky and free of nested repetition.
const NUMBER_VALUE = /([ \t\n\r]*:[ \t\n\r]*)(-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?)(?=[ \t\n\r,}\]])/y;

/**
 * Puts quotes around the numbers that stand under these keys, at any depth, so that `JSON.parse` hands over their exact
 * digits: `{"time":1688667796.8802}` becomes `{"time":"1688667796.8802"}`. Node 20 has no other way to see them.
 *
 * The text is read string by string, so the same words inside a string value are left alone. Text that is not JSON stays
 * so. A key written with escapes is not recognized: its number stays a number.
 */
export function quoteNumbers(text: string, keys: ReadonlySet<string>): string {
  const parts: string[] = [];
  let copied = 0;
  let open = text.indexOf('"');
  while (open !== -1) {
    const close = stringEnd(text, open);
    if (close === -1) break;
    let next = close + 1;
    if (keys.has(text.slice(open + 1, close))) {
      NUMBER_VALUE.lastIndex = next;
      const match = NUMBER_VALUE.exec(text);
      if (match !== null) {
        parts.push(text.slice(copied, next), `${match[1]}"${match[2]}"`);
        next = NUMBER_VALUE.lastIndex;
        copied = next;
      }
    }
    open = text.indexOf('"', next);
  }
  parts.push(text.slice(copied));
  return parts.join("");
}
