import { createFillbook, type FillbookOptions, ImportError, type IngestReport } from "@fillbook/core";
import type { AnyConnector } from "@fillbook/core/connector";
import { memoryStore } from "@fillbook/store-memory";
import { anExecution, fakeClock, type ScriptedPage, scripted, scriptedPage } from "@fillbook/testkit";
import { expect, expectTypeOf, test } from "vitest";
import { aConnection } from "../../testkit/src/suite/play.ts";

const page = (familyId: string): Extract<ScriptedPage, { records: unknown }> => ({
  records: [{ kind: "execution", execution: anExecution({ familyId }) }],
});

function aBook(
  connectors: readonly AnyConnector[] = [scripted({ pages: [page("E1")] })],
  extra: Partial<FillbookOptions<readonly AnyConnector[]>> = {},
) {
  const clock = fakeClock();
  const store = memoryStore({ clock });
  const asked: object[] = [];
  const credentials: FillbookOptions<readonly AnyConnector[]>["credentials"] = async (connection) => {
    asked.push(connection);
    return { token: "t" };
  };
  return { clock, store, asked, book: createFillbook({ store, connectors, credentials, clock, ...extra }) };
}

/** A connector whose second page never comes: it waits until the run is ended. */
function hanging(): { readonly connector: AnyConnector; readonly hangs: Promise<void> } {
  let resolve = () => {};
  const hangs = new Promise<void>((done) => {
    resolve = done;
  });
  const connector: AnyConnector = {
    ...scripted({ pages: [] }),
    async *pull({ signal }) {
      yield scriptedPage(page("E1"), 1);
      await new Promise((_, reject) => {
        signal.addEventListener("abort", () => reject(signal.reason));
        resolve();
      });
    },
  };
  return { connector, hangs };
}

test("close: it aborts the runs that are going on, waits for their jobs, and keeps what they read", async () => {
  const { connector, hangs } = hanging();
  const { store, book } = aBook([connector]);
  const connectionId = await aConnection(store);
  const run = book.ingest({ connectionId, mode: "scheduled" });
  await hangs;
  await book.close();
  const jobs = (await store.jobs("owner", {})).items;
  expect(jobs).toMatchObject([{ status: "partial", error: { code: "ABORTED" }, stats: { pages: 1 } }]);
  expect(await run).toMatchObject({ status: "partial", error: { code: "ABORTED" }, health: "ok" });
  expect((await store.executions("owner", {})).items).toHaveLength(1);
});

test("close: a run that throws does not make it throw", async () => {
  const { book } = aBook();
  const run = book.ingest({ connectionId: "nobody", mode: "scheduled" });
  const failed = expect(run).rejects.toMatchObject({ code: "CONNECTION_NOT_FOUND" });
  await book.close();
  await failed;
});

test("close: `await using` closes, a second close is nothing, and a later run reads no page", async () => {
  const connector = scripted({ pages: [page("E1")] });
  const { store, book } = aBook([connector]);
  const connectionId = await aConnection(store);
  {
    await using used = book;
    expect(used).toBe(book);
  }
  await book.close();
  expect(await book.ingest({ connectionId, mode: "manual" })).toMatchObject({ error: { code: "ABORTED" } });
  expect(connector.pulled()).toBe(0);
});

test("ingest: a caller's own signal ends its run only", async () => {
  const { connector, hangs } = hanging();
  const { store, book } = aBook([connector, scripted({ id: "second", pages: [page("E2")] })]);
  const [first, second] = [await aConnection(store), await aConnection(store, { connector: "second" })];
  const aborter = new AbortController();
  const run = book.ingest({ connectionId: first, mode: "scheduled", signal: aborter.signal });
  await hangs;
  aborter.abort();
  expect(await run).toMatchObject({ status: "partial", error: { code: "ABORTED" } });
  const other = await book.ingest({ connectionId: second, mode: "scheduled", signal: AbortSignal.any([]) });
  expect(other.status).not.toBe("skipped");
});

test("ingest: budget, window and events reach the run", async () => {
  const types: string[] = [];
  const connector = scripted({ pages: [page("E1"), page("E2")] });
  const { store, book } = aBook([connector], { onEvent: ({ type }) => void types.push(type) });
  const connectionId = await aConnection(store);
  const report = await book.ingest({ connectionId, mode: "backfill", budget: { pages: 1 } });
  expect(report).toMatchObject({ status: "partial", more: true, stats: { pages: 1 } });
  expect(types).toEqual(["run.started", "run.progress", "run.finished"]);
  expect((await store.jobs("owner", {})).items).toMatchObject([{ mode: "backfill" }]);
});

test("connectors: two with one id are refused by name", () => {
  const twins = [scripted({ pages: [] }), scripted({ id: "other", pages: [] }), scripted({ pages: [] })];
  expect(() => aBook(twins)).toThrow(
    expect.objectContaining({ code: "OPTION_INVALID", message: expect.stringContaining("scripted") }),
  );
});

test("connect: one live check names the account, and the connection can be read and imported", async () => {
  const { book, asked, clock } = aBook();
  const connection = await book.forUser("ann").connect({ connector: "scripted", label: "mine" });
  const now = new Date(clock.now()).toISOString().slice(0, 19);
  expect(connection).toMatchObject({ userId: "ann", broker: "scripted", accountRef: "A1", label: "mine" });
  expect(connection).toMatchObject({ status: "active", health: "ok", settings: {}, lastSyncAt: null });
  expect(connection.createdAt).toContain(now);
  expect(asked).toEqual([{ id: connection.id, userId: "ann", connector: "scripted" }]);
  expect(await book.forUser("ann").connection(connection.id)).toEqual(connection);
  const report = await book.ingest({ connectionId: connection.id, mode: "manual" });
  expect(report).toMatchObject({ status: "succeeded", stats: { inserted: 1 } });
  expect((await book.forUser("ann").connection(connection.id)).lastSucceededAt).not.toBeNull();
});

const failingCheck = (error: Error): AnyConnector => ({
  ...scripted({ pages: [] }),
  check: () => Promise.reject(error),
});

test.each<readonly [string, object, string, AnyConnector, unknown]>([
  [
    "an account that the credentials do not open",
    { accountRef: "A2" },
    "ACCOUNT_MISMATCH",
    scripted({ pages: [] }),
    { token: "t" },
  ],
  ["malformed credentials", {}, "CREDENTIALS_MALFORMED", scripted({ pages: [] }), { token: 7 }],
  ["no credentials", {}, "CREDENTIALS_MALFORMED", scripted({ pages: [] }), undefined],
  ["an unknown connector", { connector: "elsewhere" }, "CONNECTOR_UNKNOWN", scripted({ pages: [] }), { token: "t" }],
  [
    "settings that the connector refuses",
    { settings: { colour: 1 } },
    "OPTION_INVALID",
    scripted({ pages: [] }),
    { token: "t" },
  ],
  ["a label that is too long", { label: "x".repeat(201) }, "OPTION_INVALID", scripted({ pages: [] }), { token: "t" }],
  ["a label with a NUL", { label: "a\u0000" }, "OPTION_INVALID", scripted({ pages: [] }), { token: "t" }],
  ["an empty account", { accountRef: "" }, "OPTION_INVALID", scripted({ pages: [] }), { token: "t" }],
  [
    "what the broker refuses",
    {},
    "CREDENTIALS_INVALID",
    failingCheck(new ImportError("CREDENTIALS_INVALID", "no")),
    { token: "t" },
  ],
])("connect: %s is refused and makes no connection", async (_name, request, code, connector, credentials) => {
  const { book } = aBook([connector], { credentials: async () => credentials });
  const user = book.forUser("ann");
  await expect(user.connect({ connector: "scripted", ...request })).rejects.toMatchObject({
    name: "ImportError",
    code,
  });
  expect((await user.connections()).items).toEqual([]);
});

test("connect: an account that is one of several which the credentials open is taken", async () => {
  const check: AnyConnector["check"] = async () => {
    return { accountRef: "A1", accounts: ["A1", "A2"], permissions: [], historyFrom: null, warnings: [] };
  };
  const { book } = aBook([{ ...scripted({ pages: [] }), check }]);
  const connection = await book.forUser("ann").connect({ connector: "scripted", accountRef: "A2" });
  expect(connection.accountRef).toBe("A2");
});

test("forUser: a stranger finds nothing, by list or by id", async () => {
  const { book } = aBook();
  const [ann, bob] = [book.forUser("ann"), book.forUser("bob")];
  const { id } = await ann.connect({ connector: "scripted" });
  const report = await book.ingest({ connectionId: id, mode: "manual" });
  const [trade] = (await ann.trades()).items;
  const jobId = report.status === "skipped" ? "" : report.jobId;
  expect([trade?.quantity, (await ann.job(jobId))?.status]).toEqual(["10", "succeeded"]);
  await expect(bob.connection(id)).rejects.toMatchObject({ code: "CONNECTION_NOT_FOUND", connectionId: id });
  expect([await bob.trade(trade?.id ?? ""), await bob.job(jobId)]).toEqual([null, null]);
  const lists = [bob.connections(), bob.trades(), bob.inbox(), bob.executions(), bob.jobs(), bob.problems()];
  for (const { items, next } of await Promise.all(lists)) expect([items, next]).toEqual([[], null]);
  const named = [
    bob.trades({ connectionId: id }),
    bob.jobs({ connectionId: id }),
    bob.executions({ tradeId: trade?.id ?? "" }),
  ];
  for (const { items } of await Promise.all(named)) expect(items).toEqual([]);
});

test.each(["", "a\u0000b", "x".repeat(201)])("forUser: an id like %j is refused", (userId) => {
  expect(() => aBook().book.forUser(userId)).toThrow(expect.objectContaining({ code: "OPTION_INVALID" }));
});

test("types: the connector of a request is one of the given ids, and a report is a skipped one or a run's", () => {
  const connectors = [scripted({ id: "first", pages: [] }), scripted({ id: "second", pages: [] })] as const;
  const book = createFillbook({ store: memoryStore(), connectors, credentials: async () => null });
  type Request = Parameters<ReturnType<typeof book.forUser>["connect"]>[0];
  expectTypeOf<Request["connector"]>().toEqualTypeOf<"first" | "second">();
  expectTypeOf<{ connector: "third" }>().not.toExtend<Request>();
  expectTypeOf<Awaited<ReturnType<typeof book.ingest>>>().toEqualTypeOf<IngestReport>();
  expectTypeOf<Extract<IngestReport, { runningJobId: string }>["status"]>().toEqualTypeOf<"skipped">();
});
