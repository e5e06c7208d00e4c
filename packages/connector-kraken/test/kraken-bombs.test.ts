import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { z } from "zod";
import { bombs } from "./support/bombs.ts";

// Goal: no file takes more memory or holds up a process longer than a busy host bears. Method: each file is imported in a
// process of its own, in which another thread measures; see bomb-process.ts.

/** What the process may grow beyond itself at rest, and compute between two turns of its event loop. */
const GROW_BYTES_MAX = 150_000_000;
const STALL_MS_MAX = 200;

// LONG_TESTS=1 is the long run of `.ci/run`.
const few = ["entries and trades of one id", "entries of one refid", "giant cells of entries"];
const names = process.env.LONG_TESTS === "1" ? Object.keys(bombs) : few;

const measured = z.object({
  growBytes: z.number(),
  stallMs: z.number(),
  code: z.string().nullable(),
  message: z.string().nullable(),
  problems: z.array(z.string()),
});

test.each(names)(
  "%s: an import that stays small, moves on, and says what it is",
  { timeout: 240_000 },
  async (name) => {
    let played = await play(name);
    // Caches that busy neighbors share make the same work take twice the time, now and then.
    for (let again = 0; again < 2 && played.stallMs >= STALL_MS_MAX; again += 1) played = await play(name);
    const { growBytes, stallMs, code, message, problems } = played;
    expect(code).toBe(bombs[name]?.code);
    expect([message, ...problems].join()).toContain(bombs[name]?.says);
    expect(growBytes).toBeLessThan(GROW_BYTES_MAX);
    expect(stallMs).toBeLessThan(STALL_MS_MAX);
  },
);

async function play(name: string): Promise<z.output<typeof measured>> {
  const script = fileURLToPath(new URL("support/bomb-process.ts", import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, ["--expose-gc", script, "./bomb-worker.ts", name]);
  return measured.parse(JSON.parse(stdout));
}
