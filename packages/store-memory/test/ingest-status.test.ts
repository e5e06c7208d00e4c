import {
  type ErrorCode,
  errorRecovery,
  type Health,
  ImportError,
  type IngestOptions,
  ingest,
  instant,
  type JobStatus,
} from "@fillbook/core";
import { memoryStore } from "@fillbook/store-memory";
import { anExecution, fakeClock, type ScriptedPage, scripted } from "@fillbook/testkit";
import { expect, test } from "vitest";
import { aConnection, ranReport } from "../../testkit/src/suite/play.ts";

const clock = fakeClock();
const page = (familyId: string): ScriptedPage => ({
  records: [{ kind: "execution", execution: anExecution({ familyId }) }],
});

/** A store with one connection, and runs of a scripted broker against it. */
async function aWorld(pages: readonly ScriptedPage[], connection: Parameters<typeof aConnection>[1] = {}) {
  const store = memoryStore({ clock });
  const connectionId = await aConnection(store, connection);
  const connector = scripted({ pages });
  const run = async (extra: Partial<IngestOptions> = {}) =>
    ingest({
      ...{ store, connectors: [connector], connectionId, mode: "manual", clock, ...extra },
      credentials: extra.credentials ?? (async () => ({ token: "t" })),
    });
  return { store, connectionId, connector, run };
}

const codes = Object.keys(errorRecovery).filter((code): code is ErrorCode => code in errorRecovery);

/** What a failure leaves behind, from the code's recovery alone. */
function expectedEnd(code: ErrorCode, pages: number): { status: JobStatus; health: Health; connection: string } {
  const recovery = errorRecovery[code];
  if (recovery === "reauthenticate")
    return { status: "blocked_reauth", health: "needs_reauth", connection: "needs_reauth" };
  const status = pages === 0 && code !== "ABORTED" ? "failed" : "partial";
  // The broker had no part in these.
  if (["ABORTED", "LEASE_LOST", "STORE_FAILED", "STORE_NOT_MIGRATED"].includes(code))
    return { status, health: "ok", connection: "active" };
  return {
    status,
    health: code === "MAINTENANCE" ? "maintenance_window" : "degraded",
    connection: recovery === "fix-config" ? "error" : "active",
  };
}

test.each(codes.flatMap((code) => [[code, 0] as const, [code, 1] as const]))(
  "ingest: %s after %i pages is a report with its recovery, and what was read stays",
  async (code, pages) => {
    const error = new ImportError(code, "scripted failure", { retryAfterMs: 5 });
    const { store, connectionId, run } = await aWorld([...[page("E1")].slice(0, pages), { error }]);
    const report = ranReport(await run());
    const expected = expectedEnd(code, pages);
    expect(report).toMatchObject({ status: expected.status, health: expected.health, more: false });
    expect(report.error).toEqual({
      ...{ code, recovery: errorRecovery[code], message: "scripted failure", retryAfterMs: 5, connectionId },
    });
    expect((await store.executions("owner", {})).items).toHaveLength(pages);
    expect(await store.connection("owner", connectionId)).toMatchObject({
      status: expected.connection,
      health: expected.health,
      lastSucceededAt: null,
    });
    const job = await store.job("owner", report.jobId);
    expect(job).toMatchObject({ status: report.status, error: report.error, cursorAfter: report.cursorAfter });
  },
);

test("ingest: a run after a failure goes on behind the last stored page and makes the connection active", async () => {
  let broken = true;
  const store = memoryStore({ clock });
  const connectionId = await aConnection(store);
  const pages = () => [page("E1"), broken ? { error: new ImportError("OPTION_INVALID", "no") } : page("E2")];
  const connector = scripted({ pages });
  const options = { store, connectors: [connector], connectionId, mode: "scheduled", clock } as const;
  const credentials = async () => ({ token: "t" });
  expect(ranReport(await ingest({ ...options, credentials })).status).toBe("partial");
  expect((await store.connection("owner", connectionId))?.status).toBe("error");
  broken = false;
  const report = ranReport(await ingest({ ...options, credentials }));
  expect(report).toMatchObject({
    status: "succeeded",
    error: null,
    cursorBefore: { page: 1 },
    cursorAfter: { page: 2 },
  });
  expect(report.stats).toMatchObject({ pages: 1, inserted: 1, duplicates: 0 });
  const connection = await store.connection("owner", connectionId);
  expect(connection).toMatchObject({ status: "active", health: "ok", lastSucceededAt: report.finishedAt });
});

test("ingest: nothing to read is a success", async () => {
  const { run } = await aWorld([]);
  expect(ranReport(await run())).toMatchObject({ status: "succeeded", more: false, error: null, cursorAfter: null });
});

test("ingest: a connection whose run is going on is skipped, its job named and its credentials not asked for", async () => {
  const { store, connectionId, connector, run } = await aWorld([page("E1")]);
  const start = await store.beginRun({ connectionId, mode: "manual", window: {}, leaseMs: 60_000 });
  let asked = 0;
  const credentials = async () => {
    asked += 1;
  };
  expect(await run({ credentials })).toEqual({
    status: "skipped",
    runningJobId: start.kind === "started" ? start.jobId : "",
  });
  expect([asked, connector.pulled()]).toEqual([0, 0]);
});

test("ingest: of two runs at once one imports and the other is skipped", async () => {
  const { store, run } = await aWorld([page("E1"), page("E2")]);
  const reports = await Promise.all([run(), run()]);
  expect(reports.map(({ status }) => status).sort()).toEqual(["skipped", "succeeded"]);
  expect((await store.jobs("owner", {})).items).toHaveLength(1);
});

test("ingest: an unknown connection throws CONNECTION_NOT_FOUND and opens no job", async () => {
  const { store, run } = await aWorld([]);
  await expect(run({ connectionId: "nobody" })).rejects.toMatchObject({
    ...{ name: "ImportError", code: "CONNECTION_NOT_FOUND", connectionId: "nobody" },
  });
  expect((await store.jobs("owner", {})).items).toEqual([]);
});

test("ingest: a connector that was not given ends the run with CONNECTOR_UNKNOWN", async () => {
  const { store, connectionId, run } = await aWorld([], { connector: "elsewhere" });
  const report = ranReport(await run());
  expect(report).toMatchObject({ status: "failed", error: { code: "CONNECTOR_UNKNOWN", recovery: "fix-config" } });
  expect((await store.connection("owner", connectionId))?.status).toBe("error");
});

test.each([
  ["settings", { settings: { colour: 1 } }, "OPTION_INVALID", "settings"],
  ["settings that are no object", { settings: "text" }, "OPTION_INVALID", "settings"],
])(
  "ingest: %s that the connector refuses end the run before credentials are asked for",
  async (_n, given, code, what) => {
    const { run } = await aWorld([page("E1")], given);
    const credentials = () => Promise.reject(new Error("asked"));
    const report = ranReport(await run({ credentials }));
    expect(report).toMatchObject({ status: "failed", error: { code, message: expect.stringContaining(what) } });
  },
);

test("ingest: a stored cursor that the connector refuses ends the run with CURSOR_INVALID and stays", async () => {
  const { store, connectionId, connector, run } = await aWorld([page("E1")]);
  await run();
  // No cursor is as credentials are.
  const picky = Object.assign({}, connector, { cursor: connector.credentials });
  const report = ranReport(await run({ connectors: [picky] }));
  expect(report).toMatchObject({ status: "failed", error: { code: "CURSOR_INVALID" }, cursorAfter: { page: 1 } });
  const start = await store.beginRun({ connectionId, mode: "manual", window: {}, leaseMs: 1000 });
  expect(start).toMatchObject({ cursor: { page: 1 } });
});

test.each([
  ["throws", () => Promise.reject(new Error("vault at https://x?token=canary"))],
  [
    "throws at once",
    () => {
      throw new Error("canary");
    },
  ],
])(
  "ingest: a credentials callback that %s ends the run with CREDENTIALS_UNAVAILABLE, without its message",
  async (_n, credentials) => {
    const { connector, run } = await aWorld([page("E1")]);
    const report = ranReport(await run({ credentials }));
    expect(report).toMatchObject({ status: "failed", error: { code: "CREDENTIALS_UNAVAILABLE", recovery: "wait" } });
    expect(JSON.stringify(report)).not.toContain("canary");
    expect(connector.pulled()).toBe(0);
  },
);

test("ingest: an ImportError of the credentials callback is passed on", async () => {
  const { run } = await aWorld([page("E1")]);
  const gone = new ImportError("CREDENTIALS_INVALID", "the person took them back");
  expect(ranReport(await run({ credentials: () => Promise.reject(gone) })).status).toBe("blocked_reauth");
});

test.each([undefined, null, "canary", { token: 7, other: "canary" }, []])(
  "ingest: credentials like %j end the run with CREDENTIALS_MALFORMED, which names fields and no values",
  async (given) => {
    const { connector, run } = await aWorld([page("E1")]);
    const report = ranReport(await run({ credentials: async () => given }));
    expect(report).toMatchObject({ status: "blocked_reauth", error: { code: "CREDENTIALS_MALFORMED" } });
    expect(JSON.stringify(report)).not.toContain("canary");
    expect(connector.pulled()).toBe(0);
  },
);

test.each<readonly [string, object]>([
  ["connectionId", { connectionId: "" }],
  ["connectionId", { connectionId: 7 }],
  ["mode", { mode: "sometimes" }],
  ["window.from", { window: { from: "yesterday" } }],
  ["window.to", { window: { to: "1999-12-31T00:00:00Z" } }],
  ["window", { window: "all" }],
  ["budget.ms", { budget: { ms: 0 } }],
  ["budget.ms", { budget: { ms: Number.NaN } }],
  ["budget.pages", { budget: { pages: 0 } }],
  ["budget.pages", { budget: { pages: 1.5 } }],
  ["leaseMs", { leaseMs: 999 }],
  ["leaseMs", { leaseMs: 3_600_001 }],
  ["leaseMs", { leaseMs: "1000" }],
])("ingest: a bad %s throws OPTION_INVALID that names it, and opens no job: %j", async (name, extra) => {
  const { store, run } = await aWorld([]);
  await expect(run(extra)).rejects.toMatchObject({ code: "OPTION_INVALID", message: expect.stringContaining(name) });
  expect((await store.jobs("owner", {})).items).toEqual([]);
});

test("ingest: options that are undefined count as absent, and the window is in the report", async () => {
  const { run } = await aWorld([page("E1")]);
  const from = instant("2026-01-01T00:00:00Z");
  const absent: object = { leaseMs: undefined, budget: { ms: undefined, pages: undefined }, signal: undefined };
  const report = ranReport(await run({ ...absent, window: { from } }));
  expect(report).toMatchObject({ status: "succeeded", window: { from } });
});
