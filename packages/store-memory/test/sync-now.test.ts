import { createFillbook, ImportError, instant, instantFromUnixMs } from "@fillbook/core";
import type { AnyConnector, PullRequest } from "@fillbook/core/connector";
import { memoryStore } from "@fillbook/store-memory";
import { anExecution, fakeClock, type ScriptedPage, scripted, scriptedPage } from "@fillbook/testkit";
import { expect, test } from "vitest";
import { aConnection } from "../../testkit/src/suite/play.ts";

const page = (familyId: string): Extract<ScriptedPage, { records: unknown }> => ({
  records: [{ kind: "execution", execution: anExecution({ familyId }) }],
});

async function aWorld(connector: AnyConnector) {
  const clock = fakeClock();
  const store = memoryStore({ clock });
  const book = createFillbook({ store, connectors: [connector], credentials: async () => ({ token: "t" }), clock });
  const connectionId = await aConnection(store);
  const now = () => instantFromUnixMs(clock.now());
  return { clock, store, book, user: book.forUser("owner"), connectionId, now };
}

/** A connector whose first pull waits until it is let go; each pull is heard. */
function gated(): {
  readonly connector: AnyConnector;
  readonly pulls: PullRequest<unknown, unknown, unknown>[];
  open(): void;
} {
  let open = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  const pulls: PullRequest<unknown, unknown, unknown>[] = [];
  const connector: AnyConnector = {
    ...scripted({ pages: [] }),
    async *pull(request) {
      pulls.push(request);
      await opened;
      yield scriptedPage(page(`E${pulls.length}`), pulls.length);
    },
  };
  return { connector, pulls, open };
}

test("syncNow: 20 overlapping manual and scheduled triggers make one fetch, and the others name its job", async () => {
  const { connector, pulls, open } = gated();
  const { book, user, connectionId, store } = await aWorld(connector);
  const triggers = Array.from({ length: 20 }, (_, place) => {
    if (place % 3 === 0) return book.ingest({ connectionId, mode: "scheduled" });
    return place % 3 === 1 ? user.syncNow(connectionId) : book.ingestDue().then(([result]) => result?.report ?? null);
  });
  setImmediate(open);
  const reports = await Promise.all(triggers);
  expect(pulls).toHaveLength(1);
  const ran = reports.filter((report) => report !== null && report.status === "succeeded");
  expect(ran).toHaveLength(1);
  const jobId = (await store.jobs("owner", {})).items.map(({ id }) => id);
  for (const report of reports) if (report?.status === "skipped") expect([report.runningJobId]).toEqual(jobId);
});

test("syncNow: 20 with `after` behind a run that began before make exactly one follow-up", async () => {
  const { connector, pulls, open } = gated();
  const { book, clock, user, connectionId, now, store } = await aWorld(connector);
  const first = user.syncNow(connectionId);
  while (pulls.length === 0) await Promise.resolve();
  clock.advance(1000);
  const after = now();
  const later = await Promise.all(Array.from({ length: 20 }, () => user.syncNow(connectionId, { after })));
  for (const report of later) expect(report).toMatchObject({ status: "skipped", followUp: true });
  expect(await book.ingestDue()).toEqual([]);
  open();
  expect(await first).toMatchObject({ status: "succeeded" });
  expect(await book.ingestDue()).toMatchObject([{ connectionId, report: { status: "succeeded" }, error: null }]);
  expect(await book.ingestDue()).toEqual([]);
  expect(pulls).toHaveLength(2);
  const [followUp] = (await store.jobs("owner", {})).items;
  expect((followUp?.startedAt ?? "") >= after).toBe(true);
});

test("syncNow: `after` a moment before the running job began queues nothing, and behind none it just runs", async () => {
  const { connector, pulls, open } = gated();
  const { book, user, connectionId, now } = await aWorld(connector);
  const first = user.syncNow(connectionId, { after: now() });
  while (pulls.length === 0) await Promise.resolve();
  const second = await user.syncNow(connectionId, { after: instant("2026-01-05T00:00:00Z") });
  expect(second).toEqual({ status: "skipped", runningJobId: expect.any(String) });
  open();
  await first;
  expect(await book.ingestDue()).toEqual([]);
  expect(pulls).toHaveLength(1);
});

test("syncNow: the window reaches the connector and the job, and the mode is manual", async () => {
  const { connector, pulls, open } = gated();
  const { user, connectionId, store } = await aWorld(connector);
  open();
  const window = { from: instant("2025-01-01T00:00:00Z") };
  expect(await user.syncNow(connectionId, { window })).toMatchObject({ status: "succeeded", window });
  expect(pulls).toMatchObject([{ mode: "manual", window }]);
  expect((await store.jobs("owner", {})).items).toMatchObject([{ mode: "manual", window }]);
});

test.each([
  ["a stranger's connection", "nobody", {}, "CONNECTION_NOT_FOUND"],
  ["a bad window", null, { window: { from: "yesterday" } }, "OPTION_INVALID"],
  ["a bad `after`", null, { after: "soon" }, "OPTION_INVALID"],
])("syncNow: %s is refused, and no job is opened", async (_name, id, request, code) => {
  const { user, connectionId, store } = await aWorld(scripted({ pages: [] }));
  // What a caller without types may pass is the point.
  const call = user.syncNow(id ?? connectionId, request as object);
  await expect(call).rejects.toMatchObject({ name: "ImportError", code });
  expect((await store.jobs("owner", {})).items).toEqual([]);
});

test("an expired key makes exactly one request, whoever asks again", async () => {
  const connector = scripted({ pages: [{ error: new ImportError("CREDENTIALS_INVALID", "expired") }] });
  const { book, clock, user, connectionId } = await aWorld(connector);
  expect(await book.ingestDue()).toMatchObject([{ report: { status: "blocked_reauth", health: "needs_reauth" } }]);
  for (let hours = 0; hours < 3; hours += 1) {
    clock.advance(3_600_000);
    expect(await book.ingestDue()).toEqual([]);
    const blocked = { status: "blocked_reauth", error: { code: "CREDENTIALS_INVALID" }, stats: { pages: 0 } };
    expect(await user.syncNow(connectionId)).toMatchObject(blocked);
    expect(await book.ingest({ connectionId, mode: "scheduled" })).toMatchObject(blocked);
    expect(await user.syncAll()).toEqual([]);
  }
  expect(connector.pulled()).toBe(1);
  expect(await user.connection(connectionId)).toMatchObject({ status: "needs_reauth", nextSyncAt: null });
});

test("syncAll: every active connection of the person runs, and one that fails stops no other", async () => {
  const failing = scripted({ id: "failing", pages: [{ error: new ImportError("NETWORK", "gone") }] });
  const clock = fakeClock();
  const store = memoryStore({ clock });
  const connectors = [failing, scripted({ pages: [page("E1")] })];
  const book = createFillbook({ store, connectors, credentials: async () => ({ token: "t" }), clock });
  const ids: string[] = [];
  for (let place = 0; place < 9; place += 1)
    ids.push(await aConnection(store, place % 3 === 0 ? { connector: "failing" } : {}));
  await aConnection(store, { owner: "other" });
  const results = await book.forUser("owner").syncAll();
  expect(results.map(({ connectionId }) => connectionId).sort()).toEqual(ids.sort());
  const statuses = results.map(({ report, error }) => [report?.status, error]);
  expect(statuses.filter(([status]) => status === "succeeded")).toHaveLength(6);
  expect(statuses.filter(([status]) => status === "failed")).toHaveLength(3);
  expect((await store.jobs("other", {})).items).toEqual([]);
});
