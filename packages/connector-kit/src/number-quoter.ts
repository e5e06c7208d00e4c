/**
 * Makes a function that puts quotes around the numbers that stand under these keys, at any depth, so that `JSON.parse`
 * hands over their exact digits: `{"time":1688667796.8802}` becomes `{"time":"1688667796.8802"}`. Node 20 has no other
 * way to see them. All else stays as it is, and text that is not JSON stays so.
 *
 * One pattern can do it because a quote without a backslash before it, followed by a letter, always opens a string:
 * inside a string quotes carry a backslash, and behind a string's end no letter can follow. A key written with escapes
 * is not recognized: its number stays a number.
 *
 * @param keys of letters, digits and underscores.
 */
export function numberQuoter(keys: readonly string[]): (text: string) => string {
  const word = keys.find((key) => !/^[A-Za-z_]\w*$/.test(key));
  if (word !== undefined) throw new RangeError(`not a plain key: ${JSON.stringify(word)}`);
  const pattern = new RegExp(
    `(?<!\\\\)("(?:${keys.join("|")})"${SPACE}:${SPACE})(${NUMBER})(?=[ \\t\\n\\r,}\\]])`,
    "g",
  );
  return (text) => text.replace(pattern, '$1"$2"');
}

const SPACE = "[ \\t\\n\\r]*";
const NUMBER = "-?(?:0|[1-9][0-9]*)(?:\\.[0-9]+)?(?:[eE][+-]?[0-9]+)?";
