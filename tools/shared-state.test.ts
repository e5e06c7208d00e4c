import { expect, it } from "vitest";
import { sectionsOf } from "./markdown.ts";
import { keptInMemory, stateKeysOf } from "./shared-state.ts";
import { parsedFile, sourceFile } from "./syntax.ts";
import { findFiles, readText } from "./workspace.ts";

// Goal: the reference lists all that connectors keep beside a run, and nothing that they do not. Method: keys of the shared
// state and caches are found in the syntax of their sources and compared with the first columns of its tables.

const PAGE = "docs/reference/shared-state.md";
const FACTORIES = ["kraken", "ibkrFlex", "ibkrWeb", "ibkrTws"];
const files = findFiles("packages/connector-*/src/**/*.ts")
  .filter((path) => !path.includes("/simulator/"))
  .map(sourceFile);
const sections = sectionsOf(readText(PAGE), 2);

it("shared-state.md lists every key of the shared state, and no other", () => {
  const listed = column("In the store").map((key) => key.replaceAll(/<[^>]*>/g, "<>"));
  const spelled = [...new Set(files.flatMap(stateKeysOf))];
  // A suffix such as `<>:job` is of a key that another file spells.
  const suffixes = spelled.filter((key) => key.startsWith("<>")).map((key) => key.slice(2));
  const whole = spelled.filter((key) => !key.startsWith("<>"));
  const derived = listed.filter((key) =>
    suffixes.some((end) => key.endsWith(end) && whole.includes(key.slice(0, -end.length))),
  );
  expect(listed.filter((key) => !derived.includes(key)).sort()).toEqual(whole.sort());
  expect(derived.map((key) => key.slice(key.lastIndexOf(":"))).sort()).toEqual(suffixes.sort());
});

it("shared-state.md says of each key what kind it is, and a fact is never everybody's", () => {
  const rows = [...bodyOf("In the store").matchAll(/^\| `([^`]+)`.*?\| (limit|fact|key) *\| ([^|]+) \|/gm)];
  expect(rows).toHaveLength(column("In the store").length);
  for (const [, key = "", kind = "", sharers = ""] of rows) {
    if (kind === "fact") expect(`${key}: ${sharers}`).toMatch(/owner|connection/);
  }
});

it("shared-state.md lists every cache in memory, and no other", () => {
  expect(column("In memory").sort()).toEqual(keptInMemory(files, FACTORIES));
});

it("tools: what a factory keeps is found wherever it hides", () => {
  const text = `
    const table = new Map([["a", 1]]);
    const cache = new Map<string, number>();
    let last = 0;
    export function factory() {
      const map = new Map();
      let newest = null;
      const box = { value: 0 };
      const fixed = 1;
      const other = made();
      return { pull: () => { const own = new Map(); newest = map.get("x"); box.value = fixed; return [own, other]; } };
    }
    function made() { const list: string[] = []; return () => list.push("x"); }
    function perRun() { const seen = new Set(); return () => seen; }
  `;
  const found = keptInMemory([parsedFile("a/module.ts", text)], ["factory"]);
  expect(found).toEqual(["factory.box", "factory.map", "factory.newest", "made.list", "module.cache", "module.last"]);
});

it("tools: a key of the state is found as text and as a template", () => {
  const text =
    // biome-ignore lint/suspicious/noTemplateCurlyInString: the source of templates
    'const keys = ["kraken:address", `web:turns:${key}:${path}`, `${stateKey}:job`, "kraken: trying again", `${a}:${b}`];';
  expect(stateKeysOf(parsedFile("a.ts", text))).toEqual(["kraken:address", "web:turns:<>:<>", "<>:job"]);
});

function column(title: string): string[] {
  return [...bodyOf(title).matchAll(/^\| `([^`]+)`/gm)].map((match) => match[1] ?? "");
}

function bodyOf(title: string): string {
  return sections.find((section) => section.title === title)?.body ?? "";
}
