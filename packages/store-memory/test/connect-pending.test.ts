import { inspect } from "node:util";
import { type Connection, createFillbook, type ErrorCode, ImportError, ingest, sliceSchema } from "@fillbook/core";
import type { AnyConnector } from "@fillbook/core/connector";
import { aesVault } from "@fillbook/core/node";
import { memoryStore } from "@fillbook/store-memory";
import { anExecution, fakeClock, scripted } from "@fillbook/testkit";
import { describe, expect, test } from "vitest";
import { ranReport } from "../../testkit/src/suite/play.ts";

/** A broker that is out of reach until it is told otherwise. It opens account A1, and its check begins at page 1 of 2. */
function aBroker() {
  let outage: ImportError | null = new ImportError("NETWORK", "the broker does not answer");
  let checks = 0;
  let checkMs = 0;
  const pages = ["E1", "E2"].map((familyId) => {
    return { records: [{ kind: "execution", execution: anExecution({ familyId }) } as const] };
  });
  const connector: AnyConnector = {
    ...scripted({ pages }),
    async check({ clock, signal }) {
      checks += 1;
      if (checkMs > 0) await clock.sleep(checkMs, signal);
      if (outage !== null) throw outage;
      const account = { accountRef: "A1", accounts: ["A1"], permissions: [], historyFrom: null, warnings: [] };
      return { ...account, cursor: { page: 1 } };
    },
  };
  return {
    connector,
    checks: () => checks,
    takeForChecks(ms: number) {
      checkMs = ms;
    },
    setOutage(error: ImportError | null) {
      outage = error;
    },
  };
}

function aWorld() {
  const { connector, ...broker } = aBroker();
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
    ...{ ...broker, store, connector, user, clock, connect, logged },
    async runDue(): Promise<Connection | null> {
      await clock.sleep(7 * 86_400_000);
      const [ran] = await book.ingestDue();
      return ran === undefined ? null : user.connection(ran.connectionId);
    },
    run: async (connectionId: string, budget: { readonly ms?: number } = {}) =>
      ranReport(await book.ingest({ connectionId, mode: "manual", budget })),
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
    const [event] = (await user.auditEvents({ action: "connection.connected" })).items;
    expect(event?.details).toMatchObject({ status: "pending", code: "NETWORK" });
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
    // Asked again by a person, it is checked again and reads nothing either.
    for (let asked = 0; asked < 2; asked += 1) {
      expect(await run(id)).toMatchObject({ status: "failed", error: { code: "ACCOUNT_MISMATCH" } });
      expect(await user.connection(id)).toMatchObject({ status: "error", lastValidatedAt: null });
    }
    expect((await user.executions()).items).toEqual([]);
    // Settings that are mended prove nothing.
    expect(await user.updateConnection(id, { settings: {} })).toMatchObject({ status: "pending" });
  });

  test("a budget that ends the check proves nothing and promises nothing", async () => {
    for (const named of [{}, { accountRef: "A1" }]) {
      const { connect, setOutage, run, user, takeForChecks } = aWorld();
      const { id } = await connect(named);
      setOutage(null);
      takeForChecks(60_000);
      expect(await run(id, { ms: 30_000 })).toMatchObject({
        status: "failed",
        more: false,
        error: { code: "TIMEOUT" },
      });
      expect(await user.connection(id)).toMatchObject({ status: "pending", health: "degraded", lastValidatedAt: null });
      expect(await run(id, { ms: 90_000 })).toMatchObject({ status: "succeeded" });
      expect(await user.connection(id)).toMatchObject({ status: "active", accountRef: "A1" });
    }
  });

  test("pages that a host gives prove nothing", async () => {
    const { connect, store, connector, user, clock } = aWorld();
    const { id } = await connect({ accountRef: "A1" });
    const pages = (async function* () {})();
    const credentials = async () => null;
    await ingest({ store, connectors: [connector], connectionId: id, mode: "manual", pages, credentials, clock });
    expect(await user.connection(id)).toMatchObject({ status: "pending", lastValidatedAt: null });
  });

  test("an account that is connected by then is refused before anything is read", async () => {
    const { connect, setOutage, run, user } = aWorld();
    const { id } = await connect();
    setOutage(null);
    const first = await connect();
    expect(await run(id)).toMatchObject({ error: { code: "ACCOUNT_CONNECTED", connectionId: first.id } });
    expect(await user.connection(id)).toMatchObject({ status: "error", accountRef: null });
    expect((await user.executions()).items).toEqual([]);
    const [problem] = (await user.problems()).items;
    expect(problem?.action).toEqual({ kind: "disconnect", connectionId: id });
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

  test("a cursor that the connector itself would refuse is refused at once", async () => {
    const { connector, store } = aWorld();
    const strict = { ...connector, cursor: sliceSchema };
    const check: AnyConnector["check"] = async () => ({
      ...{ accountRef: "A1", accounts: ["A1"], permissions: [], historyFrom: null, warnings: [] },
      cursor: { page: 1 },
    });
    const book = createFillbook({
      store,
      connectors: [{ ...strict, check }],
      credentials: async () => ({ token: "t" }),
    });
    const connecting = book.forUser("ann").connect({ connector: "scripted" });
    await expect(connecting).rejects.toMatchObject({ code: "CURSOR_INVALID" });
  });
});
