import { numberQuoter, parseJson } from "@fillbook/connector-kit";
import type { Json } from "@fillbook/core";
import { expect, test } from "vitest";
import { fc, test as property } from "./support/property.ts";

const quoteNumbers = numberQuoter(["time"]);

test.each([
  ['{"time":1688667796.8802}', '{"time":"1688667796.8802"}'],
  ['{"time" :\n 1.50}', '{"time" :\n "1.50"}'],
  ['{"time":-1.5E+10,"x":1}', '{"time":"-1.5E+10","x":1}'],
  ['[{"time":0},{"time":[1,{"time":2}]}]', '[{"time":"0"},{"time":[1,{"time":"2"}]}]'],
  ['{"a":"\\"time\\":1","time":1}', '{"a":"\\"time\\":1","time":"1"}'],
  ['{"a":"\\\\","time":1}', '{"a":"\\\\","time":"1"}'],
  ['{"a":"time","b":1}', '{"a":"time","b":1}'],
])("numberQuoter: %s", (text, expected) => {
  expect(quoteNumbers(text)).toBe(expected);
});

test.each(['{"time":"1.5"}', '{"time":null}', '{"a\\"time":1}', '{"times":1}', '{"\\u0074ime":1}', "1", '"time"', ""])(
  "numberQuoter: %s stays as it is",
  (text) => {
    expect(quoteNumbers(text)).toBe(text);
  },
);

test.each([
  '{"time":01}',
  '{"time":1.}',
  '{"time":.5}',
  '{"time":1x}',
  '{"time":1',
  '{"time":+1}',
  '{"a":"time":1}',
  '{"a',
])("numberQuoter: %s is no JSON before and after", (text) => {
  expect(() => JSON.parse(text)).toThrow();
  expect(() => JSON.parse(quoteNumbers(text))).toThrow();
});

/** JSON as text beside the value that is expected of it, with numbers under "time" as their digits. */
const tokens = fc.stringMatching(/^-?(0|[1-9]\d{0,20})(\.\d{1,20})?([eE][+-]?\d{1,2})?$/);
const names = fc.oneof(fc.constant("time"), fc.constant('"time":1'), fc.constant("__proto__"), fc.string());
const documents = fc.letrec<{
  node: { text: string; value: unknown };
  entry: { text: string; key: string; value: unknown };
}>((tie) => ({
  node: fc.oneof(
    { depthSize: "small" },
    fc.string().map((value) => ({ text: JSON.stringify(value), value: value as unknown })),
    fc
      .constantFrom('{"time":1.5}', '"time":2', '\\"time\\": 3', "\\")
      .map((value) => ({ text: JSON.stringify(value), value })),
    tokens.map((token) => ({ text: token, value: Number(token) })),
    fc.constantFrom("true", "null").map((text) => ({ text, value: JSON.parse(text) as unknown })),
    fc.array(tie("entry"), { maxLength: 4 }).map((entries) => ({
      text: `{${entries.map(({ text }) => text).join(" , ")}}`,
      value: Object.fromEntries(entries.map(({ key, value }) => [key, value])),
    })),
    fc.array(tie("node"), { maxLength: 4 }).map((nodes) => ({
      text: `[${nodes.map(({ text }) => text).join(",")}]`,
      value: nodes.map(({ value }) => value),
    })),
  ),
  entry: fc.oneof(
    fc
      .tuple(names, tie("node"))
      .filter(([key, node]) => key !== "time" || typeof node.value !== "number")
      .map(([key, { text, value }]) => ({ text: `${JSON.stringify(key)}: ${text}`, key, value })),
    fc
      .tuple(tokens, fc.constantFrom("", " ", "\n\t"))
      .map(([token, space]) => ({ text: `"time"${space}:${space}${token}`, key: "time", value: token })),
  ),
}));

property(
  "numberQuoter: everything but the numbers under its keys is what JSON.parse says",
  fc.asyncProperty(documents.node, async ({ text, value }) => {
    expect(JSON.parse(quoteNumbers(text))).toEqual(value);
  }),
);

property(
  "numberQuoter: text that is no JSON stays none, JSON stays JSON",
  fc.asyncProperty(documents.node, fc.nat(), fc.string({ maxLength: 3 }), async ({ text }, at, noise) => {
    const index = at % (text.length + 1);
    const broken = text.slice(0, index) + noise + text.slice(index + (at % 3));
    expect(isJson(quoteNumbers(broken))).toBe(isJson(broken));
  }),
);

test("numberQuoter and parseJson: a megabyte of backslashes, quotes, digits or blanks is read once", () => {
  const length = 1_000_000;
  for (const text of ["\\", '"', '\\"', "1", " ", '"time":', '{"time":', '"time":1'].map((piece) =>
    piece.repeat(length / piece.length),
  )) {
    expect(isJson(quoteNumbers(`{"time":${text}`))).toBe(false);
    expect(() => parseJson(`"${text}`, "x")).toThrow(/not JSON|nested deeper/);
  }
});

function isJson(text: string): boolean {
  try {
    JSON.parse(text) as Json;
    return true;
  } catch {
    return false;
  }
}
