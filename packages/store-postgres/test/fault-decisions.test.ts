import { createFillbook, type ManualTrade, type Trade, type UserBook } from "@fillbook/core";
import { scripted } from "@fillbook/testkit";
import { expect, test } from "vitest";
import { aConnection } from "../../testkit/src/suite/play.ts";
import { type PostgresStore, postgresStore } from "../src/index.ts";
import { testDatabaseUrl } from "./support/database.ts";
import { fill, runReport } from "./support/fault-book.ts";
import { databaseError, faultPool } from "./support/fault-pool.ts";
import { startSqlProxy } from "./support/sql-proxy.ts";
import { serverStore } from "./support/test-store.ts";

// Goal: what a person decides is written once, also when the answer to its COMMIT is lost, and nobody is told otherwise.
// Method: a proxy cuts the connection before the server sees the COMMIT or after it did, and the book is compared with one
// that lost nothing.

const link = { tradePlanId: "P1" };

interface Deed {
  /** Done without a fault before, on both books. */
  readonly before?: (user: UserBook, trade: Trade) => Promise<unknown>;
  readonly act: (user: UserBook, trade: Trade) => Promise<unknown>;
}

const deeds: Readonly<Record<string, Deed>> = {
  review: { act: (user, { id, version }) => user.review({ trades: [{ id, version }], link }) },
  addTrade: { act: (user) => user.addTrade(bought) },
  updateTrade: { before: (user) => user.addTrade(bought), act: (user, trade) => user.updateTrade(changed(trade)) },
  removeTrade: {
    before: (user) => user.addTrade(bought),
    act: (user, { id, version }) => user.removeTrade({ id, version }),
  },
  undoReview: {
    before: (user, { id, version }) => user.review({ trades: [{ id, version }], link }),
    act: (user, { id, version }) => user.undoReview({ trades: [{ id, version }] }),
  },
};
const bought: ManualTrade = {
  ...{ symbol: "MSFT", kind: "stock", currency: "USD", side: "buy", quantity: "3", price: "7" },
  executedAt: "2026-02-05T10:00:00Z",
};

test.each(Object.keys(deeds).flatMap((name) => [[name, "before"] as const, [name, "after"] as const]))(
  "%s whose COMMIT is cut %s the server has done it is written once and heard as written",
  async (name, moment) => {
    const plain = await bookFor(name);
    await plain.act(plain.store);
    const { act, store, schema } = await bookFor(name);
    const proxy = await startSqlProxy(testDatabaseUrl());
    await using cutting = postgresStore({ url: proxy.url }, { schema });
    const cut = proxy.cutOnNextCommit(moment);
    const heard = await act(cutting).then(
      () => "written",
      (error: { readonly code?: unknown }) => error.code,
    );
    await cut;
    expect(proxy.counts.cutCommits).toBe(1);
    expect(heard).toBe("written");
    expect(await bookOf(store)).toEqual(await bookOf(plain.store));
  },
);

test("a decision that collides and then finds its trade changed by somebody else hears TRADE_CHANGED", async () => {
  const { act, store, pool, schema } = await bookFor("updateTrade");
  const faults = faultPool();
  let change: Promise<unknown> | null = null;
  faults.watch({
    before({ text }) {
      if (text !== "commit" || change !== null) return;
      // It waits for the rollback of the first attempt.
      change = pool.query(`update "${schema}".trades set version = version + 1`);
      throw databaseError("40001");
    },
  });
  await expect(act(postgresStore({ pool: faults.pool }, { schema }))).rejects.toMatchObject({ code: "TRADE_CHANGED" });
  expect(await change).toMatchObject({ rowCount: 2 });
  expect((await store.trades("owner", { symbol: "MSFT" })).items).toMatchObject([{ quantity: "3" }]);
});

/** A book of one imported trade, and what the deed needs. `act` is the deed on the newest trade as it is there. */
async function bookFor(name: string) {
  const { before, act } = deeds[name] ?? expect.fail("no such deed");
  const book = await serverStore();
  await runReport(book.store, await aConnection(book.store), { pages: [{ records: [fill({})] }] });
  await before?.(userOf(book.store), await newest(book.store));
  const trade = await newest(book.store);
  return { ...book, act: (store: PostgresStore) => act(userOf(store), trade) };
}

function userOf(store: PostgresStore): UserBook {
  return createFillbook({ store, connectors: [scripted({ pages: [] })], credentials: async () => null }).forUser(
    "owner",
  );
}

async function newest(store: PostgresStore): Promise<Trade> {
  return (await store.trades("owner", { limit: 1 })).items[0] ?? expect.fail("no trade");
}

function changed({ id, version }: Trade) {
  return { id, version, quantity: "4" };
}

/** Manual trades are named at random. */
async function bookOf(store: PostgresStore) {
  const { items } = await store.trades("owner", {});
  const decisions = await Promise.all(items.map(({ id }) => store.decisionsOf("owner", [id])));
  const executions = (await store.executions("owner", {})).items;
  return {
    trades: items.map(({ instrument, quantity, link: linked, inbox, version }) => [
      ...[instrument.symbol, quantity, linked, inbox, version],
    ]),
    decisions: decisions.map((some) => some.map((one) => one.link)),
    fills: executions.map(({ canonical, voided, revision }) => [revision, canonical, voided].join()).sort(),
  };
}
