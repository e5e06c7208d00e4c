import { inspect } from "node:util";
import { createFillbook, ImportError } from "@fillbook/core";
import type { BookStore } from "@fillbook/core/store";
import { memoryStore } from "@fillbook/store-memory";
import { anExecution, fakeClock, type ScriptedPage, scripted } from "@fillbook/testkit";
import { expect, test } from "vitest";
import { aConnection, playPages, ranReport } from "../../testkit/src/suite/play.ts";

const canary = "s3cret-canary";
const page = (familyId: string): ScriptedPage => ({
  records: [{ kind: "execution", execution: anExecution({ familyId }) }],
});

async function aWorld(pages: readonly ScriptedPage[], change: (store: BookStore) => Partial<BookStore> = () => ({})) {
  const clock = fakeClock();
  const memory = memoryStore({ clock });
  const store = { ...memory, ...change(memory) };
  const connectionId = await aConnection(store);
  const warned: string[] = [];
  const note = (_data: object, message: string) => void warned.push(message);
  const logger = { debug: note, info: () => undefined, warn: note, error: note };
  const credentials = async () => ({ token: canary });
  const book = createFillbook({ store, connectors: [scripted({ pages })], credentials, clock, logger });
  const run = async () => ranReport(await book.ingest({ connectionId, mode: "manual" }));
  return { connectionId, warned, run, user: book.forUser("owner") };
}

test("lineage: it tells how long each stage took and where a run failed", async () => {
  const { run, user } = await aWorld([page("E1"), page("E2"), { error: new ImportError("NETWORK", "down") }]);
  const { jobId } = await run();
  const steps = await user.lineage(jobId);
  expect(steps.map(({ name, page, durationMs, error }) => [name, page, durationMs, error?.code ?? null])).toEqual([
    ["begin", 0, 0, null],
    ...[1, 2].flatMap((number) => [
      ["pull", number, 10, null],
      ["normalize", number, 0, null],
      ["commit", number, 0, null],
    ]),
    ["pull", 3, 10, "NETWORK"],
    ["end", 0, 0, null],
  ]);
  expect(steps.at(-1)?.input).toEqual({ status: "partial" });
  expect(await user.stepStatistics({ name: "pull" })).toEqual([
    {
      ...{ name: "pull", count: 3, failed: 1, successRate: 2 / 3, averageMs: 10, p95Ms: 10 },
      errorCodes: [{ code: "NETWORK", count: 1 }],
    },
  ]);
  const names = (await user.stepStatistics()).map((one) => one.name);
  expect(names).toEqual(["begin", "pull", "normalize", "commit", "end"]);
});

test("lineage: neither records nor cursors nor credentials are in it", async () => {
  const record = { kind: "execution", execution: anExecution({ executionId: canary, familyId: canary }) } as const;
  const rejected = { kind: "rejected", reason: canary, raw: { text: canary } } as const;
  const { run, user } = await aWorld([{ records: [record, rejected], cursor: { page: 1, token: canary } }]);
  expect((await run()).stats).toMatchObject({ inserted: 1, rejected: 1 });
  const { items } = await user.steps();
  expect(items.length).toBe(6);
  expect(inspect(items, { depth: null })).not.toContain(canary);
});

test.each<readonly [string, BookStore["writeSteps"]]>([
  ["rejects", () => Promise.reject(new Error("down"))],
  [
    "throws",
    () => {
      throw new Error("down");
    },
  ],
])("lineage: a store that %s where it should record steps does not touch the job", async (_name, writeSteps) => {
  const { run, user, warned } = await aWorld([page("E1"), page("E2")], () => ({ writeSteps }));
  const report = await run();
  expect(report).toMatchObject({ status: "succeeded", error: null, stats: { inserted: 2 } });
  expect(await user.job(report.jobId)).toMatchObject({ status: "succeeded" });
  expect(warned).toEqual(["the run's steps could not be recorded"]);
});

test("lineage: a job of many pages is written in few batches beside it", async () => {
  const batches: number[] = [];
  const pages = Array.from({ length: 50 }, (_, number) => page(`E${number}`));
  const { run, user } = await aWorld(pages, (store) => ({
    writeSteps(owner, steps) {
      batches.push(steps.length);
      return store.writeSteps(owner, steps);
    },
  }));
  const { jobId } = await run();
  expect(batches).toEqual([60, 60, 33]);
  expect((await user.lineage(jobId)).length).toBe(153);
});

test.each<readonly [string, object]>([
  ["limit", { limit: 101 }],
  ["limit", { limit: 0 }],
  ["name", { name: "fetch" }],
  ["from", { from: "yesterday" }],
  ["colour", { colour: "red" }],
])("lineage: filters reject a bad %s with OPTION_INVALID that names it: %j", async (option, filter) => {
  const { user } = await aWorld([]);
  const refused = { code: "OPTION_INVALID", message: expect.stringContaining(option) };
  await expect(user.steps(filter)).rejects.toMatchObject(refused);
  if (option !== "limit") await expect(user.stepStatistics(filter)).rejects.toMatchObject(refused);
});

test("lineage: a page's step counts why records were ignored; too many reasons become one", async () => {
  const store = memoryStore({ clock: fakeClock() });
  const connectionId = await aConnection(store);
  const ignored = (reason: string) => ({ kind: "ignored", reason }) as const;
  const many = Array.from({ length: 30 }, (_, index) => ignored(`reason ${index}`));
  const report = await playPages(store, connectionId, [
    { records: [ignored("a transfer"), ignored("a dividend"), ignored("a transfer")] },
    { records: many },
  ]);
  const steps = (await store.lineage("owner", report.jobId)).filter(({ name }) => name === "normalize");
  expect(steps[0]?.output).toMatchObject({
    ignored: 3,
    ignoredReasons: [
      { reason: "a transfer", count: 2 },
      { reason: "a dividend", count: 1 },
    ],
  });
  const told = Array.from({ length: 19 }, (_, index) => ({ reason: `reason ${index}`, count: 1 }));
  expect(steps[1]?.output).toMatchObject({ ignored: 30, ignoredReasons: [...told, { reason: "other", count: 11 }] });
});
