import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { copyWorkspace, runTests, type TestRun } from "./sabotage-copy.ts";
import { sabotaged } from "./sabotage-edit.ts";
import { type SabotageEdit, sabotageEdits } from "./sabotage-list.ts";

// Breaks one rule of core at a time, in a copy of the packages, and expects a test to turn red each time. Ends with 1
// when an edit stays green or no longer applies. `node tools/sabotage.ts cancel` makes only the edits with that word.

/** Copies that work side by side. */
const COPIES = 2;
const NAME_WIDTH = 50;

const word = process.argv[2] ?? "";
const waiting = sabotageEdits.filter((edit) => edit.name.includes(word));
const folder = mkdtempSync(join(tmpdir(), "fillbook-sabotage-"));
try {
  process.exitCode = (await proveAll(waiting)) ? 0 : 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}

async function proveAll(edits: readonly SabotageEdit[]): Promise<boolean> {
  const copies = Array.from({ length: COPIES }, (_, index) => copyWorkspace(join(folder, String(index))));
  const [first] = copies;
  const untouched = first === undefined ? null : await runTests(first);
  if (untouched?.kind !== "green") {
    console.error(`without any edit the tests are not green: ${untouched?.redTest}`);
    return false;
  }
  console.log(row("edit", "red test", "ms"));
  console.log(row("(none)", "none", untouched.ms));
  const queue = [...edits];
  const proofs = await Promise.all(copies.map((copy) => proveNext(copy, queue)));
  const proven = proofs.flat().filter(Boolean).length;
  console.log(`${proven} of ${edits.length} edits turn a test red`);
  return proven === edits.length;
}

async function proveNext(copy: string, queue: SabotageEdit[]): Promise<boolean[]> {
  const proofs: boolean[] = [];
  for (let edit = queue.shift(); edit !== undefined; edit = queue.shift()) proofs.push(await prove(copy, edit));
  return proofs;
}

async function prove(copy: string, edit: SabotageEdit): Promise<boolean> {
  const file = join(copy, edit.file);
  const text = readFileSync(file, "utf8");
  const wrong = sabotaged(text, edit);
  if (wrong === null) {
    console.log(row(edit.name, "DOES NOT APPLY EXACTLY ONCE", 0));
    return false;
  }
  writeFileSync(file, wrong);
  try {
    const run = await runTests(copy);
    console.log(row(edit.name, redTestOf(run), run.ms));
    return run.kind === "red";
  } finally {
    writeFileSync(file, text);
  }
}

function redTestOf(run: TestRun): string {
  return run.kind === "red" ? run.redTest : "STAYS GREEN";
}

function row(name: string, redTest: string, ms: number | string): string {
  return `${name.padEnd(NAME_WIDTH)} | ${redTest} | ${ms}`;
}
