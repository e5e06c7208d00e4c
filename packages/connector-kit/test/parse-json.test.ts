import { isJsonObject, parseJson } from "@fillbook/connector-kit";
import { expect, test } from "vitest";

const nested = (depth: number) => "[".repeat(depth) + "]".repeat(depth);

test("parseJson: 32 levels are read, 33 are not, a million are refused without a crash", () => {
  expect(parseJson(nested(32), "x")).toBeDefined();
  for (const depth of [33, 1_000_000]) {
    expect(() => parseJson(nested(depth), "x")).toThrow(expect.objectContaining({ code: "PROTOCOL" }));
  }
  expect(() => parseJson('{"a":'.repeat(1_000_000), "x")).toThrow(expect.objectContaining({ code: "PROTOCOL" }));
});

test("parseJson: brackets inside strings are no depth", () => {
  expect(parseJson(JSON.stringify(["[".repeat(100), '\\"[{'.repeat(100)]), "x")).toHaveLength(2);
});

test.each(["", "<html>", "{", '{"a":1}x', "\u0000", '"\\x"', "NaN"])(
  "parseJson: %j is PROTOCOL, and not quoted",
  (text) => {
    try {
      parseJson(`${text}c4n4ry`, "TradesHistory");
      expect.unreachable();
    } catch (error) {
      expect(error).toMatchObject({ code: "PROTOCOL", message: expect.stringMatching(/TradesHistory/) });
      expect(String(error)).not.toContain("c4n4ry");
      expect(error).not.toHaveProperty("cause");
    }
  },
);

test("parseJson: a key __proto__ is a property like others", () => {
  const value = parseJson('{"__proto__":{"polluted":true},"constructor":1}', "x");
  if (!isJsonObject(value)) return expect.unreachable();
  expect(Object.keys(value)).toEqual(["__proto__", "constructor"]);
  expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
  expect({}).not.toHaveProperty("polluted");
  expect(Object.entries({ ...value })).toHaveLength(2);
});
