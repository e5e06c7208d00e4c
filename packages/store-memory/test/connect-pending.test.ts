import { inspect } from "node:util";
import { type Connection, createFillbook, type ErrorCode, ImportError } from "@fillbook/core";
import type { AnyConnector } from "@fillbook/core/connector";
import { aesVault } from "@fillbook/core/node";
import { memoryStore } from "@fillbook/store-memory";
import { anExecution, fakeClock, scripted } from "@fillbook/testkit";
import { describe, expect, test } from "vitest";
import { ranReport } from "../../testkit/src/suite/play.ts";

/** A broker that is out of reach until it is told otherwise. It opens account A1, and its check begins at page 1 of 2. */
function aWorld() {
  let outage: ImportError | null = new ImportError("NETWORK", "the broker does not answer");
  let checks = 0;
  const records = ["E1", "E2"].map((familyId) => [
    { kind: "execution", execution: anExecution({ familyId }) } as const,
  ]);
  const connector: AnyConnector = {
    ...scripted({ pages: records.map((of) => ({ records: of })) }),
    async check() {
      checks += 1;
      if (outage !== null) throw outage;
      return {
        accountRef: "A1",
        accounts: ["A1"],
        permissions: [],
        historyFrom: null,
        warnings: [],
        cursor: { page: 1 },
      };
    },
  };
  const clock = fakeClock();
  const store = memoryStore({ clock });
  const vault = aesVault({ keys: [{ id: "k", key: new Uint8Array(32) }], primary: "k" });
  const logged: object[] = [];
  const none = () => {};
  const logger = { debug: none, info: none, error: none, warn: (details: object) => void logged.push(details) };
  const book = createFillbook({ store, connectors: [connector], clock, vault, logger });
  const user = book.forUser("ann");
  const connect = (details: object = {}) =>
    user.connect({
      ...{ connector: "scripted", credentials: { token: "t" }, whenUnreachable: "keepPending", syncEveryMs: 60_000 },
      ...details,
    });
  return {
    ...{ store, user, clock, connect, logged, checks: () => checks },
    setOutage(error: ImportError | null) {
      outage = error;
    },
    async runDue(): Promise<Connection | null> {
      await clock.sleep(7 * 86_400_000);
      const [ran] = await book.ingestDue();
      return ran === undefined ? null : user.connection(ran.connectionId);
    },
    run: async (connectionId: string) => ranReport(await book.ingest({ connectionId, mode: "manual" })),
  };
}

describe("connect: the broker is out of reach", () => {
  test("by default nothing is kept", async () => {
    const { user, connect } = aWorld();
    await expect(connect({ whenUnreachable: "fail" })).rejects.toMatchObject({ code: "NETWORK" });
    expect((await user.connections()).items).toEqual([]);
  });

  test("keepPending keeps it with sealed credentials, and the first run that reaches the broker proves them", async () => {
    const { store, user, connect, setOutage, runDue } = aWorld();
    const made = await connect();
    expect(made).toMatchObject({ status: "pending", health: "degraded", accountRef: null, lastValidatedAt: null });
    expect(await store.sealedCredentials("ann", made.id)).not.toBeNull();
    expect(await runDue()).toMatchObject({ status: "pending", accountRef: null, consecutiveFailures: 2 });
    setOutage(null);
    const proven = await runDue();
    expect(proven).toMatchObject({ status: "active", health: "ok", accountRef: "A1" });
    expect(proven?.lastValidatedAt).toBe(proven?.lastSyncAt);
    // Page 1 is where the check began.
    expect((await user.executions()).items.map(({ familyId }) => familyId)).toEqual(["E2"]);
    const told = (await user.auditEvents({ action: "connection.status" })).items.map(({ details }) => details);
    expect(told).toEqual([expect.objectContaining({ from: "pending", to: "active" })]);
  });

  test.each<[ErrorCode, Partial<Connection> | null]>([
    ["TIMEOUT", { status: "pending", health: "degraded" }],
    ["BROKER_UNAVAILABLE", { status: "pending" }],
    ["MAINTENANCE", { status: "pending", health: "maintenance_window" }],
    ["RATE_LIMITED", { status: "pending" }],
    ["LOCKED_OUT", { status: "pending" }],
    ["CREDENTIALS_INVALID", null],
    ["PERMISSION_DENIED", null],
    ["ACCOUNT_MISMATCH", null],
    ["OPTION_INVALID", null],
    ["REQUEST_INVALID", null],
    ["STORE_FAILED", null],
    ["ABORTED", null],
  ])("%s: kept only where the broker said nothing about the credentials", async (code, kept) => {
    const { user, connect, setOutage } = aWorld();
    setOutage(new ImportError(code, "scripted"));
    if (kept === null) await expect(connect()).rejects.toMatchObject({ code });
    else expect(await connect()).toMatchObject(kept);
    expect((await user.connections()).items).toHaveLength(kept === null ? 0 : 1);
  });

  test("why it is pending is logged, without the credentials", async () => {
    const { connect, setOutage, logged } = aWorld();
    const cause = new Error("no route for key c4n4ry-secret");
    setOutage(new ImportError("NETWORK", "the broker does not answer c4n4ry-secret", { cause }));
    const { id } = await connect({ credentials: { token: "c4n4ry-secret" } });
    const [entry] = logged;
    expect(entry).toMatchObject({ connectionId: id, err: { code: "NETWORK" } });
    expect(inspect(logged, { depth: 9 })).not.toContain("c4n4ry");
  });

  test("what the broker refuses once it answers needs a login, and reconnect proves the account", async () => {
    const { user, connect, setOutage, runDue, run } = aWorld();
    const { id } = await connect();
    setOutage(new ImportError("CREDENTIALS_INVALID", "scripted"));
    expect(await runDue()).toMatchObject({ status: "needs_reauth", accountRef: null });
    setOutage(null);
    expect(await user.reconnect(id, { token: "t" })).toMatchObject({ status: "active", accountRef: "A1" });
    expect(await run(id)).toMatchObject({ status: "succeeded" });
  });

  test("credentials of another account than the named one are found out by the run", async () => {
    const { connect, setOutage, run, user } = aWorld();
    const { id } = await connect({ accountRef: "A2" });
    expect(await user.connection(id)).toMatchObject({ status: "pending", accountRef: "A2" });
    setOutage(null);
    expect(await run(id)).toMatchObject({ status: "failed", error: { code: "ACCOUNT_MISMATCH" } });
    expect(await user.connection(id)).toMatchObject({ status: "error", lastValidatedAt: null });
    // Settings that are mended prove nothing.
    expect(await user.updateConnection(id, { settings: {} })).toMatchObject({ status: "pending" });
  });

  test("an account that is connected by then is refused before anything is read", async () => {
    const { connect, setOutage, run, user } = aWorld();
    const { id } = await connect();
    setOutage(null);
    const first = await connect();
    expect(await run(id)).toMatchObject({ error: { code: "ACCOUNT_CONNECTED", connectionId: first.id } });
    expect(await user.connection(id)).toMatchObject({ status: "error", accountRef: null });
    expect((await user.executions()).items).toEqual([]);
  });

  test("a file waits until the account is known", async () => {
    const { connect, user } = aWorld();
    const { id } = await connect();
    const file = (async function* () {
      yield new Uint8Array();
    })();
    expect(await user.importFile(id, file)).toMatchObject({ error: { code: "FEATURE_UNAVAILABLE" } });
  });
});

describe("connect: what the check had made is read by the first run", () => {
  test("the check's cursor is where it begins", async () => {
    const { connect, setOutage, run, user, checks } = aWorld();
    setOutage(null);
    const { id, lastValidatedAt, createdAt } = await connect();
    expect(lastValidatedAt).toBe(createdAt);
    expect(await run(id)).toMatchObject({ status: "succeeded", cursorBefore: { page: 1 } });
    expect((await user.executions()).items).toHaveLength(1);
    expect(checks()).toBe(1);
  });
});
