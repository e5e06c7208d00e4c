import { type ConnectionCoverage, createFillbook, type Instant, instant } from "@fillbook/core";
import type { AnyConnector, PageCoverage, RunMode, RunWindow } from "@fillbook/core/connector";
import { memoryStore } from "@fillbook/store-memory";
import { anExecution, fakeClock, scripted, scriptedPage } from "@fillbook/testkit";
import { expect, test } from "vitest";
import { aConnection, ranReport } from "../../testkit/src/suite/play.ts";

const DAY_MS = 86_400_000;
const day = (number: number): Instant => instant(`2026-01-${String(number).padStart(2, "0")}T00:00:00Z`);
const span = (from: number, to: number) => ({ from: day(from), to: day(to) });
const read = (from: number, to: number) => ({ ...span(from, to), evidence: "pages" });

/** A book whose connector answers each `pull` with what `answer` makes of it, and notes what it was asked. */
async function aWorld(answer: (asked: { window: RunWindow; pulls: number }) => readonly PageCoverage[]) {
  const clock = fakeClock(Date.UTC(2026, 0, 12, 12));
  const store = memoryStore({ clock });
  const asked: RunWindow[] = [];
  const connector: AnyConnector = {
    ...scripted({ pages: [] }),
    async *pull({ window }) {
      asked.push(window);
      for (const [index, coverage] of answer({ window, pulls: asked.length }).entries()) {
        const execution = anExecution({ familyId: `E${asked.length}-${index}` });
        yield { ...scriptedPage({ records: [{ kind: "execution", execution }] }, asked.length), coverage };
      }
    },
  };
  const credentials = async () => ({ token: "t" });
  const book = createFillbook({ store, connectors: [connector], credentials, clock });
  const connectionId = await aConnection(store);
  const user = book.forUser("owner");
  return {
    ...{ asked, clock, connectionId, user },
    run: async (mode: RunMode = "scheduled", window: RunWindow = {}, budget: { pages?: number } = {}) =>
      ranReport(await book.ingest({ connectionId, mode, window, budget })),
    coverage: (): Promise<ConnectionCoverage> => user.coverage(connectionId),
    gaps: async () => (await user.problems({ kind: "coverage_gap" })).items,
  };
}

test("coverage: what a page claims is committed with it, and an unknown connection has none", async () => {
  const world = await aWorld(() => [
    { covered: [read(1, 3)], open: [span(3, 5)] },
    { covered: [read(3, 5)], open: [] },
  ]);
  expect(await world.coverage()).toEqual({ covered: [], open: [], gaps: [] });
  expect(await world.run()).toMatchObject({ status: "succeeded", stats: { inserted: 2 } });
  expect(await world.coverage()).toEqual({ covered: [read(1, 5)], open: [], gaps: [] });
  await expect(world.user.coverage("nobody")).rejects.toMatchObject({ code: "CONNECTION_NOT_FOUND" });
});

test("coverage: a gap ends the run as partial, is a problem with an action, is read again and closes", async () => {
  const world = await aWorld(({ window, pulls }) => {
    if (window.from !== undefined) return [{ covered: [read(3, 7)] }];
    return [{ covered: [pulls === 1 ? read(1, 3) : read(7, 9)] }];
  });
  await world.run();
  expect(await world.run()).toMatchObject({ status: "partial", error: null });
  expect(await world.gaps()).toMatchObject([
    { action: { kind: "read-again", connectionId: world.connectionId, window: span(3, 7) }, resolvedAt: null },
  ]);
  expect(world.asked).toEqual([{}, {}]);
  world.clock.advance(DAY_MS);
  expect(await world.run()).toMatchObject({ status: "succeeded" });
  expect(world.asked.slice(2)).toEqual([{}, span(3, 7)]);
  expect(await world.gaps()).toEqual([]);
  expect(await world.coverage()).toMatchObject({ covered: [read(1, 9)], gaps: [] });
});

test("coverage: a budget that ends with what was asked for, or in a gap behind it, leaves no more of it", async () => {
  for (const pages of [1, 2, 3]) {
    const world = await aWorld(({ window }) => {
      const isGap = window.from !== undefined;
      return isGap ? [1, 2, 3].map(() => ({ covered: [] })) : [{ covered: [read(1, 2), read(3, 4)] }];
    });
    const report = await world.run("backfill", {}, { pages });
    expect(report).toMatchObject({ more: false, error: null, stats: { pages } });
    expect(world.asked).toEqual(pages === 1 ? [{}] : [{}, span(2, 3)]);
  }
});

test("coverage: a gap that stays is asked for once a day, by each run that somebody wants, and is one problem", async () => {
  const missing = [{ ...span(2, 3), reason: "rows never came" }];
  const world = await aWorld(({ window }) => [
    window.from === undefined ? { covered: [read(1, 2), read(3, 4)], missing } : { covered: [], missing },
  ]);
  expect(await world.run()).toMatchObject({ status: "partial" });
  const windows = () => world.asked.splice(0).filter((window) => window.from !== undefined);
  // The first run of all is the first of its day.
  expect(windows()).toEqual([span(2, 3)]);
  for (let run = 0; run < 3; run += 1) expect(await world.run()).toMatchObject({ status: "succeeded" });
  expect(windows()).toEqual([]);
  await world.run("manual");
  await world.run("manual", span(1, 2));
  await world.run("backfill");
  expect(windows()).toEqual([span(2, 3), span(1, 2), span(2, 3)]);
  world.clock.advance(DAY_MS);
  for (let run = 0; run < 3; run += 1) await world.run();
  expect(windows()).toEqual([span(2, 3)]);
  expect(await world.gaps()).toHaveLength(1);
});

test("coverage: gaps take turns from day to day, a lasting one is left, and open spans come first", async () => {
  const missing = [
    { ...span(2, 3), reason: "rows never came" },
    { ...span(4, 5), reason: "rows never came" },
    { ...span(6, 7), reason: "the key does not read it", lasting: true },
  ];
  let open = [span(8, 9)];
  const world = await aWorld(({ window }) => (window.from === undefined ? [{ covered: [], open, missing }] : []));
  const windows = () => world.asked.splice(0).filter((window) => window.from !== undefined);
  await world.run();
  expect(windows()).toEqual([]);
  open = [];
  const read: RunWindow[] = [];
  for (let days = 0; days < 4; days += 1) {
    world.clock.advance(DAY_MS);
    await world.run();
    read.push(...windows());
  }
  expect(read.toSorted((left, right) => String(left.from).localeCompare(String(right.from)))).toEqual([
    ...[span(2, 3), span(2, 3)],
    ...[span(4, 5), span(4, 5)],
  ]);
  const actions = (await world.gaps()).map(({ action }) => action.kind);
  expect(actions.toSorted()).toEqual(["check-query", "read-again", "read-again"]);
});

test("pages: a page closes the problems of diagnostics that are over, and no others", async () => {
  const clock = fakeClock();
  const store = memoryStore({ clock });
  const connectionId = await aConnection(store);
  const warning = (key: string) => ({ kind: "warning", key, message: key }) as const;
  const page = scriptedPage({ records: [], diagnostics: [warning("a"), warning("b")] }, 1);
  const pages = [
    page,
    { ...page, diagnostics: [], resolved: [warning("a"), { kind: "coverage_gap", key: "b" } as const] },
  ];
  const connector: AnyConnector = {
    ...scripted({ pages: [] }),
    async *pull() {
      yield* pages;
    },
  };
  const book = createFillbook({ store, connectors: [connector], credentials: async () => ({ token: "t" }), clock });
  await book.ingest({ connectionId, mode: "manual" });
  const open = await book.forUser("owner").problems({});
  expect(open.items.map(({ message }) => message)).toEqual(["b"]);
});
