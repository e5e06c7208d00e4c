import { instantFromUnixMs } from "@fillbook/core";
import { memoryStore } from "@fillbook/store-memory";
import { anExecution, fakeClock, type ScriptedPage } from "@fillbook/testkit";
import { expect, test } from "vitest";
import { aConnection, playPages } from "../../testkit/src/suite/play.ts";

// Goal: a fill that is dated in the future is stored and known to somebody, once, and makes nothing count as read that is to come.

const MINUTE_MS = 60_000;
const DAY_MS = 1_440 * MINUTE_MS;

async function aWorld() {
  const clock = fakeClock();
  const store = memoryStore({ clock });
  const connectionId = await aConnection(store);
  const at = (aheadMs: number) => instantFromUnixMs(clock.now() + aheadMs);
  const fill = (familyId: string, aheadMs: number) =>
    ({ kind: "execution", execution: anExecution({ familyId, executedAt: at(aheadMs) }) }) as const;
  type Pages = readonly Extract<ScriptedPage, { records: unknown }>[];
  const run = (pages: Pages) => playPages(store, connectionId, pages, { clock });
  const problems = async () => (await store.problems("owner", {})).items;
  return { clock, store, connectionId, at, fill, run, problems };
}

test.each([
  [30 * DAY_MS, 1],
  [5 * MINUTE_MS + 1, 1],
  [5 * MINUTE_MS, 0],
  [MINUTE_MS, 0],
  [-DAY_MS, 0],
])("a fill that is %i ms ahead counts, and opens %i problem(s)", async (aheadMs, count) => {
  const { run, fill, store, problems, at } = await aWorld();
  const report = await run([{ records: [fill("E1", aheadMs), fill("E2", aheadMs)] }]);
  expect(report).toMatchObject({ status: "succeeded", stats: { inserted: 2 } });
  expect((await store.executions("owner", { canonical: true })).items).toHaveLength(2);
  const found = await problems();
  expect(found).toHaveLength(count);
  for (const problem of found) {
    expect(problem).toMatchObject({ kind: "warning", severity: "warning", details: { executedAt: at(aheadMs) } });
    expect(problem.message).toContain("dated in the future");
  }
});

test("once it is dismissed, the same fill does not come up again, and another one does", async () => {
  const { run, fill, store, problems, at } = await aWorld();
  await run([{ records: [fill("E1", DAY_MS)] }]);
  const [problem] = await problems();
  await store.resolveProblem("owner", { id: problem?.id ?? "", at: at(0) });
  await run([{ records: [fill("E1", DAY_MS)] }]);
  expect(await problems()).toEqual([]);
  await run([{ records: [fill("E1", DAY_MS), fill("E2", 2 * DAY_MS)] }]);
  expect(await problems()).toHaveLength(1);
});

test("a page covers nothing that is to come", async () => {
  const { run, store, connectionId, at } = await aWorld();
  const day = (from: number, to: number) => ({ from: at(from * DAY_MS), to: at(to * DAY_MS), evidence: "pages" });
  await run([{ records: [], coverage: { covered: [day(-2, 30), day(3, 4)] } }]);
  expect((await store.coverage("owner", connectionId))?.covered).toEqual([day(-2, 0)]);
});
