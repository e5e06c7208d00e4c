import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type FlexBomb, flexBombs } from "./support/flex-bombs.ts";

// Goal: no document within the bound of size takes more memory than an ordinary one, or keeps the process from its other
// work, and what is refused is refused for what it is. Method: a worker reads each one while its process looks on.

/** What the process may grow, over what it has once the code is loaded and has run. */
const GROWTH_MEGABYTES_MAX = 150;
/** How long timers may have to wait, in milliseconds of computing. */
const STALL_MS_MAX = 200;

interface Outcome {
  readonly name: string;
  readonly code: string | null;
  readonly message: string;
  readonly growthMegabytes: number;
  readonly stallMs: number;
}

// LONG_TESTS=1 is the long run of `.ci/run`: there each document is large, and has a process of its own.
const isLong = process.env.LONG_TESTS === "1";
const bombs: readonly (readonly [string, FlexBomb])[] = Object.entries(flexBombs);

let cache = "";
beforeAll(async () => {
  cache = await mkdtemp(join(tmpdir(), "fillbook-bombs-"));
});
afterAll(() => rm(cache, { recursive: true, force: true }));

async function outcomes(names: readonly string[], megabytes: number): Promise<readonly Outcome[]> {
  const child = fileURLToPath(new URL("support/bomb-child.ts", import.meta.url));
  const env = { ...process.env, NODE_COMPILE_CACHE: cache };
  const { stdout } = await promisify(execFile)(process.execPath, [child, JSON.stringify({ names, megabytes })], {
    env,
  });
  // The child is a file of this folder and wrote nothing else.
  return stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Outcome);
}

function expectHarmless({ name, code, message, growthMegabytes, stallMs }: Outcome): void {
  const bomb = bombs.find(([one]) => one === name)?.[1];
  const [refusal, words] = (isLong ? bomb?.refusedWhenLarge : null) ?? bomb?.refused ?? [null, "records"];
  expect({ name, code }).toEqual({ name, code: refusal });
  expect(message).toContain(words);
  expect(growthMegabytes, `${name}: megabytes`).toBeLessThan(GROWTH_MEGABYTES_MAX);
  expect(stallMs, `${name}: milliseconds`).toBeLessThan(STALL_MS_MAX);
}

// The long run plays the same bombs, larger.
describe.runIf(!isLong)("bombs: one after the other in one process", () => {
  test("none hurts", { timeout: 120_000 }, async () => {
    const seen = await outcomes(Object.keys(flexBombs), 1);
    expect(seen.map(({ name }) => name)).toEqual(Object.keys(flexBombs));
    for (const outcome of seen) expectHarmless(outcome);
  });
});

// Minutes of reading: only in the long run of `.ci/run`.
describe.runIf(isLong)("bombs: 64 megabytes each", () => {
  test.each(Object.keys(flexBombs))("%s", { timeout: 600_000 }, async (name) => {
    for (const outcome of await outcomes([name], 64)) expectHarmless(outcome);
  });
});
