import { createHash } from "node:crypto";
import { type IngestOptions, ingest, instant, type Json } from "@fillbook/core";
import type { AnyConnector, Normalized, Page, PageDiagnostic } from "@fillbook/core/connector";
import { memoryStore } from "@fillbook/store-memory";
import { anExecution, fakeClock, type ScriptedRecord, scripted } from "@fillbook/testkit";
import { expect, test } from "vitest";
import { aConnection, playPages, ranReport, readAll } from "../../testkit/src/suite/play.ts";

const fill = (details: Parameters<typeof anExecution>[0] = {}): ScriptedRecord => {
  return { kind: "execution", execution: anExecution(details) };
};
const fills = (count: number, first = 0) =>
  Array.from({ length: count }, (_, index) => fill({ familyId: `E${first + index}` }));
const broken = (count: number, first = 0): ScriptedRecord[] =>
  Array.from({ length: count }, (_, index) => ({ kind: "rejected", reason: "unknown type", raw: first + index }));

async function aWorld() {
  const store = memoryStore({ clock: fakeClock() });
  const connectionId = await aConnection(store);
  const problems = async (kind: "reject" | "schema_drift" | "warning" | "coverage_gap" | "partial_import") =>
    readAll((after) => store.problems("owner", { kind, limit: 200, ...after }));
  return {
    ...{ store, connectionId, problems },
    play: (records: readonly ScriptedRecord[], connector?: AnyConnector) =>
      playPages(store, connectionId, [{ records }], connector === undefined ? {} : { connector }),
    playRaw: (raws: readonly Json[], connector: AnyConnector = scripted({ pages: [] })) =>
      playRaw({ store, connectionId, connector }, raws),
    executions: async () => readAll((after) => store.executions("owner", { limit: 200, ...after })),
  };
}

/** Runs an import of one page that holds exactly these records. */
async function playRaw(
  { store, connectionId, connector }: { connector: AnyConnector } & Pick<IngestOptions, "store" | "connectionId">,
  raws: readonly Json[],
) {
  async function* pages(): AsyncGenerator<Page<Json, Json, Json>> {
    yield { records: raws.map((raw) => ({ raw })), context: {}, cursor: { page: 1 } };
  }
  const shared = { store, connectors: [connector], connectionId, mode: "manual", clock: fakeClock() } as const;
  return ranReport(await ingest({ ...shared, credentials: async () => null, pages: pages() }));
}

/** A connector that makes this of every record. */
function normalizing(normalize: () => unknown): AnyConnector {
  // What a connector must not return is the point.
  return { ...scripted({ pages: [] }), normalize: () => normalize() as Normalized };
}

/** An array in an array in an array, made without recursion. */
function nested(depth: number): Json {
  let value: Json = [];
  for (let level = 1; level < depth; level += 1) value = [value];
  return value;
}

test("drift: many rejects stop the run after their commit; the cursor moved and the rejects are stored", async () => {
  const { store, connectionId, problems, executions } = await aWorld();
  const pages = [{ records: [...fills(100), ...broken(20)] }, { records: broken(31, 20) }, { records: fills(1, 900) }];
  const report = await playPages(store, connectionId, pages);
  expect(report).toMatchObject({ status: "partial", health: "degraded", cursorAfter: { page: 2 } });
  expect(report.error).toMatchObject({ code: "SCHEMA_DRIFT", recovery: "report-bug" });
  expect(report.stats).toMatchObject({ pages: 2, rejected: 51, inserted: 100 });
  expect(await problems("reject")).toHaveLength(51);
  expect(await problems("schema_drift")).toMatchObject([{ details: { fetched: 151, rejected: 51 }, connectionId }]);
  expect(await store.connection("owner", connectionId)).toMatchObject({ breaker: "open", consecutiveFailures: 1 });
  expect(await executions()).toHaveLength(100);
  expect((await store.connection("owner", connectionId))?.status).toBe("active");
});

test.each([
  ["50 rejects of 50", 50, 0],
  ["60 rejects of 300, which is a fifth", 60, 240],
])("drift: %s do not stop the run", async (_name, rejected, good) => {
  const { store, connectionId } = await aWorld();
  const pages = [{ records: [...fills(good), ...broken(rejected)] }, { records: fills(1, 900) }];
  const report = await playPages(store, connectionId, pages);
  expect(report).toMatchObject({ status: "partial", error: null, more: false, cursorAfter: { page: 2 } });
});

test("drift: rejects that are stored already do not count again", async () => {
  const { play, problems } = await aWorld();
  for (const pages of [[40], [40, 20], [40, 20]]) {
    const records = pages.flatMap((count, place) => broken(count, place * 40));
    expect((await play(records)).error).toBeNull();
  }
  expect([await problems("reject"), await problems("schema_drift")].map(({ length }) => length)).toEqual([60, 0]);
});

test("rejects: one record is one reject and one problem, however often it comes", async () => {
  const { play, problems } = await aWorld();
  expect(await play(broken(2))).toMatchObject({ status: "partial", stats: { rejected: 2 } });
  expect(await play(broken(3))).toMatchObject({ status: "partial", stats: { rejected: 1, duplicates: 2 } });
  expect(await play(broken(3))).toMatchObject({ status: "succeeded", stats: { rejected: 0, duplicates: 3 } });
  expect(await problems("reject")).toHaveLength(3);
});

test("rejects: a record of more than 64 kB is kept as its hash and its first 64 kB", async () => {
  const { store, connectionId, problems, executions } = await aWorld();
  const raws = [{ kind: "ignored", text: "x".repeat(65_536) }];
  const commits: Parameters<typeof store.commit>[0][] = [];
  const watched = {
    ...store,
    commit: async (...parameters: Parameters<typeof store.commit>) => {
      commits.push(parameters[0]);
      return store.commit(...parameters);
    },
  };
  const connector = scripted({ pages: [] });
  expect(await playRaw({ store: watched, connectionId, connector }, raws)).toMatchObject({ stats: { rejected: 1 } });
  const text = JSON.stringify(raws[0]);
  expect(commits[0]?.rejects).toMatchObject([
    {
      ...{ rawTruncated: true, raw: text.slice(0, 65_536) },
      rawHash: createHash("sha256").update(text).digest("hex"),
    },
  ]);
  expect(await problems("reject")).toHaveLength(1);
  expect(await executions()).toEqual([]);
});

test("rejects: size is counted in bytes, and a record of exactly 64 kB is read", async () => {
  const { playRaw } = await aWorld();
  const frame = JSON.stringify({ kind: "ignored", text: "" }).length;
  const exact = { kind: "ignored", text: "x".repeat(65_536 - frame) };
  const wide = { kind: "ignored", text: "日".repeat(22_000) };
  const report = await playRaw([exact, { ...exact, text: `${exact.text}x` }, wide]);
  expect(report.stats).toMatchObject({ ignored: 1, rejected: 2 });
});

test.each([1000, 5000, 20_000, 30_000, 100_000])(
  "rejects: a record nested %i deep ends no run, and the fill beside it is stored",
  async (depth) => {
    const { playRaw, problems, executions } = await aWorld();
    const good = fill({ familyId: "E1" });
    const report = await playRaw([nested(depth), JSON.parse(JSON.stringify(good))]);
    expect(report).toMatchObject({ status: "partial", error: null, stats: { rejected: 1, inserted: 1 } });
    expect(await problems("reject")).toHaveLength(1);
    expect(await executions()).toHaveLength(1);
  },
);

const execution = anExecution();
test.each<readonly [string, () => unknown]>([
  [
    "throws an error",
    () => {
      throw new TypeError("canary");
    },
  ],
  [
    "throws a text",
    () => {
      throw "canary";
    },
  ],
  ["returns nothing", () => undefined],
  ["returns null", () => null],
  ["returns a number", () => 7],
  ["returns a promise", () => Promise.resolve({ kind: "ignored", reason: "late" })],
  ["returns an unknown kind", () => ({ kind: "fill", execution })],
  ["returns an execution without one", () => ({ kind: "execution" })],
  ["returns an execution of another broker", () => ({ kind: "execution", execution: { ...execution, broker: "b" } })],
  [
    "returns an execution of another connector",
    () => ({ kind: "execution", execution: { ...execution, source: { connector: "c", authority: 2 } } }),
  ],
  ["returns an execution without a quantity", () => ({ kind: "execution", execution: { ...execution, quantity: "" } })],
  ["returns a price that is a number", () => ({ kind: "execution", execution: { ...execution, price: 100 } })],
  ["returns a cancel without account", () => ({ kind: "cancel", cancel: { broker: "scripted" } })],
  [
    "returns a cancel of another broker",
    () => ({
      kind: "cancel",
      cancel: { broker: "b", account: "A1", familyId: "E1", source: { connector: "scripted", authority: 2 } },
    }),
  ],
  ["returns a long reason", () => ({ kind: "rejected", reason: "x".repeat(100_000) })],
  ["returns no reason", () => ({ kind: "rejected" })],
])("rejects: a normalize that %s makes a reject", async (_name, normalize) => {
  const { playRaw, problems, executions } = await aWorld();
  const report = await playRaw([{ row: 1 }], normalizing(normalize));
  expect(report).toMatchObject({ status: "partial", error: null, stats: { fetched: 1, rejected: 1 } });
  const [problem] = await problems("reject");
  expect(problem?.message.length).toBeLessThan(2000);
  expect(problem?.message).not.toContain("canary");
  expect(await executions()).toEqual([]);
});

test("rejects: a record without any id and without a number among its equals is rejected", async () => {
  const { play, problems } = await aWorld();
  const report = await play([fill({ familyId: null })]);
  expect(report).toMatchObject({ status: "partial", error: null, stats: { rejected: 1, inserted: 0 } });
  expect((await problems("reject"))[0]?.message).toMatch(/no id/);
});

test("twins: records without id that are equal but for their number are as many fills, once each", async () => {
  const { store, play } = await aWorld();
  const twin = (ordinal: number): ScriptedRecord => {
    return { kind: "execution", execution: anExecution({ familyId: null, executionId: null }), ordinal };
  };
  expect((await play([twin(0), twin(1)])).stats).toMatchObject({ inserted: 2, rejected: 0 });
  expect((await play([twin(0), twin(1), twin(2)])).stats).toMatchObject({ inserted: 1, duplicates: 2 });
  expect((await store.trades("owner", {})).items).toMatchObject([{ quantity: "30", executionCount: 3 }]);
});

const diagnostic = (kind: PageDiagnostic["kind"], key = "2025"): PageDiagnostic => ({ kind, key, message: "look" });

test.each([
  ["coverage_gap", "partial"],
  ["partial_import", "partial"],
  ["warning", "succeeded"],
] as const)("diagnostics: a %s is a problem once, and its job ends as %s", async (kind, status) => {
  const { store, connectionId, problems } = await aWorld();
  const page = { records: fills(1), diagnostics: [diagnostic(kind), diagnostic(kind), diagnostic(kind, "2026")] };
  const report = await playPages(store, connectionId, [page]);
  expect(report).toMatchObject({ status, error: null, more: false, health: "ok" });
  await playPages(store, connectionId, [page]);
  expect(await problems(kind)).toMatchObject([{ message: "look", connectionId }, { message: "look" }]);
});

test("pages: records that a run was given need no credentials and no connector call", async () => {
  const { store, connectionId } = await aWorld();
  const connector = scripted({ pages: [{ records: fills(3) }] });
  const report = await playPages(store, connectionId, [{ records: fills(1) }], { connector });
  expect([report.stats.inserted, connector.pulled()]).toEqual([1, 0]);
});

test("pages: an empty page moves the cursor and counts as a page", async () => {
  const { store, connectionId } = await aWorld();
  const report = await playPages(store, connectionId, [{ records: [] }, { records: [] }]);
  expect(report).toMatchObject({ status: "succeeded", stats: { pages: 2, fetched: 0 }, cursorAfter: { page: 2 } });
});

test("pages: a stored execution keeps the broker's record as it came", async () => {
  const { play, executions } = await aWorld();
  const record = fill({ executedAt: instant("2026-01-05T10:00:00Z"), fees: null });
  await play([record]);
  expect(await executions()).toMatchObject([{ raw: JSON.parse(JSON.stringify(record)), canonical: true, fees: null }]);
});
