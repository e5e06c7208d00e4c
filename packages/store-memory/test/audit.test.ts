import { createFillbook, type ErrorCode, ImportError, sliceSchema } from "@fillbook/core";
import type { AnyConnector } from "@fillbook/core/connector";
import { aesVault } from "@fillbook/core/node";
import { memoryStore } from "@fillbook/store-memory";
import { fakeClock, scripted } from "@fillbook/testkit";
import { expect, test } from "vitest";

function aWorld() {
  const clock = fakeClock();
  const store = memoryStore({ clock });
  let failure: ErrorCode | null = null;
  const connector: AnyConnector = {
    ...scripted({ pages: [] }),
    settings: sliceSchema,
    async check() {
      return { accountRef: "A1", accounts: ["A1"], permissions: [], historyFrom: null, warnings: [] };
    },
    // biome-ignore lint/correctness/useYield: a broker that has nothing new
    async *pull() {
      if (failure !== null) throw new ImportError(failure, `the broker said ${failure}`);
    },
  };
  const keyOf = (id: string) => ({ id, key: new Uint8Array(32).fill(id.length) });
  const bookOf = (primary: string) =>
    createFillbook({
      ...{ store, clock, connectors: [connector] },
      vault: aesVault({ keys: [keyOf("k"), keyOf("newer")], primary }),
    });
  const book = bookOf("k");
  const user = book.forUser("ann");
  return {
    ...{ clock, book, user },
    rotate: () => bookOf("newer").rotateKeys(),
    async run(connectionId: string, code: ErrorCode | null) {
      failure = code;
      await clock.sleep(1);
      await book.ingest({ connectionId, mode: "manual" });
      return (await user.problems()).items.map(({ kind, action }) => [kind, action.kind]);
    },
  };
}

const connecting = { connector: "scripted", credentials: { token: "canary" } } as const;

test("audit: who did what to a connection and its credentials, and what runs found, in order", async () => {
  const { clock, book, user, rotate, run } = aWorld();
  const { id } = await user.connect(connecting);
  const then = async (act: () => Promise<unknown>) => {
    await clock.sleep(1);
    await act();
  };
  await then(() => user.updateConnection(id, { label: "mine", settings: { limit: 7 } }));
  await then(() => run(id, "CREDENTIALS_INVALID"));
  await then(() => book.forUser("ann", { actor: "support" }).reconnect(id, { token: "canary" }));
  await then(() => run(id, "NETWORK"));
  await then(() => run(id, null));
  await then(rotate);
  await then(() => user.disconnect(id));
  await then(() => user.disconnect(id));
  const { items } = await user.auditEvents();
  expect(items.map(({ by, action, details }) => [by, action, details]).reverse()).toEqual([
    ["ann", "connection.connected", { connector: "scripted", offline: false, status: "active", code: null }],
    ["ann", "connection.updated", { from: "active", to: "active", changed: ["label", "settings"] }],
    ["fillbook", "connection.status", expect.objectContaining({ from: "active", to: "needs_reauth" })],
    ["support", "connection.reconnected", { from: "needs_reauth", to: "active", changed: [] }],
    ["fillbook", "credentials.resealed", null],
    ["ann", "connection.disconnected", { from: "active", to: "disconnected", changed: [] }],
  ]);
  expect(JSON.stringify(items)).not.toContain("canary");
  expect(await book.forUser("bob").auditEvents()).toEqual({ items: [], next: null });
});

test("audit: a problem that a person puts away is told once, with its connection", async () => {
  const { user, run } = aWorld();
  const { id } = await user.connect(connecting);
  await run(id, "MAINTENANCE");
  const problemId = (await user.problems()).items[0]?.id ?? "";
  await user.resolveProblem(problemId);
  await user.resolveProblem(problemId);
  const { items } = await user.auditEvents({ action: "problem.resolved", connectionId: id });
  expect(items.map(({ by, details }) => ({ by, details }))).toEqual([{ by: "ann", details: { problemId } }]);
});

test("audit: an actor that is no id is refused", () => {
  const { book } = aWorld();
  expect(() => book.forUser("ann", { actor: "" })).toThrowError(/invalid option/);
});

test("problems of a connection: refused credentials are one until they are entered again", async () => {
  const { user, run } = aWorld();
  const { id } = await user.connect(connecting);
  expect(await run(id, "CREDENTIALS_INVALID")).toEqual([["needs_reauth", "reauthenticate"]]);
  const [first] = (await user.problems()).items;
  await run(id, null);
  expect((await user.problems()).items).toEqual([first]);
  expect(await user.problemCounts()).toEqual([{ kind: "needs_reauth", severity: "error", count: 1 }]);
  await user.reconnect(id, { token: "canary" });
  expect(await user.problemCounts()).toEqual([]);
});

test("problems of a connection: failures become one with the breaker, maintenance at once, and a success ends it", async () => {
  const { user, run } = aWorld();
  const { id } = await user.connect(connecting);
  expect(await run(id, "NETWORK")).toEqual([]);
  expect(await run(id, "NETWORK")).toEqual([]);
  expect(await run(id, "NETWORK")).toEqual([["broker_failing", "wait"]]);
  expect(await run(id, "MAINTENANCE")).toEqual([["maintenance", "wait"]]);
  expect(await run(id, "STORE_FAILED")).toEqual([["maintenance", "wait"]]);
  expect(await run(id, null)).toEqual([]);
});

test("problems of a connection: wrong settings are one until they are mended", async () => {
  const { user, run } = aWorld();
  const { id } = await user.connect(connecting);
  expect(await run(id, "OPTION_INVALID")).toEqual([["connection_error", "change-settings"]]);
  await user.updateConnection(id, { settings: { limit: 3 } });
  expect(await run(id, null)).toEqual([]);
});
