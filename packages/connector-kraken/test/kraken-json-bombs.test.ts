import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { z } from "zod";
import { jsonBombs } from "./support/json-bombs.ts";

// Goal: no answer of Kraken takes the memory of the process or stops its timers, and what is refused is refused for what is
// wrong with it. Method: a process plays each answer in a thread of its own and measures itself; see bomb-process.ts.

/** What the process may grow beyond itself at rest, and compute between two turns of its event loop. */
const GROW_BYTES_MAX = 150_000_000;
const STALL_MS_MAX = 200;

// LONG_TESTS=1 is the long run of `.ci/run`.
const few = [
  "TradesHistory: as many real rows as a page may have",
  "TradesHistory: without end",
  "Ledgers: entries of one refid each",
  "AssetPairs: many keys",
  "RetrieveExport: empty objects",
];
const names = process.env.LONG_TESTS === "1" ? [...jsonBombs.keys()] : few;
const endpoints = [...new Set(names.map((name) => jsonBombs.get(name)?.endpoint ?? ""))];

const measured = z.object({ name: z.string(), outcome: z.string(), growBytes: z.number(), stallMs: z.number() });

test.each(endpoints)(
  "bombs: whatever %s is answered, memory and stalls are bounded, and the reason is true",
  { timeout: 300_000 },
  async (endpoint) => {
    const own = names.filter((name) => jsonBombs.get(name)?.endpoint === endpoint);
    const script = fileURLToPath(new URL("support/bomb-process.ts", import.meta.url));
    const child = ["--expose-gc", script, "./json-bomb-worker.ts", ...own];
    const { stdout } = await promisify(execFile)(process.execPath, child, { maxBuffer: 2 ** 24 });
    const seen = stdout
      .trim()
      .split("\n")
      .map((line) => measured.parse(JSON.parse(line)));
    expect(seen.map(({ name }) => name)).toEqual(own);
    for (const { name, outcome, growBytes, stallMs } of seen) {
      expect(outcome, name).toMatch(jsonBombs.get(name)?.expected ?? /never/);
      expect(outcome.length, name).toBeLessThan(2_000);
      expect(growBytes, name).toBeLessThan(GROW_BYTES_MAX);
      expect(stallMs, name).toBeLessThan(STALL_MS_MAX);
    }
  },
);
