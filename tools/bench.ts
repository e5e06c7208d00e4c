import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type BenchRow, benchRow, type Goal, type Measurement } from "./bench-row.ts";
import { findFiles, root } from "./workspace.ts";

// Each bench runs in a process of its own, one after the other, so that none inherits another's heap or compiled code.

// The longest one fills a database with a million executions.
const TIMEOUT_MS = 480_000;

const rows = findFiles("packages/*/bench/*.bench.ts").flatMap((file) => measure(file).map(benchRow));
mkdirSync(join(root, "bench"), { recursive: true });
writeFileSync(join(root, "bench/results.json"), `${JSON.stringify(rows, null, 2)}\n`);
console.table(Object.fromEntries(rows.map((row) => [row.name, lineOf(row)])));
for (const { name, anchor } of rows) console.log(`${name}: the anchor is ${anchor}`);

function measure(file: string): readonly Measurement[] {
  const text = execFileSync(process.execPath, ["--expose-gc", join(root, file)], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "inherit"],
    timeout: TIMEOUT_MS,
  });
  // The child is a bench of this repository and wrote it with report().
  return JSON.parse(text) as readonly Measurement[];
}

function lineOf({ value, unit, anchorValue, ratio, ratioMin, ratioMax, goal, met }: BenchRow) {
  const verdict = met === null ? "" : met ? "met" : "MISSED";
  const figures = { value, unit, anchor: anchorValue, ratio, "ratio min": ratioMin, "ratio max": ratioMax };
  return { ...figures, goal: goal === null ? "" : goalText(goal), verdict };
}

function goalText({ of, relation, bound }: Goal): string {
  return `${of} ${relation} ${bound}`;
}
