import { inspect } from "node:util";
import { type FillbookEvent, ImportError, type IngestOptions, ingest } from "@fillbook/core";
import type { AnyConnector } from "@fillbook/core/connector";
import type { BookStore } from "@fillbook/core/store";
import { memoryStore } from "@fillbook/store-memory";
import { anExecution, fakeClock, type ScriptedPage, scripted } from "@fillbook/testkit";
import { expect, test } from "vitest";
import { failAt } from "../../testkit/src/suite/fail-at.ts";
import { aConnection, ranReport } from "../../testkit/src/suite/play.ts";

const canary = "s3cret-canary";
const page = (familyId: string): ScriptedPage => ({
  records: [{ kind: "execution", execution: anExecution({ familyId }) }],
});

async function aWorld(connector: AnyConnector = scripted({ pages: [page("E1"), page("E2")] })) {
  const clock = fakeClock();
  const store = memoryStore({ clock });
  const connectionId = await aConnection(store);
  const seen: unknown[] = [];
  const log = (data: object, message: string) => void seen.push(data, message);
  const logger = { debug: log, info: log, warn: log, error: log };
  const run = async (extra: Partial<IngestOptions> = {}) => {
    const shared = { connectors: [connector], connectionId, mode: "scheduled", clock, logger } as const;
    return ingest({ store, ...shared, credentials: async () => ({ token: canary }), ...extra });
  };
  return { clock, store, connectionId, logged: seen, run };
}

test("events: a run tells its start, each stored page and its end, in this order", async () => {
  const { run, connectionId } = await aWorld();
  const events: FillbookEvent[] = [];
  const report = ranReport(await run({ onEvent: (event) => void events.push(event) }));
  const { jobId } = report;
  expect(events).toEqual([
    { type: "run.started", connectionId, jobId, mode: "scheduled", at: report.startedAt },
    expect.objectContaining({ type: "run.progress", stats: expect.objectContaining({ pages: 1, inserted: 1 }) }),
    expect.objectContaining({ type: "run.progress", jobId, expectedRecords: null, stats: report.stats }),
    { type: "run.finished", connectionId, report, error: null },
  ]);
  expect(JSON.parse(JSON.stringify(events))).toEqual(events);
});

test("events: a skipped run tells which job is running, and nothing else", async () => {
  const { store, connectionId, run } = await aWorld();
  await store.beginRun({ connectionId, mode: "manual", window: {}, leaseMs: 60_000 });
  const events: FillbookEvent[] = [];
  const report = await run({ onEvent: (event) => void events.push(event) });
  expect(events).toEqual([
    { type: "run.skipped", connectionId, runningJobId: "runningJobId" in report ? report.runningJobId : "" },
  ]);
});

test("events: a failed run tells its end with its error", async () => {
  const { run } = await aWorld(scripted({ pages: [{ error: new ImportError("NETWORK", "down") }] }));
  const events: FillbookEvent[] = [];
  await run({ onEvent: (event) => void events.push(event) });
  expect(events).toMatchObject([
    { type: "run.started" },
    { type: "run.finished", report: { error: { code: "NETWORK" } } },
  ]);
});

test.each<readonly [string, () => unknown]>([
  [
    "throws",
    () => {
      throw new Error("screen");
    },
  ],
  ["rejects", () => Promise.reject(new Error("screen"))],
  [
    "throws undefined",
    () => {
      throw undefined;
    },
  ],
])("events: a handler that %s is logged and changes nothing", async (_name, handler) => {
  const { run, logged } = await aWorld();
  // An async handler is a type error only where results are looked at.
  const report = ranReport(await run({ onEvent: handler as () => void }));
  expect(report).toMatchObject({ status: "succeeded", error: null, stats: { inserted: 2 } });
  expect(logged.filter((line) => line === "an onEvent handler failed")).toHaveLength(4);
});

test.each<readonly [string, AnyConnector]>([
  ["succeeds", scripted({ pages: [page("E1")] })],
  ["meets a foreign error", scripted({ pages: [{ error: new Error(`GET https://x?token=${canary} failed`) }] })],
  [
    "meets a foreign error with fields",
    scripted({
      pages: [{ error: Object.assign(new TypeError("fetch failed"), { config: { headers: { key: canary } } }) }],
    }),
  ],
  [
    "meets an ImportError with a foreign cause",
    scripted({ pages: [{ error: new ImportError("NETWORK", "down", { cause: new Error(canary) }) }] }),
  ],
  [
    "meets a normalize that throws",
    {
      ...scripted({ pages: [page("E1")] }),
      normalize: () => {
        throw new Error(canary);
      },
    },
  ],
  ["refuses credentials", { ...scripted({ pages: [page("E1")] }), credentials: scripted({ pages: [] }).settings }],
])("secrets: a run that %s shows none in its report, events, log lines, jobs or problems", async (_name, connector) => {
  const { store, run, logged } = await aWorld(connector);
  const events: FillbookEvent[] = [];
  const report = await run({ onEvent: (event) => void events.push(event) });
  const stored = [
    await store.jobs("owner", {}),
    await store.problems("owner", {}),
    await store.connections("owner", {}),
    await store.executions("owner", {}),
    await store.steps("owner", {}),
  ];
  const text = inspect([report, events, logged, stored], { depth: null, showHidden: true });
  expect(text).not.toContain(canary);
});

test("errors: a foreign error of the connector is UNEXPECTED, and names its class only", async () => {
  const { run } = await aWorld(scripted({ pages: [page("E1"), { error: new RangeError("canary") }] }));
  const report = ranReport(await run());
  expect(report).toMatchObject({ status: "partial", error: { code: "UNEXPECTED", recovery: "report-bug" } });
  expect(report.error?.message).toContain("RangeError");
});

async function storeCalls(): Promise<number> {
  const { store, run } = await aWorld();
  const counting = failAt(store, { call: Number.POSITIVE_INFINITY, moment: "before" });
  await run({ store: counting.store });
  return counting.calls();
}

test.each(["before", "after"] as const)(
  "store: a call that fails %s it took effect is STORE_FAILED and never UNEXPECTED, and the next run converges",
  async (moment) => {
    const calls = await storeCalls();
    expect(calls).toBe(5);
    // The last one records the steps: no run depends on it.
    for (let call = 1; call < calls; call += 1) {
      const { clock, store, run } = await aWorld();
      const failing = failAt(store, { call, moment });
      const end = await run({ store: failing.store }).then(
        (report) => ranReport(report),
        (error: unknown) => error,
      );
      expect(failing.fired()).toBe(true);
      if (call === 1) expect(end).toMatchObject({ name: "ImportError", code: "STORE_FAILED", recovery: "retry" });
      else expect(end).toMatchObject({ error: { code: "STORE_FAILED", recovery: "retry" } });
      if (call > 1) expect(end).toMatchObject({ status: call === 2 ? "failed" : "partial" });
      clock.advance(121_000);
      expect(ranReport(await run())).toMatchObject({ status: "succeeded", error: null });
      expect((await store.executions("owner", {})).items).toHaveLength(2);
    }
  },
);

test("store: a message of the store's driver does not come out", async () => {
  const { store, run } = await aWorld();
  const commit: BookStore["commit"] = () => Promise.reject(new Error(`postgres://user:${canary}@host refused`));
  const report = ranReport(await run({ store: { ...store, commit } }));
  expect(report.error?.code).toBe("STORE_FAILED");
  expect(JSON.stringify(report)).not.toContain(canary);
});

test("store: an ImportError of the store keeps its code", async () => {
  const { store, run } = await aWorld();
  const beginRun: BookStore["beginRun"] = () => Promise.reject(new ImportError("STORE_NOT_MIGRATED", "run migrate"));
  await expect(run({ store: { ...store, beginRun } })).rejects.toMatchObject({ code: "STORE_NOT_MIGRATED" });
});

test("store: shared state that fails under a connector is STORE_FAILED", async () => {
  const { store, run } = await aWorld({
    ...scripted({ pages: [] }),
    // biome-ignore lint/correctness/useYield: this connector fails before its first page
    async *pull({ state }) {
      await state.read("nonce");
    },
  });
  const readState: BookStore["readState"] = () => Promise.reject(new Error("down"));
  const report = ranReport(await run({ store: { ...store, readState } }));
  expect(report).toMatchObject({ status: "failed", error: { code: "STORE_FAILED" } });
});

test("store: a renewal that fails during a wait is STORE_FAILED", async () => {
  const { store, run } = await aWorld({
    ...scripted({ pages: [] }),
    // biome-ignore lint/correctness/useYield: this connector fails before its first page
    async *pull({ clock, signal }) {
      await clock.sleep(600_000, signal);
    },
  });
  const renewLease: BookStore["renewLease"] = () => Promise.reject(new Error("half-open socket"));
  const report = ranReport(await run({ store: { ...store, renewLease } }));
  expect(report).toMatchObject({ status: "failed", error: { code: "STORE_FAILED" } });
});
