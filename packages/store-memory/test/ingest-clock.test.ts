import { createFillbook, type IngestOptions, ingest } from "@fillbook/core";
import { memoryStore } from "@fillbook/store-memory";
import { anExecution, fakeClock, scripted } from "@fillbook/testkit";
import { expect, test } from "vitest";
import { aConnection, ranReport } from "../../testkit/src/suite/play.ts";

// Goal: a worker's clock that reads no moment takes no lease, and one that breaks later leaves none behind.

const bad: readonly (readonly [string, () => number])[] = [
  ["reads 1970", () => 0],
  ["reads 1999", () => Date.UTC(1999, 11, 31, 23, 59, 59)],
  ["reads 2100", () => Date.UTC(2100, 0, 1)],
  ["reads 12026", () => Date.UTC(12_026, 0, 1)],
  ["reads NaN", () => Number.NaN],
  ["reads infinity", () => Number.POSITIVE_INFINITY],
  [
    "throws",
    () => {
      throw new TypeError("no clock");
    },
  ],
];

async function aWorld() {
  const good = fakeClock();
  const store = memoryStore({ clock: good });
  const connectionId = await aConnection(store);
  let read = () => good.now();
  const clock = { now: () => read(), sleep: good.sleep };
  const logged: unknown[] = [];
  const logger = { debug() {}, info() {}, warn() {}, error: (data: unknown) => void logged.push(data) };
  const pages = [{ records: [{ kind: "execution" as const, execution: anExecution({}) }] }, { records: [] }];
  const run = (extra: Partial<IngestOptions> = {}) =>
    ingest({
      ...{ store, connectors: [scripted({ pages })], connectionId, mode: "scheduled", clock, logger },
      ...{ credentials: async () => ({ token: "t" }), ...extra },
    });
  const set = (reading: (() => number) | null) => {
    read = reading ?? (() => good.now());
  };
  return { good, store, connectionId, clock, run, set, logged };
}

test.each(bad)("ingest: a clock that %s is refused before the lease", async (_name, reading) => {
  const { run, set, store } = await aWorld();
  set(reading);
  await expect(run()).rejects.toMatchObject({
    code: "OPTION_INVALID",
    message: expect.stringMatching("^invalid option clock: it reads "),
  });
  expect((await store.jobs("owner", {})).items).toEqual([]);
  set(null);
  expect(ranReport(await run())).toMatchObject({ status: "succeeded" });
});

test.each(bad)("a book whose clock %s claims nothing and answers with OPTION_INVALID", async (_name, reading) => {
  const { store, clock, set } = await aWorld();
  const book = createFillbook({ store, connectors: [scripted({ pages: [] })], clock, credentials: async () => ({}) });
  set(reading);
  const refused = { code: "OPTION_INVALID", message: expect.stringMatching("^invalid option clock") };
  await expect(book.ingestDue()).rejects.toMatchObject(refused);
  await expect(book.forUser("owner").connect({ connector: "scripted" })).rejects.toMatchObject(refused);
  set(null);
  expect(await book.ingestDue()).toHaveLength(1);
});

test.each(bad)(
  "ingest: a clock that %s once the lease is taken ends the run and releases it",
  async (_name, reading) => {
    const { run, set, store, logged } = await aWorld();
    const breaks = {
      ...store,
      beginRun: (...args: Parameters<typeof store.beginRun>) => broken(store.beginRun(...args)),
    };
    const broken = async <Answer>(answer: Promise<Answer>) => {
      const begun = await answer;
      set(reading);
      return begun;
    };
    const report = ranReport(await run({ store: breaks }));
    expect(report).toMatchObject({
      status: "partial",
      error: { code: "ABORTED", message: expect.stringMatching("clock failed") },
    });
    expect(logged).toMatchObject([{ err: { cause: { message: expect.stringMatching("^invalid option clock") } } }]);
    set(null);
    expect(ranReport(await run())).toMatchObject({ status: "succeeded" });
    expect((await store.executions("owner", {})).items).toHaveLength(1);
  },
);
