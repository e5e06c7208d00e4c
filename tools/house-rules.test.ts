import { describe, expect, it } from "vitest";
import {
  asksItsCaller,
  functionsUnder,
  isFinished,
  namesItsExports,
  namesNoBroker,
  namesPages,
  onlyListsExports,
  skipsWithReason,
  waitsThenAdds,
} from "./house-rules.ts";
import { parsedFile } from "./syntax.ts";

// Goal: a rule that finds nothing finds nothing because there is nothing. Method: each rule gets one line that breaks
// it and one that only looks like it.

const file = (text: string) => parsedFile("example.ts", text);

describe("house rules", () => {
  it.each([
    ["Date.now", "const at = Date.now();"],
    ["a new Date", "const at = new Date();"],
    ["a bare timer", "setTimeout(run, 1);"],
    ["a timer as a value", "const later = setTimeout;"],
    ["a timer module", 'import { setTimeout as wait } from "node:timers/promises";'],
    ["global fetch", 'await fetch("https://example.com");'],
    ["the environment", "const { HOME } = process.env;"],
  ])("%s is found", (_name, text) => expect(asksItsCaller(file(text))).toHaveLength(1));

  it.each([
    ["a date of a value", "const at = new Date(ms);"],
    ["an option called fetch", "function send({ fetch }: Options) { return fetch(url); }"],
    ["a property called fetch", "options.fetch(url);"],
    ["a key called fetch", "interface Options { readonly fetch: FetchLike }"],
    ["a comment", "// Date.now()"],
  ])("%s is no use of the world", (_name, text) => expect(asksItsCaller(file(text))).toEqual([]));

  it("a function is measured, a list of tests is not, a test in it is", () => {
    const long = "  work();\n".repeat(60);
    expect(functionsUnder(50)(file(`function run() {\n${long}}`))).toEqual(["example.ts:1: 62 lines"]);
    expect(functionsUnder(50)(file(`const run = () => {\n${long}};`))).toHaveLength(1);
    expect(functionsUnder(50)(file(`describe("a", () => {\n${'it("b", run);\n'.repeat(60)}});`))).toEqual([]);
    expect(functionsUnder(50)(file(`describe("a", () => {\n  it("b", () => {\n${long}  });\n});`))).toHaveLength(1);
  });

  it("exports without names are found", () => {
    expect(namesItsExports(file('export * from "./a.ts";'))).toHaveLength(1);
    expect(namesItsExports(file("export default 1;"))).toHaveLength(1);
    expect(namesItsExports(file('export { a } from "./a.ts";'))).toEqual([]);
    expect(onlyListsExports(file("export const a = 1;"))).toHaveLength(1);
    expect(onlyListsExports(file('import "./a.ts";'))).toHaveLength(1);
    expect(onlyListsExports(file('export { a } from "./a.ts";\nexport type { B } from "./b.ts";'))).toEqual([]);
  });

  it("a sum that is read before its addend is awaited is found", () => {
    expect(waitsThenAdds(file("sum += await next();"))).toHaveLength(1);
    expect(waitsThenAdds(file("one.sum += 2 * (await next()).count;"))).toHaveLength(1);
    expect(waitsThenAdds(file("const more = await next();\nsum += more;\nrow = await next();"))).toEqual([]);
    expect(waitsThenAdds(file("closing ??= (async () => void (await end()))();"))).toEqual([]);
  });

  it("a broker is found in a name, in text and in a comment", () => {
    expect(namesNoBroker(file('if (isKraken) say("ibkr"); // Interactive Brokers'))).toHaveLength(1);
    expect(namesNoBroker(file("const flexible = outwards;"))).toEqual([]);
  });

  it("notes for later are found", () => {
    expect(isFinished(file(`// ${"TO"}DO: later`))).toHaveLength(1);
    expect(isFinished(file('const todo = "inTODOx";'))).toEqual([]);
  });

  it("a page that is not in the repository is found, one of another host is not", () => {
    const rule = namesPages((page) => page === "docs/errors.md");
    expect(rule(file("// docs/errors.md, https://example.com/other.md"))).toEqual([]);
    expect(rule(file("// (notes.md 2.5)"))).toEqual(["example.ts: notes.md"]);
  });

  it("a skip needs a reason above it, and a lone test is always found", () => {
    expect(skipsWithReason(file('it.skip("a", run);'))).toHaveLength(1);
    expect(skipsWithReason(file('// Needs a disk that is full.\nit.skip("a", run);'))).toEqual([]);
    expect(skipsWithReason(file('// Faster.\ndescribe.only("a", run);'))).toHaveLength(1);
  });
});
