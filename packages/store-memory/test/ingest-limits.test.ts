import { type Clock, ImportError, type IngestOptions, ingest } from "@fillbook/core";
import type { AnyConnector, PullRequest } from "@fillbook/core/connector";
import { memoryStore } from "@fillbook/store-memory";
import { anExecution, fakeClock, type ScriptedPage, scripted, scriptedPage } from "@fillbook/testkit";
import { expect, test } from "vitest";
import { aConnection, ranReport } from "../../testkit/src/suite/play.ts";

const page = (familyId: string): Extract<ScriptedPage, { records: unknown }> => ({
  records: [{ kind: "execution", execution: anExecution({ familyId }) }],
});
const fivePages = ["E1", "E2", "E3", "E4", "E5"].map(page);
const tenMinutesMs = 600_000;

async function aWorld(connector: AnyConnector = scripted({ pages: fivePages })) {
  const clock = fakeClock();
  const store = memoryStore({ clock });
  const connectionId = await aConnection(store);
  const run = async (extra: Partial<IngestOptions> = {}) => {
    const shared = { store, connectors: [connector], connectionId, mode: "scheduled", clock } as const;
    return ranReport(await ingest({ ...shared, credentials: async () => ({ token: "t" }), ...extra }));
  };
  const begin = () => store.beginRun({ connectionId, mode: "manual", window: {}, leaseMs: 60_000 });
  const stored = async () => (await store.executions("owner", {})).items.length;
  return { clock, store, connectionId, run, begin, stored };
}

/** A connector that does this before its only page. */
function waiting(before: (request: PullRequest<unknown, unknown, unknown>) => Promise<void>): AnyConnector {
  return {
    ...scripted({ pages: [] }),
    async *pull(request) {
      await before(request);
      yield scriptedPage(page("E1"), 1);
    },
  };
}

test("ingest: a budget of two pages ends the run as partial with more, and the next goes on behind them", async () => {
  const { run, stored } = await aWorld();
  const budget = { pages: 2 };
  const first = await run({ budget });
  expect(first).toMatchObject({ status: "partial", more: true, error: null, health: "ok", cursorAfter: { page: 2 } });
  expect(await stored()).toBe(2);
  expect(await run({ budget })).toMatchObject({ more: true, cursorBefore: { page: 2 }, cursorAfter: { page: 4 } });
  expect(await run({ budget })).toMatchObject({ status: "succeeded", more: false, cursorAfter: { page: 5 } });
  expect(await stored()).toBe(5);
});

test.each([1, 2, 3, 4, 5, 6])(
  "ingest: a host that runs until there is no more ends, with %i pages a run",
  async (pages) => {
    const connector = scripted({ pages: fivePages });
    const { run, stored } = await aWorld(connector);
    for (let left = Math.ceil(5 / pages); left > 0; left -= 1) {
      expect((await run({ budget: { pages } })).more).toBe(left > 1);
    }
    expect(await stored()).toBe(5);
    expect(connector.pulled()).toBe(5);
  },
);

test("ingest: pages from elsewhere are not asked for one that the budget would refuse", async () => {
  const { run } = await aWorld();
  let asked = 0;
  const pages = {
    async *[Symbol.asyncIterator]() {
      for (const one of fivePages) {
        asked += 1;
        yield scriptedPage(one, asked);
      }
    },
  };
  expect(await run({ pages, budget: { pages: 2 } })).toMatchObject({ status: "partial", more: true });
  expect(asked).toBe(2);
});

test("ingest: a budget of milliseconds is looked at after each page", async () => {
  const slow = scripted({ pages: fivePages });
  const { clock, run } = await aWorld({
    ...slow,
    async *pull(request) {
      for await (const one of slow.pull(request)) {
        clock.advance(1000);
        yield one;
      }
    },
  });
  const report = await run({ budget: { ms: 2500 } });
  expect(report).toMatchObject({ status: "partial", more: true, error: null, stats: { pages: 3 } });
});

test("ingest: a budget of milliseconds ends a connector's long wait at once, without an error", async () => {
  const { clock, run, begin } = await aWorld(waiting(({ clock, signal }) => clock.sleep(tenMinutesMs, signal)));
  const startedMs = clock.now();
  const report = await run({ budget: { ms: 5000 } });
  expect(report).toMatchObject({ status: "partial", more: true, error: null, health: "ok", stats: { pages: 0 } });
  expect(clock.now() - startedMs).toBeLessThan(5000);
  expect(await begin()).toMatchObject({ kind: "started", cursor: null });
});

test.each([
  ["a spent budget", { budget: { ms: 5000 } }, { more: true, error: null }, 2],
  ["the host", {}, { more: false, error: { code: "ABORTED" } }, 1],
])(
  "ingest: of a run that %s ends, one page at most is stored that its connector hands over",
  async (_by, extra, report, records) => {
    const host = new AbortController();
    const connector: AnyConnector = {
      ...scripted({ pages: [] }),
      async *pull({ clock, signal }) {
        yield scriptedPage(page("E1"), 1);
        try {
          if (!("budget" in extra)) host.abort();
          await clock.sleep(tenMinutesMs, signal);
        } catch (error) {
          yield scriptedPage(page("E2"), 2);
          yield scriptedPage(page("E3"), 3);
          throw error;
        }
      },
    };
    const { run, stored } = await aWorld(connector);
    expect(await run({ ...extra, signal: host.signal })).toMatchObject({ status: "partial", ...report });
    expect(await stored()).toBe(records);
  },
);

test("ingest: a spent budget also ends the connector's other requests", async () => {
  let aborted = false;
  const connector = waiting(async ({ clock, signal }) => {
    signal.addEventListener("abort", () => {
      aborted = true;
    });
    await clock.sleep(tenMinutesMs, signal).catch(() => {
      throw new TypeError("fetch failed");
    });
  });
  const { run } = await aWorld(connector);
  expect(await run({ budget: { ms: 5000 } })).toMatchObject({ status: "partial", more: true, error: null });
  expect(aborted).toBe(true);
});

test("ingest: the connector's signal is aborted when the run is over, however it ended", async () => {
  const signals: AbortSignal[] = [];
  const { run } = await aWorld(waiting(async ({ signal }) => void signals.push(signal)));
  await run();
  await run({ budget: { pages: 1 } });
  expect(signals.map(({ aborted }) => aborted)).toEqual([true, true]);
});

test("ingest: an aborted signal ends a wait, keeps what was read and releases the lease", async () => {
  const aborter = new AbortController();
  const { run, begin, stored } = await aWorld();
  const onEvent: IngestOptions["onEvent"] = (event) => {
    if (event.type === "run.progress" && event.stats.pages === 2) aborter.abort(new Error("canary"));
  };
  const report = await run({ signal: aborter.signal, onEvent });
  expect(report).toMatchObject({ status: "partial", more: false, health: "ok", error: { code: "ABORTED" } });
  expect(JSON.stringify(report)).not.toContain("canary");
  expect(await stored()).toBe(2);
  expect(await begin()).toMatchObject({ kind: "started", cursor: { page: 2 } });
});

test("ingest: a signal that was aborted before reads no page", async () => {
  const { run, stored } = await aWorld();
  const report = await run({ signal: AbortSignal.abort() });
  expect(report).toMatchObject({ status: "partial", error: { code: "ABORTED" }, stats: { pages: 0 } });
  expect(await stored()).toBe(0);
});

test("ingest: an abort while the connector fails of something else is told as ABORTED", async () => {
  const aborter = new AbortController();
  const connector = waiting(async () => {
    aborter.abort();
    throw new ImportError("NETWORK", "socket hang up");
  });
  const { run } = await aWorld(connector);
  expect((await run({ signal: aborter.signal })).error?.code).toBe("ABORTED");
});

/** The world's clock, of which each finished wait is followed by this. */
function clockWith(clock: Clock, afterSleep: () => Promise<unknown>): Clock {
  return {
    now: () => clock.now(),
    async sleep(ms, signal) {
      await clock.sleep(ms, signal);
      await afterSleep();
    },
  };
}

test("ingest: a connector that sleeps ten minutes keeps a lease of one minute all the time", async () => {
  const { clock, run, begin, stored } = await aWorld(waiting(({ clock, signal }) => clock.sleep(tenMinutesMs, signal)));
  const others: string[] = [];
  const watched = clockWith(clock, async () => others.push((await begin()).kind));
  const startedMs = clock.now();
  const report = await run({ clock: watched, leaseMs: 60_000 });
  expect(report).toMatchObject({ status: "succeeded", error: null });
  expect(clock.now() - startedMs).toBe(tenMinutesMs);
  expect(others.length).toBeGreaterThan(9);
  expect(new Set(others)).toEqual(new Set(["busy"]));
  expect(await stored()).toBe(1);
});

test("ingest: a lease that was taken over during a wait ends the run with LEASE_LOST and writes nothing", async () => {
  const { clock, store, run, begin, stored } = await aWorld(
    waiting(({ clock, signal }) => clock.sleep(tenMinutesMs, signal)),
  );
  // The process was paused for longer than its lease, and another one began.
  const paused = clockWith(clock, async () => {
    clock.advance(61_000);
    await begin();
  });
  const report = await run({ clock: paused, leaseMs: 60_000 });
  expect(report).toMatchObject({ status: "failed", error: { code: "LEASE_LOST", recovery: "retry" } });
  expect(report.stats.pages).toBe(0);
  expect(await stored()).toBe(0);
  const jobs = (await store.jobs("owner", {})).items.map(({ status }) => status);
  expect(jobs.sort()).toEqual(["failed", "running"]);
});

test("ingest: a lease that was taken over before a commit ends the run with LEASE_LOST and writes nothing", async () => {
  const { clock, run, begin, stored } = await aWorld({
    ...scripted({ pages: [] }),
    async *pull() {
      yield scriptedPage(page("E1"), 1);
      clock.advance(121_000);
      await begin();
      yield scriptedPage(page("E2"), 2);
    },
  });
  const report = await run();
  expect(report).toMatchObject({ status: "partial", error: { code: "LEASE_LOST" }, stats: { pages: 1 } });
  expect(report.cursorAfter).toEqual({ page: 1 });
  expect(await stored()).toBe(1);
});

test("ingest: a lease that was taken over after the last page does not count as success", async () => {
  const { clock, store, connectionId, run, begin, stored } = await aWorld({
    ...scripted({ pages: [] }),
    async *pull() {
      yield scriptedPage(page("E1"), 1);
      clock.advance(121_000);
      await begin();
    },
  });
  expect(await run()).toMatchObject({ status: "partial", error: { code: "LEASE_LOST" } });
  expect(await stored()).toBe(1);
  expect((await store.connection("owner", connectionId))?.lastSucceededAt).toBeNull();
});

test("ingest: a process that slept past its lease goes on when nobody took over", async () => {
  const { clock, run, stored } = await aWorld(waiting(({ clock, signal }) => clock.sleep(tenMinutesMs, signal)));
  const paused = clockWith(clock, async () => clock.advance(61_000));
  expect(await run({ clock: paused, leaseMs: 60_000 })).toMatchObject({ status: "succeeded" });
  expect(await stored()).toBe(1);
});

test("ingest: an abort ends a run whose credentials are never answered", async () => {
  const { run, begin } = await aWorld();
  const host = new AbortController();
  const running = run({
    signal: host.signal,
    credentials: () => {
      queueMicrotask(() => host.abort());
      return new Promise(() => {});
    },
  });
  expect(await running).toMatchObject({ error: { code: "ABORTED" } });
  expect((await begin()).kind).toBe("started");
});
