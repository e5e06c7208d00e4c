import fc from "fast-check";
import { expect, test } from "vitest";
import { canonicalJson, isRecord, type Json, sameJson } from "../src/json.ts";

const someJson = fc.jsonValue({ maxDepth: 3 }).map((value): Json => JSON.parse(JSON.stringify(value)));

test("two values are the same exactly when their canonical texts are", () => {
  // Unrelated values are almost never equal, so the other side is often the value itself, reordered or changed in one place.
  const pair = someJson.chain((left) =>
    fc.tuple(fc.constant(left), fc.oneof(someJson, fc.constant(reversed(left)), someJson.map(changed(left)))),
  );
  let same = 0;
  fc.assert(
    fc.property(pair, ([left, right]) => {
      const expected = canonicalJson(left) === canonicalJson(right);
      if (expected) same += 1;
      expect(sameJson(left, right)).toBe(expected);
      expect(sameJson(right, left)).toBe(expected);
    }),
    { numRuns: 2000, seed: 7 },
  );
  expect(same).toBeGreaterThan(200);
});

test.each([
  [{ a: 1 }, { a: 1, b: undefined }, true],
  [{ a: null }, {}, false],
  [[], {}, false],
  [["1"], { 0: "1" }, false],
  [[1], [1, 2], false],
  [1, "1", false],
] as const)("%j and %j: %s", (left, right, expected) => {
  expect(sameJson(left, right as Json)).toBe(expected);
});

function reversed(value: Json): Json {
  if (Array.isArray(value)) return value.map(reversed);
  if (!isRecord(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([name, inner]) => [name, reversed(inner)]),
  );
}

/** The value with its first leaf replaced. */
function changed(value: Json): (leaf: Json) => Json {
  return (leaf) => {
    if (Array.isArray(value) && value.length > 0) return [changed(value[0])(leaf), ...value.slice(1)];
    const [first, ...rest] = isRecord(value) ? Object.entries(value) : [];
    return first === undefined ? leaf : Object.fromEntries([[first[0], changed(first[1])(leaf)], ...rest]);
  };
}
