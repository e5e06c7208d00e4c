import assert from "node:assert/strict";
import { type ErrorCode, instant, instantFromUnixMs, type Step, type StepName } from "@fillbook/core";
import type { BookStore, StepCounts } from "@fillbook/core/store";
import { anExecution } from "../an-execution.ts";
import { aConnection, play, readAll } from "./play.ts";
import type { StoreSuiteOptions } from "./store-suite-options.ts";

/** How jobs went, step by step. */
export function storeLineageSuite({ test, makeStore }: StoreSuiteOptions): void {
  test("lineage: a job has its steps in their order, with what went in and what came out", async () => {
    const store = await makeStore();
    const connectionId = await aConnection(store);
    const { jobId } = await play(store, connectionId, [{ kind: "execution", execution: anExecution() }]);
    const steps = await store.lineage("owner", jobId);
    assert.deepEqual(
      steps.map(({ name, page, place }) => [name, page, place]),
      [
        ...[["begin", 0, 0] as const, ["pull", 1, 1] as const, ["normalize", 1, 2] as const],
        ...[["commit", 1, 3] as const, ["pull", 2, 4] as const, ["end", 0, 5] as const],
      ],
    );
    assert.ok(steps.every((step) => step.error === null && step.durationMs >= 0 && step.connectionId === connectionId));
    assert.deepEqual(steps[2]?.output, { fetched: 1, reports: 1, cancels: 0, rejects: 0, ignored: 0 });
    assert.deepEqual(await store.lineage("owner", "none"), []);
  });

  test("lineage: a step is stored once, as it was written, and only for the owner's own job and connection", async () => {
    const store = await makeStore();
    const [step] = await someSteps(store, 1);
    assert.ok(step !== undefined);
    await store.writeSteps("owner", [{ ...step, durationMs: 99 }]);
    await store.writeSteps("owner", [{ ...step, id: "none/1/pull", jobId: "none" }]);
    await store.writeSteps("owner", [{ ...step, id: `${step.jobId}/2/pull`, connectionId: "none" }]);
    await store.writeSteps("stranger", [{ ...step, id: `${step.jobId}/3/pull` }]);
    await store.writeSteps("owner", []);
    assert.deepEqual(await store.lineage("owner", step.jobId), [step]);
    assert.deepEqual(await store.lineage("stranger", step.jobId), []);
  });

  test("lineage: the list holds every step once, newest first, in slices of any size", async () => {
    const store = await makeStore();
    const written = await someSteps(store, 23);
    const newestFirst = [...written].sort((left, right) => (orderOf(left) < orderOf(right) ? 1 : -1));
    for (const limit of [1, 7, 22, 23, 100])
      assert.deepEqual(await readAll((after) => store.steps("owner", { limit, ...after })), newestFirst);
    const some = await store.steps("owner", { name: "pull", from: atSecond(5), to: atSecond(10) });
    const expected = newestFirst.filter(({ name, startedAt }) => {
      return name === "pull" && startedAt >= atSecond(5) && startedAt <= atSecond(10);
    });
    assert.ok(expected.length > 0);
    assert.deepEqual(some, { items: expected, next: null });
    assert.deepEqual((await store.steps("owner", { connectionId: "other" })).items, []);
  });

  test("lineage: counts are exact: failures, sums, the 95th of 100, and the five most common codes", async () => {
    const store = await makeStore();
    for (const count of [1, 19, 20, 21, 60]) {
      const steps = await someSteps(store, count);
      const { connectionId = "" } = steps[0] ?? {};
      assert.deepEqual(await store.stepCounts("owner", { connectionId }), naiveCounts(steps));
      const pulls = naiveCounts(steps.filter((step) => step.name === "pull" && step.startedAt >= atSecond(4)));
      assert.deepEqual(await store.stepCounts("owner", { connectionId, name: "pull", from: atSecond(4) }), pulls);
    }
    assert.deepEqual(await store.stepCounts("owner", { connectionId: "other" }), []);
  });
}

const names: readonly StepName[] = ["pull", "pull", "normalize", "commit"];
const codes: readonly (ErrorCode | null)[] = [
  ...([null, "TIMEOUT", null, "NETWORK", "TIMEOUT", "RATE_LIMITED", "PROTOCOL"] as const),
  ...(["MAINTENANCE", "LOCKED_OUT", null, "BROKER_ERROR"] as const),
];

/** Writes that many steps of one new job. */
async function someSteps(store: BookStore, count: number): Promise<readonly Step[]> {
  const connectionId = await aConnection(store);
  const run = await store.beginRun({ connectionId, mode: "manual", window: {}, leaseMs: 60_000 });
  assert.ok(run.kind === "started");
  const { jobId } = run;
  const steps = Array.from({ length: count }, (_, place): Step => {
    const name = names[place % names.length] ?? "pull";
    const code = codes[place % codes.length] ?? null;
    return {
      ...{ id: `${jobId}/${place}/${name}`, connectionId, jobId, page: place, name, place },
      ...{ startedAt: atSecond(Math.floor(place / 2)), durationMs: (place * 37) % 101 },
      ...{ input: { place, text: "é\u2028" }, output: code === null ? [null, 1.5] : null },
      error: code === null ? null : { code, message: `it failed with ${code}` },
    };
  });
  await store.writeSteps("owner", steps);
  return steps;
}

function atSecond(second: number) {
  return instantFromUnixMs(Date.parse(instant("2026-02-01T00:00:00Z")) + second * 1000);
}

function orderOf({ startedAt, id }: Step): string {
  return `${startedAt} ${id}`;
}

function naiveCounts(steps: readonly Step[]): StepCounts[] {
  const found = [...new Set(steps.map((step) => step.name))].sort();
  return found.map((name) => {
    const own = steps.filter((step) => step.name === name);
    const failed = own.flatMap(({ error }) => (error === null ? [] : [error.code]));
    const durations = own.map((step) => step.durationMs).sort((left, right) => left - right);
    const errorCodes = [...new Set(failed)].sort().map((code) => {
      return { code, count: failed.filter((one) => one === code).length };
    });
    return {
      ...{ name, count: own.length, failed: failed.length, totalMs: durations.reduce((sum, one) => sum + one, 0) },
      p95Ms: durations.find((_, index) => (index + 1) * 100 >= own.length * 95) ?? 0,
      errorCodes: errorCodes.sort((left, right) => right.count - left.count).slice(0, 5),
    };
  });
}
