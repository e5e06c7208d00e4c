import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { afterAll, describe, expect, it, vi } from "vitest";
import { allBlocks, blocksOf, type DocBlock, writeBlocks } from "./doc-blocks.ts";
import { root } from "./workspace.ts";

// Goal: code that a reader copies from a page compiles, and does what the page says. Method: every block becomes a module;
// one program compiles all of them, and those that say `run` or `suite` are run.

const blocks = allBlocks();
const files = writeBlocks(blocks);
const home = process.cwd();
const folder = mkdtempSync(join(tmpdir(), "fillbook-docs-"));

afterAll(() => {
  process.chdir(home);
  rmSync(folder, { recursive: true, force: true });
});

it("a page's blocks are found with their words, their line and what they print", () => {
  const page =
    "# Page\n\n```ts run file=one.ts\nlog();\n```\n\n```text\nprinted\n```\n\n```ts\npart();\n```\n```js\nno();\n```\n";
  expect(blocksOf("page.md", page)).toEqual([
    { page: "page.md", line: 4, code: "log();\n", kind: "run", name: "one.ts", output: "printed" },
    { page: "page.md", line: 12, code: "part();\n", kind: "compile", name: null, output: null },
  ]);
  expect(() => blocksOf("page.md", "```ts rnu\nlog();\n```")).toThrow(/rnu/);
});

it("every block of every page compiles", async () => {
  const compile = promisify(execFile)(join(root, "node_modules/.bin/tsc"), ["-p", join(root, "docs")]);
  const printed = await compile.then(
    () => "",
    (failure: { readonly stdout: string }) => failure.stdout,
  );
  expect(printed).toBe("");
  expect(blocks.length).toBeGreaterThan(20);
});

describe.each(blocks.filter(({ kind }) => kind === "run"))("$page, line $line", (block) => {
  it("runs, and prints what the page says", async () => {
    const printed: string[] = [];
    const log = vi.spyOn(console, "log").mockImplementation((...words) => void printed.push(words.join(" ")));
    process.chdir(folder);
    await import(urlOf(block)).finally(() => log.mockRestore());
    if (block.output !== null) expect(printed.join("\n").trim()).toBe(block.output);
  });
});

for (const block of blocks.filter(({ kind }) => kind === "suite")) {
  describe(`${block.page}, line ${block.line}`, async () => {
    await import(urlOf(block));
  });
}

function urlOf(block: DocBlock): string {
  return pathToFileURL(join(root, files.get(block) ?? "")).href;
}
