import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { testConnector } from "../packages/testkit/src/suite/test-connector.ts";
import { testStore } from "../packages/testkit/src/suite/test-store.ts";
import { readText, root } from "./workspace.ts";

// Goal: the author of a connector or a store can read every demand before a suite makes it. Method: the suites are asked for
// the names of their tests, and the pages list them. UPDATE=1 rewrites the lists.

const CONNECTORS = "docs/how-to/write-a-connector.md";
const STORES = "docs/how-to/write-a-store.md";
const never = () => Promise.reject(new Error("no test of the suite is run here"));

it("the page about connectors lists the demands of testConnector", () => {
  const names: string[] = [];
  const test = (name: string) => names.push(name);
  const expected = { fills: [], positions: {} };
  testConnector({ test, expected, executions: 0, makeStore: never, makeTrial: never });
  expect(listedIn(CONNECTORS, names)).toEqual(names);
});

it("the page about stores lists the demands of testStore", () => {
  const names: string[] = [];
  testStore({ test: (name) => names.push(name), makeStore: never, passTime: never, seed: 1 });
  expect(listedIn(STORES, names)).toEqual(names);
});

/** What the page's list of demands holds, once it was rewritten where that is asked for. */
function listedIn(page: string, names: readonly string[]): readonly string[] {
  const list = /(?<=^### What the suite demands\n\n<!-- .* -->\n\n)(?:- .*\n)+/m;
  if (process.env.UPDATE === "1") {
    const lines = names.map((name) => `- ${name}\n`).join("");
    writeFileSync(
      join(root, page),
      readText(page).replace(list, () => lines),
    );
  }
  const [lines = ""] = list.exec(readText(page)) ?? [];
  return lines.split("\n").flatMap((line) => (line === "" ? [] : [line.slice("- ".length)]));
}
