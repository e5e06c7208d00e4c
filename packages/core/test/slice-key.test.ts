import fc from "fast-check";
import { expect, test } from "vitest";
import { instantFromUnixMs } from "../src/instant.ts";
import { parseSliceKey, sliceKeyText } from "../src/slice-key.ts";

const someInstant = fc.integer({ min: Date.UTC(2000), max: Date.UTC(2099, 11, 31) }).map(instantFromUnixMs);
const someId = fc.string({ minLength: 1, unit: "grapheme" }).filter((id) => !/[\p{Cc}\p{Cs}]/u.test(id));

test("a slice key comes back as it was, whatever the id", () => {
  fc.assert(
    fc.property(someInstant, someId, (at, id) => {
      expect(parseSliceKey(sliceKeyText({ at, id }))).toEqual({ at, id });
    }),
  );
});

test("slice keys compare as their moments do, then as their ids", () => {
  fc.assert(
    fc.property(someInstant, someInstant, someId, someId, (left, right, one, other) => {
      const isBefore = left === right ? one < other : left < right;
      expect(sliceKeyText({ at: left, id: one }) < sliceKeyText({ at: right, id: other })).toBe(isBefore);
    }),
  );
});

test.each([
  ...["", " ", "x", "'; drop table executions; --", "2026-01-01 ", "2026-01-01 x", "null", "{}"],
  ...["2026-01-05T10:00:00.000000Z", "2026-01-05T10:00:00.000000Z ", " 2026-01-05T10:00:00.000000Z x"],
  ...["2026-01-05T10:00:00Z x", "2026-01-05T10:00:00.000000+00:00 x", "2026-02-30T10:00:00.000000Z x"],
  ...["1999-01-05T10:00:00.000000Z x", "2026-01-05T10:00:00.000000Z x\u0000", "2026-01-05T10:00:00.000000Z \ud800"],
])("%j is no slice key", (after) => {
  expect(() => parseSliceKey(after)).toThrow(expect.objectContaining({ code: "OPTION_INVALID" }));
  expect(() => parseSliceKey(after)).toThrow(/\bafter\b/);
});

test("whatever the text, it is read or refused with OPTION_INVALID", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (after) => {
      try {
        expect(sliceKeyText(parseSliceKey(after))).toBe(after);
      } catch (error) {
        expect(error).toMatchObject({ code: "OPTION_INVALID" });
      }
    }),
  );
});
