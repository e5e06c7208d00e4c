import { expect, test } from "vitest";
import { ImportError } from "../src/import-error.ts";
import { silentLogger } from "../src/logger.ts";
import type { Step } from "../src/step.ts";
import { cursorDigest, stepRecorder } from "../src/step-recorder.ts";

function aRecorder(writeSteps?: (owner: string, steps: readonly Step[]) => Promise<void>) {
  const written: Step[][] = [];
  const warnings: string[] = [];
  let nowMs = Date.UTC(2026, 0, 5);
  const store = { writeSteps: writeSteps ?? (async (_owner, steps) => void written.push([...steps])) };
  const logger = { ...silentLogger, warn: (_data: object, message: string) => void warnings.push(message) };
  const recorder = stepRecorder({
    ...{ store, owner: "owner", connectionId: "C1", jobId: "J1", logger },
    clock: { now: () => nowMs, beganAtMs: nowMs, tookMs: 5 },
    ...{ secrets: new Set<string>(), input: { mode: "manual" } },
  });
  const pass = (ms: number) => {
    nowMs += ms;
  };
  return { recorder, written, warnings, pass };
}

test("steps: each one has its duration and its summaries, and a failure its code", async () => {
  const { recorder, written, pass } = aRecorder();
  recorder.begin("pull", 1, { cursor: null });
  pass(40);
  recorder.end({ records: 2 });
  recorder.begin("commit", 1, null);
  pass(-100);
  recorder.fail(new ImportError("STORE_FAILED", "down", { cause: new Error("secret") }));
  recorder.fail(new ImportError("NETWORK", "nothing is under way"));
  await recorder.save();
  expect(written.flat().map(({ name, durationMs, output, error }) => [name, durationMs, output, error])).toEqual([
    ["begin", 5, null, null],
    ["pull", 40, { records: 2 }, null],
    ["commit", 0, null, { code: "STORE_FAILED", message: "down" }],
  ]);
  await recorder.save();
  expect(written.length).toBe(1);
});

test("steps: a long job writes in batches of 60 and keeps 1000, its failures and its end", async () => {
  const { recorder, written } = aRecorder();
  for (let page = 1; page <= 1100; page += 1) {
    recorder.begin("pull", page, null);
    recorder.end(null);
  }
  recorder.begin("pull", 1101, null);
  recorder.fail(new ImportError("NETWORK", "down"));
  recorder.begin("end", 0, null);
  recorder.end(null);
  await recorder.save();
  const steps = written.flat();
  expect(written.map((batch) => batch.length)).toEqual([...Array.from({ length: 16 }, () => 60), 42]);
  expect(steps.map((step) => step.place)).toEqual(steps.map((_, place) => place));
  expect(steps.slice(-2).map((step) => [step.id, step.error?.code])).toEqual([
    ["J1/1101/pull", "NETWORK"],
    ["J1/0/end", undefined],
  ]);
});

test("steps: a store that fails is asked once, and a logger that throws harms nobody", async () => {
  let calls = 0;
  const failing = async () => {
    calls += 1;
    throw new Error("down");
  };
  const { recorder, warnings } = aRecorder(failing);
  for (let page = 1; page <= 200; page += 1) {
    recorder.begin("pull", page, null);
    recorder.end(null);
  }
  await recorder.save();
  expect([calls, warnings]).toEqual([1, ["the run's steps could not be recorded"]]);
});

test("steps: a cursor is shown by a digest, whatever it is", () => {
  expect(cursorDigest(null)).toBeNull();
  expect(cursorDigest({ a: 1, b: 2 })).toBe(cursorDigest({ b: 2, a: 1 }));
  expect(cursorDigest({ a: 1 })).toMatch(/^[0-9a-f]{16}$/);
  // A connector in plain JavaScript may yield anything.
  expect(cursorDigest(undefined as never)).toBeNull();
});
