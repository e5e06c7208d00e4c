import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { blocksOf } from "./doc-blocks.ts";
import { readText } from "./workspace.ts";

/** Runs the README's first program as a reader pastes it, from the installed packages, on each Node, twice. */
export function checkQuickStart(folder: string, nodes: Readonly<Record<string, string>>): void {
  const [program] = blocksOf("README.md", readText("README.md"));
  if (program === undefined || program.output === null) throw new Error("the README has no program that prints");
  const file = join(folder, "quick-start.mjs");
  writeFileSync(file, program.code);
  for (const [name, node] of Object.entries(nodes)) {
    // The embedded database makes its folder where the program runs.
    const cwd = join(folder, name.replaceAll(/\W+/g, "-"));
    mkdirSync(cwd);
    for (const expected of [program.output, program.output.replace(/\d+ new/, "0 new")]) {
      const printed = execFileSync(node, [file], { cwd, encoding: "utf8" }).trim();
      if (printed !== expected) throw new Error(`the README's program on ${name} printed ${printed}`);
    }
    console.log(`${name}: the README's program runs twice`);
  }
}
