import { createFillbook, type IngestOptions, ingest } from "@fillbook/core";
import type { CommitResult } from "@fillbook/core/store";
import { memoryStore } from "@fillbook/store-memory";
import { anExecution, fakeClock, type ScriptedPage, scripted, scriptedPage } from "@fillbook/testkit";
import { expect, test } from "vitest";
import { aConnection, ranReport } from "../../testkit/src/suite/play.ts";

// Goal: a store hears how long a hook of the host's may take, and a run ends with what a hook did wrong.

const pages = ["E1", "E2"].map(
  (familyId): Extract<ScriptedPage, { records: unknown }> => ({
    records: [{ kind: "execution", execution: anExecution({ familyId }) }],
  }),
);

/** A store that notes the limit of each hook, and answers commits so. */
function noting(answer: (result: CommitResult) => CommitResult = (result) => result) {
  const clock = fakeClock();
  const memory = memoryStore({ clock });
  const limits: unknown[] = [];
  const commit: typeof memory.commit = async (batch, options) => {
    limits.push(options?.onCommitTimeoutMs);
    return answer(await memory.commit(batch, options));
  };
  return { clock, store: { ...memory, commit }, limits };
}

async function run(world: ReturnType<typeof noting>, options: Partial<IngestOptions> = {}) {
  const { store, clock } = world;
  const connectionId = await aConnection(store);
  const report = await ingest({
    ...{ store, clock, connectionId, connectors: [scripted({ pages })], mode: "manual" },
    ...{ credentials: async () => ({ token: "t" }), pages: pulled(), ...options },
  });
  return ranReport(report);
}

/** Pages that take no time, so that a budget is left at each commit. */
async function* pulled() {
  for (const [index, page] of pages.entries()) yield scriptedPage(page, index + 1);
}

test.each<[string, Partial<IngestOptions>, number]>([
  ["thirty seconds", {}, 30_000],
  ["what the host says", { onCommitTimeoutMs: 60_000 }, 60_000],
  ["no longer than the budget", { budget: { ms: 20_000 } }, 20_000],
  ["ten seconds where the budget is shorter", { budget: { ms: 1 } }, 10_000],
  ["what the host says where that is less", { budget: { ms: 1 }, onCommitTimeoutMs: 500 }, 500],
])("a hook may take %s", async (_name, options, limit) => {
  const world = noting();
  await run(world, options);
  expect(world.limits[0]).toBe(limit);
});

test("a book hands its limit to runs and decisions", async () => {
  const { store, clock, limits } = noting();
  const shared = { store, clock, connectors: [scripted({ pages })], credentials: async () => ({ token: "t" }) };
  const book = createFillbook({ ...shared, onCommitTimeoutMs: 700 });
  await book.ingest({ connectionId: await aConnection(store), mode: "manual" });
  const user = book.forUser("owner");
  const [trade] = (await user.inbox()).items;
  await user.review({ trades: [{ id: trade?.id ?? "", version: trade?.version ?? 0 }], link: null });
  expect(limits).toEqual([700, 700, 700]);
  for (const onCommitTimeoutMs of [0, 99, 1.5, 3_600_001])
    expect(() => createFillbook({ ...shared, onCommitTimeoutMs })).toThrow(/onCommitTimeoutMs/);
});

test("a fault of a hook ends the run behind the page that was written", async () => {
  const world = noting((result) => ({ ...result, fault: "the hook did it" }));
  const report = await run(world);
  expect(report).toMatchObject({ status: "partial", cursorAfter: { page: 1 }, stats: { pages: 1, inserted: 1 } });
  expect(report.error).toMatchObject({ code: "STORE_FAILED", message: "the hook did it" });
});
