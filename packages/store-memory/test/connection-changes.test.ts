import { createFillbook, ImportError, sliceSchema } from "@fillbook/core";
import type { AnyConnector } from "@fillbook/core/connector";
import { aesVault } from "@fillbook/core/node";
import { memoryStore } from "@fillbook/store-memory";
import { anExecution, fakeClock, newConnection, scripted, scriptedPage } from "@fillbook/testkit";
import { expect, test } from "vitest";
import { ranReport } from "../../testkit/src/suite/play.ts";

/** A scripted broker with a setting and files. Tokens open the account behind their colon; a refused one ends the run. */
function aBroker() {
  let meanwhile = async () => {};
  let waitMs = 0;
  const page = (familyId: string) =>
    scriptedPage({ records: [{ kind: "execution", execution: anExecution({ familyId }) }] }, 1);
  const connector: AnyConnector = {
    ...scripted({ pages: [] }),
    // Any schema with a default would do.
    settings: sliceSchema,
    async check({ credentials }) {
      await meanwhile();
      const accountRef = String(credentials.token).split(":")[1] ?? "A1";
      return { accountRef, accounts: [accountRef], permissions: [], historyFrom: null, warnings: [] };
    },
    async *pull({ credentials, connection, clock, signal }) {
      if (waitMs > 0) await clock.sleep(waitMs, signal);
      if (credentials.token === "expired:A1")
        throw new ImportError("CREDENTIALS_INVALID", "the broker refused the token");
      if (connection.settings.limit === 200) throw new ImportError("FEATURE_UNAVAILABLE", "the account is too small");
      yield page("E1");
      await meanwhile();
      yield page("E2");
    },
    async *readFile() {
      const { cursor: _cursor, ...file } = page("E3");
      yield file;
    },
  };
  return {
    connector,
    wait(ms: number) {
      waitMs = ms;
    },
    whileAsked(act: () => Promise<unknown>) {
      meanwhile = async () => {
        meanwhile = async () => {};
        await act();
      };
    },
  };
}

function aWorld() {
  const clock = fakeClock();
  const store = memoryStore({ clock });
  const { connector, whileAsked, wait } = aBroker();
  const vault = aesVault({ keys: [{ id: "k", key: new Uint8Array(32) }], primary: "k" });
  const book = createFillbook({ store, connectors: [connector], clock, vault });
  const run = async (connectionId: string) => ranReport(await book.ingest({ connectionId, mode: "scheduled" }));
  const due = () => store.claimDue({ limit: 10, leaseMs: 1 });
  return { clock, store, whileAsked, wait, run, due, book, user: book.forUser("ann") };
}

const connecting = { connector: "scripted", credentials: { token: "t:A1" } } as const;
const fileOf = async function* () {
  yield new Uint8Array();
};

test("reconnect: new credentials for the same account make the connection active and due at once", async () => {
  const { user, run, due } = aWorld();
  const { id } = await user.connect({ ...connecting, credentials: { token: "expired:A1" } });
  expect(await run(id)).toMatchObject({ status: "blocked_reauth" });
  expect([(await user.connection(id)).status, await due()]).toEqual(["needs_reauth", []]);
  const expected = { status: "active", health: "ok", accountRef: "A1", breaker: "closed", consecutiveFailures: 0 };
  expect(await user.reconnect(id, { token: "new:A1" })).toMatchObject(expected);
  expect(await due()).toEqual([id]);
  expect(await run(id)).toMatchObject({ status: "succeeded" });
});

test("reconnect: another account's credentials are ACCOUNT_MISMATCH, and the old ones stay", async () => {
  const { store, user } = aWorld();
  const { id } = await user.connect(connecting);
  const sealed = await store.sealedCredentials("ann", id);
  await expect(user.reconnect(id, { token: "t:A2" })).rejects.toMatchObject({ code: "ACCOUNT_MISMATCH" });
  await expect(user.reconnect(id)).rejects.toMatchObject({ code: "CREDENTIALS_MALFORMED" });
  expect(await store.sealedCredentials("ann", id)).toEqual(sealed);
});

test("reconnect: a run with the old credentials is ended and cannot call the new ones refused", async () => {
  const { store, whileAsked, user, run } = aWorld();
  const { id } = await user.connect(connecting);
  whileAsked(() => user.reconnect(id, { token: "new:A1" }));
  const report = await run(id);
  expect(report).toMatchObject({ status: "partial", error: { code: "LEASE_LOST" }, stats: { inserted: 1 } });
  expect(await store.job("ann", report.jobId)).toMatchObject({ status: "failed", error: { code: "LEASE_LOST" } });
  expect(await user.connection(id)).toMatchObject({ status: "active", health: "ok" });
  expect(await run(id)).toMatchObject({ status: "succeeded", stats: { inserted: 1 } });
});

test("disconnect: history stays, credentials go, and nothing runs until a reconnect", async () => {
  const { store, user, run, due } = aWorld();
  const { id } = await user.connect(connecting);
  await run(id);
  expect(await user.disconnect(id)).toMatchObject({ status: "disconnected", nextSyncAt: null });
  expect(await user.disconnect(id)).toMatchObject({ status: "disconnected" });
  expect([await store.sealedCredentials("ann", id), await due()]).toEqual([null, []]);
  await expect(run(id)).rejects.toMatchObject({ code: "CONNECTION_DISCONNECTED" });
  await expect(user.importFile(id, fileOf())).rejects.toMatchObject({ code: "CONNECTION_DISCONNECTED" });
  await expect(user.updateConnection(id, { label: "x" })).rejects.toMatchObject({ code: "CONNECTION_DISCONNECTED" });
  expect((await user.executions()).items).toHaveLength(2);
  expect(await user.reconnect(id, { token: "t:A1" })).toMatchObject({ status: "active", accountRef: "A1" });
  expect(await run(id)).toMatchObject({ status: "succeeded" });
});

test("disconnect: during a run it is fenced at its next page, and its end brings nothing back", async () => {
  const { store, whileAsked, user, run, due } = aWorld();
  const { id } = await user.connect(connecting);
  whileAsked(() => user.disconnect(id));
  const report = await run(id);
  expect(report).toMatchObject({ status: "partial", stats: { pages: 1 }, error: { code: "LEASE_LOST" } });
  expect(await store.job("ann", report.jobId)).toMatchObject({ error: { code: "CONNECTION_DISCONNECTED" } });
  expect([(await user.connection(id)).status, await due()]).toEqual(["disconnected", []]);
  expect((await user.executions()).items).toHaveLength(1);
});

test("disconnect: while new credentials are being checked it has the last word", async () => {
  const { store, whileAsked, user } = aWorld();
  const { id } = await user.connect(connecting);
  whileAsked(() => user.disconnect(id));
  await expect(user.reconnect(id, { token: "t:A1" })).rejects.toMatchObject({ code: "CONNECTION_DISCONNECTED" });
  expect((await user.connection(id)).status).toBe("disconnected");
  expect(await store.sealedCredentials("ann", id)).toBeNull();
});

test("update: label, settings and interval change, and what is left out stays", async () => {
  const { clock, user } = aWorld();
  const before = await user.connect({ ...connecting, label: "mine" });
  clock.advance(1000);
  const { id } = before;
  const labeled = await user.updateConnection(id, { label: "yours" });
  expect({ ...labeled, updatedAt: "" }).toEqual({ ...before, label: "yours", updatedAt: "" });
  expect(labeled.updatedAt > before.updatedAt).toBe(true);
  const changed = await user.updateConnection(id, { label: null, settings: { limit: 200 }, syncEveryMs: 5000 });
  expect(changed).toMatchObject({ label: null, settings: { limit: 200 }, syncEveryMs: 5000, status: "active" });
  expect(await user.connection(id)).toEqual(changed);
});

test("update: a shorter interval counts from now on", async () => {
  const { clock, user, run, due } = aWorld();
  const { id } = await user.connect({ ...connecting, syncEveryMs: 86_400_000 });
  await run(id);
  await user.updateConnection(id, { syncEveryMs: 5000 });
  expect(await due()).toEqual([]);
  clock.advance(5000);
  expect(await due()).toEqual([id]);
});

test("update: settings that mend an error make the connection active again, a label does not", async () => {
  const { user, run, due } = aWorld();
  const { id } = await user.connect({ ...connecting, settings: { limit: 200 } });
  await run(id);
  expect(await user.updateConnection(id, { label: "x" })).toMatchObject({ status: "error" });
  expect(await due()).toEqual([]);
  expect(await user.updateConnection(id, { settings: { limit: 1 } })).toMatchObject({
    status: "active",
    health: "ok",
  });
  expect(await due()).toEqual([id]);
});

test.each([{ settings: { limit: 0 } }, { syncEveryMs: 999 }, { label: "\u0000" }, { accountRef: "A2" }])(
  "update: %j is refused and changes nothing",
  async (changes) => {
    const { user } = aWorld();
    const before = await user.connect(connecting);
    await expect(user.updateConnection(before.id, changes)).rejects.toMatchObject({ code: "OPTION_INVALID" });
    expect(await user.connection(before.id)).toEqual(before);
  },
);

test("changes: an active connection that a host itself put into the store stays active", async () => {
  const { store, user } = aWorld();
  const made = newConnection({ connection: { userId: "ann" } });
  await store.createConnection(made);
  const changed = await user.updateConnection(made.connection.id, { label: "mine" });
  expect(changed).toMatchObject({ status: "active", label: "mine", lastValidatedAt: null });
});

test("changes: a stranger's connection is not found", async () => {
  const { book, user } = aWorld();
  const before = await user.connect(connecting);
  const stranger = book.forUser("bob");
  const missing = { code: "CONNECTION_NOT_FOUND", connectionId: before.id };
  await expect(stranger.reconnect(before.id, { token: "t:A1" })).rejects.toMatchObject(missing);
  await expect(stranger.disconnect(before.id)).rejects.toMatchObject(missing);
  await expect(stranger.updateConnection(before.id, { label: "x" })).rejects.toMatchObject(missing);
  expect(await user.connection(before.id)).toEqual(before);
});

test("offline: a connection for files needs no credentials, is never due, and reconnect gives it some", async () => {
  const { user, run, due } = aWorld();
  const { id, ...made } = await user.connect({ connector: "scripted", offline: true, accountRef: "A1" });
  const files = { status: "active", health: "ok", schedule: "files", nextSyncAt: null, lastValidatedAt: null };
  expect(made).toMatchObject({ ...files, accountRef: "A1" });
  expect(ranReport(await user.importFile(id, fileOf()))).toMatchObject({ status: "succeeded", stats: { inserted: 1 } });
  expect(await run(id)).toMatchObject({ status: "failed", error: { code: "FEATURE_UNAVAILABLE" } });
  expect(await user.syncAll()).toEqual([]);
  const { updatedAt: _updatedAt, ...after } = await user.connection(id);
  expect([after, await due()]).toEqual([expect.objectContaining(files), []]);
  const reconnected = await user.reconnect(id, { token: "t:A1" });
  expect(reconnected).toMatchObject({ status: "active", schedule: "interval" });
  expect(reconnected.lastValidatedAt).not.toBeNull();
  expect(await run(id)).toMatchObject({ status: "succeeded", stats: { inserted: 2 } });
});

test("offline: one that was disconnected gets the settings of a login first, and comes back", async () => {
  const { user } = aWorld();
  const { id } = await user.connect({ connector: "scripted", offline: true, accountRef: "A1" });
  await user.disconnect(id);
  const changed = await user.updateConnection(id, { settings: { limit: 7 } });
  expect(changed).toMatchObject({ status: "disconnected", schedule: "files", nextSyncAt: null });
  const back = await user.reconnect(id, { token: "t:A1" });
  expect(back).toMatchObject({ status: "active", schedule: "interval", settings: { limit: 7 } });
});

test("a run whose budget ended before a page says nothing of the connection", async () => {
  const { book, user, clock, wait } = aWorld();
  const { id } = await user.connect(connecting);
  const before = await user.connection(id);
  await clock.sleep(60_000);
  wait(50_000);
  const report = ranReport(await book.ingest({ connectionId: id, mode: "manual", budget: { ms: 1_000 } }));
  expect(report).toMatchObject({ error: null, more: true, stats: { pages: 0 } });
  const { status, health, lastValidatedAt } = await user.connection(id);
  expect({ status, health, lastValidatedAt }).toEqual({
    ...{ status: before.status, health: before.health, lastValidatedAt: before.lastValidatedAt },
  });
});

test("offline: it works in a book without vault and credentials, and names its account", async () => {
  const { connector } = aBroker();
  const user = createFillbook({ store: memoryStore(), connectors: [connector] }).forUser("ann");
  const { id } = await user.connect({ connector: "scripted", offline: true, accountRef: "A1" });
  expect(ranReport(await user.importFile(id, fileOf())).status).toBe("succeeded");
  const nameless: object = { connector: "scripted", offline: true };
  const refused = user.connect({ connector: "scripted", accountRef: "", ...nameless });
  await expect(refused).rejects.toMatchObject({ code: "OPTION_INVALID" });
});
