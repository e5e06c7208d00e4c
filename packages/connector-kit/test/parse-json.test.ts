import { isJsonObject, parseJson, parseJsonList } from "@fillbook/connector-kit";
import { expect, test } from "vitest";
import { fc, test as property } from "./support/property.ts";

const nested = (depth: number) => "[".repeat(depth) + "]".repeat(depth);
const isRefusedAs = (code: string) => expect.objectContaining({ code });

test("parseJson: 32 levels are read, 33 are not, a million are refused without a crash", () => {
  expect(parseJson(nested(32), "x")).toBeDefined();
  for (const depth of [33, 1_000_000]) {
    expect(() => parseJson(nested(depth), "x")).toThrow(isRefusedAs("PROTOCOL"));
  }
  expect(() => parseJson('{"a":'.repeat(1_000_000), "x")).toThrow(isRefusedAs("PROTOCOL"));
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

test("parseJson: a key __proto__ is a property like others, with and without exact numbers", () => {
  for (const number of ["1", "12345678901234567890"]) {
    const value = parseJson(`{"__proto__":{"polluted":true},"constructor":${number}}`, "x");
    if (!isJsonObject(value)) return expect.unreachable();
    expect(Object.keys(value)).toEqual(["__proto__", "constructor"]);
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
    expect({}).not.toHaveProperty("polluted");
    expect(Object.entries({ ...value })).toHaveLength(2);
  }
});

test.each([
  ["12345678901234567890", "12345678901234567890"],
  ["0.1234567890123456", "0.1234567890123456"],
  ["-9007199254740993", "-9007199254740993"],
  ["1e3", "1e3"],
  ["-0.0000001", "-0.0000001"],
  ["0.00000012", "0.00000012"],
  ["200.50", 200.5],
  ["-0.5", -0.5],
  ["0", 0],
  ["1702317649000", 1_702_317_649_000],
])("parseJson: the number %s is read as %j", (source, expected) => {
  expect(parseJson(`{"a":[${source} ]}`, "x")).toEqual({ a: [expected] });
});

test("parseJson: numbers of text keys keep every digit as it is written", () => {
  const text = '{"time":1688667796.8802,"amount":1.50,"other":1.50,"list":[{"amount": 0}]}';
  const value = parseJson(text, "x", { textKeys: new Set(["time", "amount"]) });
  expect(value).toEqual({ time: "1688667796.8802", amount: "1.50", other: 1.5, list: [{ amount: "0" }] });
});

test("parseJson: with float numbers all are numbers", () => {
  const reading = { numbers: "float", textKeys: new Set(["a"]) } as const;
  expect(parseJson('{"a":1.50,"b":12345678901234567890}', "x", reading)).toEqual({
    a: 1.5,
    b: Number("12345678901234567890"),
  });
});

property(
  "parseJson: a number is its own text, or one that String writes as it was sent",
  fc.asyncProperty(fc.stringMatching(/^-?(0|[1-9]\d{0,20})(\.\d{1,20})?$/), async (source) => {
    const read = parseJson(source, "x");
    const plain = source.includes(".") ? source.replace(/\.?0+$/, "") : source;
    expect(typeof read === "string" ? read : String(read)).toBe(
      typeof read === "string" ? source : plain === "-0" ? "0" : plain,
    );
  }),
);

property(
  "parseJsonList: what JSON.parse makes of any text, and its refusal",
  fc.asyncProperty(fc.json(), fc.nat(), fc.string({ maxLength: 3 }), fc.boolean(), async (json, at, noise, isList) => {
    const padding = `"${"x".repeat(70_000)}"`;
    const whole = isList ? `[${json},${padding},${json},${padding},[${json}]]` : json;
    const index = at % (whole.length + 1);
    for (const text of [whole, whole.slice(0, index) + noise + whole.slice(index)]) {
      const expected = outcome(() => JSON.parse(text));
      const read = await parseJsonList(text, "x").catch((error: Error) => error);
      if (expected === undefined) expect(read).toMatchObject({ code: "PROTOCOL" });
      else expect(normalized(read)).toEqual(Array.isArray(expected) ? normalized(expected) : null);
    }
  }),
);

test("parseJsonList: a slice of nothing between commas is no JSON", async () => {
  const blank = " ".repeat(70_000);
  for (const text of [`[1,${blank},2]`, `[${blank},1]`, `[1,${blank}]`, `[1,2],[${blank}3]`, `[1${blank}}`]) {
    await expect(parseJsonList(text, "x")).rejects.toMatchObject({ code: "PROTOCOL" });
  }
  expect(await parseJsonList(`[${blank}]`, "x")).toEqual([]);
});

test("parseJson and parseJsonList: more values than a person's account could have are refused by their number", async () => {
  const objects = (count: number) => `[${Array.from({ length: count }, () => "{}").join()}]`;
  expect(() => parseJson(objects(500_001), "x")).toThrow(isRefusedAs("RESPONSE_TOO_LARGE"));
  expect(() => parseJson(objects(50_001).replace("{}", "1e3"), "x")).toThrow(isRefusedAs("RESPONSE_TOO_LARGE"));
  await expect(parseJsonList(objects(1_000_001), "x")).rejects.toMatchObject({ code: "RESPONSE_TOO_LARGE" });
  expect(await parseJsonList(objects(400_000), "x")).toHaveLength(400_000);
  const inOne = `[[${Array.from({ length: 500_001 }, () => 1).join()}]]`;
  await expect(parseJsonList(inOne, "x")).rejects.toMatchObject({ code: "RESPONSE_TOO_LARGE" });
});

test("parseJson: a megabyte of backslashes, quotes, digits or blanks is read once", () => {
  for (const piece of ["\\", '"', '\\"', "1", " ", '"time":', '{"time":', '"time":1', "-", "e", "1e"]) {
    const text = piece.repeat(1_000_000 / piece.length);
    expect(() => parseJson(`{"time":${text}`, "x")).toThrow(isRefusedAs("PROTOCOL"));
    expect(() => parseJson(`"${text}`, "x")).toThrow(isRefusedAs("PROTOCOL"));
  }
});

function outcome(work: () => unknown): unknown {
  try {
    return work();
  } catch {
    return undefined;
  }
}

/** With every text that is a number as that number: whether it is one or its text is proved above. */
function normalized(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value), (_key, part) =>
    typeof part === "string" && /^-?\d[\d.]*(e[+-]?\d+)?$/i.test(part) ? Number(part) : part,
  );
}
