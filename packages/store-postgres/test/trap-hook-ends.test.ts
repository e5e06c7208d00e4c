import { randomBytes } from "node:crypto";
import { PGlite } from "@electric-sql/pglite";
import { createFillbook } from "@fillbook/core";
import { scripted } from "@fillbook/testkit";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { aConnection, readAll } from "../../testkit/src/suite/play.ts";
import { embeddedStore } from "../src/embedded.ts";
import { type PostgresOptions, type PostgresStore, postgresStore } from "../src/index.ts";
import { testDatabaseUrl, testPool } from "./support/database.ts";
import { faultBook, faultlessBook, fill, runReport } from "./support/fault-book.ts";
import { serverStore } from "./support/test-store.ts";

// Goal: nothing waits for ever for a host's hook, and what a run reports is what is stored, whatever the hook does to its
// transaction. Method: hooks that hang and hooks that commit, on a server and on PGlite.

let pglite: PGlite;

beforeAll(async () => {
  pglite = await PGlite.create();
}, 60_000);

afterAll(() => pglite.close());

type OnCommit = NonNullable<PostgresOptions["onCommit"]>;

const never = () => new Promise<never>(() => {});
const hanging: readonly (readonly [string, OnCommit])[] = [
  ["never settles", never],
  ["wrote a row and never settles", (transaction) => transaction.query("select 1").then(never)],
];
const ending: readonly (readonly [string, OnCommit])[] = [
  ["commits", async (transaction) => void (await transaction.query("commit"))],
  ["commits and throws", (transaction) => transaction.query("commit").then(() => Promise.reject(new Error("own")))],
  ["commits and never settles", (transaction) => transaction.query("commit").then(never)],
  [
    "commits and begins again",
    async (transaction) => {
      await transaction.query("commit");
      await transaction.query("begin");
    },
  ],
];

describe.each([
  ["a server", onServer],
  ["PGlite", onPglite],
] as const)("an onCommit on %s", (_where, open) => {
  test.each(hanging)("that %s ends its run, and leaves the store to others", async (_name, onCommit) => {
    const { store, misbehave } = await open(onCommit);
    const connectionId = await aConnection(store);
    const report = await runReport(store, connectionId);
    expect(report).toMatchObject({ status: "failed", cursorAfter: null, error: { code: "STORE_FAILED" } });
    expect(await readAll((after) => store.executions("owner", after))).toEqual([]);
    misbehave(false);
    expect((await runReport(store, connectionId)).error).toBeNull();
    expect(await faultBook(store)).toEqual({ ...(await faultlessBook()), statuses: ["partial", "failed"] });
    await store.close();
  });

  test("that never settles can use its transaction no more", async () => {
    const kept: Parameters<OnCommit>[0][] = [];
    const { store } = await open(async (transaction) => {
      kept.push(transaction);
      await never();
    });
    await runReport(store, await aConnection(store));
    expect(kept).toHaveLength(1);
    for (const transaction of kept) await expect(transaction.query("select 1")).rejects.toThrow();
  });

  test.each(ending)("that %s: the run counts the page that is stored, and names the fault", async (_name, onCommit) => {
    const { store, misbehave } = await open(onCommit);
    const connectionId = await aConnection(store);
    const report = await runReport(store, connectionId);
    expect(report).toMatchObject({
      ...{ status: "partial", cursorAfter: { page: 1 } },
      error: { code: "STORE_FAILED", message: expect.stringContaining("onCommit ended the transaction itself") },
    });
    expect(report.stats.inserted).toBe(3);
    expect(await readAll((after) => store.executions("owner", after))).toHaveLength(3);
    expect((await store.job("owner", report.jobId))?.stats).toEqual(report.stats);
    misbehave(false);
    expect((await runReport(store, connectionId)).error).toBeNull();
    expect(await faultBook(store)).toEqual({ ...(await faultlessBook()), statuses: ["partial", "partial"] });
  });

  test("that commits: a review is answered as it is stored", async () => {
    const { store, misbehave } = await open(ending[0]?.[1] ?? never);
    misbehave(false);
    const connectionId = await aConnection(store);
    await runReport(store, connectionId, { pages: [{ records: [fill({ familyId: "E1" })] }] });
    misbehave(true);
    const user = createFillbook({ store, connectors: [scripted({ pages: [] })] }).forUser("owner");
    const [trade] = (await user.inbox()).items;
    const link = { tradePlanId: "plan" };
    const trades = [{ id: trade?.id ?? "", version: trade?.version ?? 0 }];
    const [reviewed] = await user.review({ trades, link });
    expect(reviewed).toEqual(await user.trade(trade?.id ?? ""));
    expect(reviewed).toMatchObject({ inbox: "reviewed", link: { tradePlanId: "plan" } });
  });

  test("is bounded by the book's option too, where a person decides", async () => {
    const { store, misbehave } = await open(never, 3_600_000);
    misbehave(false);
    await runReport(store, await aConnection(store), { pages: [{ records: [fill({ familyId: "E1" })] }] });
    misbehave(true);
    const book = createFillbook({ store, connectors: [scripted({ pages: [] })], onCommitTimeoutMs: 100 });
    const user = book.forUser("owner");
    const [trade] = (await user.inbox()).items;
    const trades = [{ id: trade?.id ?? "", version: trade?.version ?? 0 }];
    await expect(user.review({ trades, link: null })).rejects.toMatchObject({ code: "STORE_FAILED" });
    expect((await user.trade(trade?.id ?? ""))?.inbox).toBe("pending_review");
  });
});

test("a server's connection on which onCommit failed is thrown away, and no other", async () => {
  const pool = testPool();
  const removed: unknown[] = [];
  pool.on("remove", (client) => removed.push(client));
  const { schema } = await serverStore();
  const hook: { fails: boolean } = { fails: true };
  const onCommit: OnCommit = async () => {
    if (hook.fails) throw new Error("the host's own");
  };
  const store = postgresStore({ pool }, { schema, onCommit });
  const connectionId = await aConnection(store);
  await runReport(store, connectionId);
  expect(removed).toHaveLength(1);
  hook.fails = false;
  expect((await runReport(store, connectionId)).error).toBeNull();
  expect(removed).toHaveLength(1);
});

interface Opened {
  readonly store: PostgresStore;
  /** Whether the hook does what it was made for. It does at first. */
  readonly misbehave: (does: boolean) => void;
}

async function onServer(onCommit: OnCommit, onCommitTimeoutMs = 100): Promise<Opened> {
  const { schema } = await serverStore();
  const url = testDatabaseUrl();
  return hooked(onCommit, (hook) => postgresStore({ url }, { schema, onCommit: hook, onCommitTimeoutMs }));
}

async function onPglite(onCommit: OnCommit, onCommitTimeoutMs = 100): Promise<Opened> {
  const schema = `t_${randomBytes(8).toString("hex")}`;
  return hooked(onCommit, (hook) => embeddedStore({ pglite }, { schema, onCommit: hook, onCommitTimeoutMs }));
}

async function hooked(onCommit: OnCommit, open: (hook: OnCommit) => PostgresStore): Promise<Opened> {
  const hook = { misbehaves: true };
  const store = open(async (...parameters) => {
    if (hook.misbehaves) await onCommit(...parameters);
  });
  onTestFinished(() => store.close());
  await store.migrate();
  return {
    store,
    misbehave(does) {
      hook.misbehaves = does;
    },
  };
}
