import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { testConnector } from "../packages/testkit/src/suite/test-connector.ts";
import { testStore } from "../packages/testkit/src/suite/test-store.ts";
import { docCommentAbove } from "./doc-comments.ts";
import { child, children, sourceFile } from "./syntax.ts";
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

it("the page about stores lists the methods of a BookStore, each with the first sentence of its comment", () => {
  const files = ["store-contract.ts", "connection-store.ts"].map((name) => sourceFile(`packages/core/src/${name}`));
  const methods = files.flatMap((file) => {
    const stores = file.nodes.filter(({ type, id }) => {
      return type === "TSInterfaceDeclaration" && /Store$/.test(String((id as { name?: string }).name));
    });
    return stores.flatMap((store) => {
      const body = child(store, "body");
      return (body === null ? [] : children(body, "body")).map((field) => {
        const comment = (docCommentAbove(file, field) ?? "").replace(/\s+/g, " ");
        return { name: String(child(field, "key")?.name), sentence: /^.*?[.](?= |$)/.exec(comment)?.[0] ?? comment };
      });
    });
  });
  expect(methods.length).toBeGreaterThan(30);
  const lines = methods.map(({ name, sentence }) => `\`${name}\`: ${sentence}`);
  expect(listedIn(STORES, lines, "Its methods")).toEqual(lines);
});

/** What the page's list of demands holds, once it was rewritten where that is asked for. */
function listedIn(page: string, names: readonly string[], title = "What the suite demands"): readonly string[] {
  const list = new RegExp(`(?<=^### ${title}\\n\\n<!-- .* -->\\n\\n)(?:- .*\\n)+`, "m");
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
