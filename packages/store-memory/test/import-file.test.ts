import { createFillbook, ImportError } from "@fillbook/core";
import type { AnyConnector } from "@fillbook/core/connector";
import { memoryStore } from "@fillbook/store-memory";
import { anExecution, fakeClock, scripted, scriptedPage } from "@fillbook/testkit";
import { expect, test } from "vitest";
import { aConnection, ranReport } from "../../testkit/src/suite/play.ts";

/** A scripted broker whose files hold one family id a line; a file is whole when its last line is `end`. */
function aReader(): AnyConnector {
  return {
    ...scripted({ pages: [{ records: [{ kind: "execution", execution: anExecution({ familyId: "E1" }) }] }] }),
    async *readFile(stream, { connection }) {
      let text = "";
      for await (const piece of stream) text += new TextDecoder().decode(piece);
      const [account, ...families] = text.split("\n");
      if (account !== connection.accountRef) throw new ImportError("ACCOUNT_MISMATCH", `the file is of ${account}`);
      for (const familyId of families) {
        if (familyId === "end") return;
        const execution = anExecution({ familyId });
        const { cursor: _cursor, ...page } = scriptedPage({ records: [{ kind: "execution", execution }] }, 1);
        yield page;
      }
      throw new ImportError("PROTOCOL", "the file ends too early");
    },
  };
}

async function aWorld(connector: AnyConnector = aReader()) {
  const clock = fakeClock();
  const store = memoryStore({ clock });
  let asked = 0;
  const credentials = async () => {
    asked += 1;
    return { token: "t" };
  };
  const book = createFillbook({ store, connectors: [connector], credentials, clock });
  const connectionId = await aConnection(store);
  const connection = async () => (await store.connection("owner", connectionId)) ?? expect.fail("no connection");
  return { clock, store, book, connectionId, connection, asked: () => asked };
}

async function* fileOf(...lines: readonly string[]) {
  const text = lines.join("\n");
  for (let start = 0; start < text.length; start += 3) yield new TextEncoder().encode(text.slice(start, start + 3));
}

test("import file: its fills are stored once beside those of pull, and the cursor stays", async () => {
  const { book, store, connectionId, asked } = await aWorld();
  await book.ingest({ connectionId, mode: "scheduled" });
  const user = book.forUser("owner");
  const report = ranReport(await user.importFile(connectionId, fileOf("A1", "E1", "E2", "end")));
  expect(report).toMatchObject({
    status: "succeeded",
    error: null,
    cursorBefore: { page: 1 },
    cursorAfter: { page: 1 },
  });
  expect(report.stats).toMatchObject({ pages: 2, inserted: 1, duplicates: 1 });
  expect(asked()).toBe(1);
  expect((await store.jobs("owner", {})).items).toMatchObject([{ mode: "manual" }, { mode: "scheduled" }]);
  const again = ranReport(await user.importFile(connectionId, fileOf("A1", "E1", "E2", "end")));
  expect(again.stats).toMatchObject({ inserted: 0, duplicates: 2 });
});

test("import file: before any run the cursor is null and stays so", async () => {
  const { book, connectionId } = await aWorld();
  const report = ranReport(await book.forUser("owner").importFile(connectionId, fileOf("A1", "E2", "end")));
  expect([report.cursorBefore, report.cursorAfter]).toEqual([null, null]);
  expect(ranReport(await book.ingest({ connectionId, mode: "scheduled" })).stats.inserted).toBe(1);
});

test("import file: a file of another account writes nothing and does not block the connection", async () => {
  const { book, store, connectionId, connection } = await aWorld();
  const report = ranReport(await book.forUser("owner").importFile(connectionId, fileOf("B2", "E2", "end")));
  expect(report).toMatchObject({ status: "failed", error: { code: "ACCOUNT_MISMATCH" }, stats: { pages: 0 } });
  expect((await store.executions("owner", {})).items).toEqual([]);
  expect(await connection()).toMatchObject({ status: "active", health: "ok" });
});

test("import file: a file that is not whole keeps what was read and is no success", async () => {
  const { book, connectionId } = await aWorld();
  const report = ranReport(await book.forUser("owner").importFile(connectionId, fileOf("A1", "E2", "E3")));
  expect(report).toMatchObject({ status: "partial", error: { code: "PROTOCOL" }, stats: { inserted: 2 } });
  expect(report.error).toMatchObject({ recovery: "upload-again", retryAfterMs: null });
  expect((await book.forUser("owner").jobs()).items).toMatchObject([{ error: report.error }]);
});

test.each([
  ["BROKER_ERROR", "upload-again"],
  ["RATE_LIMITED", "upload-again"],
  ["ACCOUNT_MISMATCH", "fix-config"],
  ["SCHEMA_DRIFT", "report-bug"],
] as const)("import file: after %s nobody is told to wait for another try: %s", async (code, recovery) => {
  const connector: AnyConnector = {
    ...aReader(),
    // biome-ignore lint/correctness/useYield: it fails before its first page
    async *readFile() {
      throw new ImportError(code, "it cannot be read", { retryAfterMs: 60_000 });
    },
  };
  const { book, connectionId, connection } = await aWorld(connector);
  const report = ranReport(await book.forUser("owner").importFile(connectionId, fileOf("A1")));
  const isAgain = recovery === "upload-again";
  expect(report.error).toMatchObject({ code, recovery, retryAfterMs: isAgain ? null : 60_000 });
  expect(await connection()).toMatchObject({ health: "ok", breaker: "closed" });
});

test("import file: what a file lacks asks for another file, what a run lacks waits for the next one", async () => {
  const diagnostics = [{ kind: "partial_import", key: "half", message: "the second half is missing" }] as const;
  const connector: AnyConnector = {
    ...scripted({ pages: [{ records: [], diagnostics: [{ ...diagnostics[0], key: "run" }] }] }),
    async *readFile() {
      const { cursor: _cursor, ...page } = scriptedPage({ records: [], diagnostics }, 1);
      yield page;
    },
  };
  const { book, connectionId } = await aWorld(connector);
  const user = book.forUser("owner");
  await user.importFile(connectionId, fileOf("A1"));
  await book.ingest({ connectionId, mode: "manual" });
  const { items } = await user.problems({ kind: "partial_import" });
  expect(new Set(items.map(({ action }) => action.kind))).toEqual(new Set(["upload-file", "wait"]));
});

test("import file: a good file does not mend credentials that the broker refused", async () => {
  const refused = new ImportError("CREDENTIALS_INVALID", "no");
  const connector = { ...aReader(), pull: scripted({ pages: [{ error: refused }] }).pull };
  const { book, connectionId, connection } = await aWorld(connector);
  await book.ingest({ connectionId, mode: "scheduled" });
  const report = ranReport(await book.forUser("owner").importFile(connectionId, fileOf("A1", "E2", "end")));
  expect(report).toMatchObject({ status: "succeeded", health: "needs_reauth" });
  expect(await connection()).toMatchObject({ status: "needs_reauth", health: "needs_reauth" });
});

test("import file: a connector without files is FEATURE_UNAVAILABLE, a stranger's connection is not found", async () => {
  const { book, connectionId } = await aWorld(scripted({ pages: [] }));
  const report = ranReport(await book.forUser("owner").importFile(connectionId, fileOf("A1")));
  expect(report).toMatchObject({ status: "failed", error: { code: "FEATURE_UNAVAILABLE" } });
  const stranger = book.forUser("stranger").importFile(connectionId, fileOf("A1", "end"));
  await expect(stranger).rejects.toMatchObject({ code: "CONNECTION_NOT_FOUND" });
});

test("import file: a stream that fails is NETWORK, one that hangs ends with the caller's signal", async () => {
  const { book, connectionId } = await aWorld();
  const user = book.forUser("owner");
  async function* failing() {
    yield* fileOf("A1");
    throw new Error("reset, c4n4ry");
  }
  const failed = ranReport(await user.importFile(connectionId, failing()));
  expect(failed).toMatchObject({ status: "failed", error: { code: "NETWORK" } });
  expect(JSON.stringify(failed)).not.toContain("c4n4ry");
  const aborter = new AbortController();
  async function* hanging() {
    yield* fileOf("A1");
    aborter.abort();
    await new Promise(() => {});
  }
  const aborted = ranReport(await user.importFile(connectionId, hanging(), { signal: aborter.signal }));
  expect(aborted).toMatchObject({ status: "partial", error: { code: "ABORTED" } });
});

test("import file: a slow upload keeps the lease, so that no other run takes over", async () => {
  const { book, clock, connectionId } = await aWorld();
  let meanwhile: unknown;
  async function* slow() {
    for (const piece of ["A1\n", "E2\n", "E3\n", "end"]) {
      clock.advance(100_000);
      yield new TextEncoder().encode(piece);
    }
    meanwhile = await book.ingest({ connectionId, mode: "scheduled" });
  }
  const report = ranReport(await book.forUser("owner").importFile(connectionId, slow()));
  expect(report).toMatchObject({ status: "succeeded", stats: { inserted: 2 } });
  expect(meanwhile).toMatchObject({ status: "skipped", runningJobId: report.jobId });
});

test("import file: a stream that stops ends the run, its lease is free, and what came before is stored", async () => {
  const { book, connectionId } = await aWorld(aLineReader());
  const user = book.forUser("owner");
  let isClosed = false;
  async function* stopping() {
    try {
      yield new TextEncoder().encode("E1\n");
      await new Promise(() => undefined);
    } finally {
      isClosed = true;
    }
  }
  const report = ranReport(await user.importFile(connectionId, stopping(), { fileIdleMs: 50 }));
  expect(report).toMatchObject({ status: "partial", error: { code: "TIMEOUT" }, stats: { inserted: 1 } });
  expect(isClosed).toBe(false);
  const again = await user.importFile(connectionId, fileOf("E1", ""));
  expect(again).toMatchObject({ status: "succeeded", stats: { duplicates: 1 } });
});

test("import file: a stream of empty pieces comes to an end", async () => {
  const { book, connectionId } = await aWorld(aLineReader());
  async function* empty() {
    for (;;) yield new Uint8Array(0);
  }
  const report = await book.forUser("owner").importFile(connectionId, empty());
  expect(report).toMatchObject({ status: "failed", error: { code: "NETWORK" } });
});

/** A scripted broker whose files hold one family id a line, each of which is a page as soon as its line ends. */
function aLineReader(): AnyConnector {
  return {
    ...scripted({ pages: [] }),
    async *readFile(stream) {
      let text = "";
      for await (const piece of stream) {
        text += new TextDecoder().decode(piece);
        for (let end = text.indexOf("\n"); end !== -1; end = text.indexOf("\n")) {
          const execution = anExecution({ familyId: text.slice(0, end) });
          text = text.slice(end + 1);
          const { cursor: _cursor, ...page } = scriptedPage({ records: [{ kind: "execution", execution }] }, 1);
          yield page;
        }
      }
    },
  };
}
