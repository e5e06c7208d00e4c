import { createFillbook, type Link, type UserBook } from "@fillbook/core";
import type { BookStore } from "@fillbook/core/store";
import { memoryStore } from "@fillbook/store-memory";
import { anExecution, type ExecutionDetails, fakeClock, type ScriptedRecord, scripted } from "@fillbook/testkit";
import { expect, test } from "vitest";
import { aConnection, playPages } from "../../testkit/src/suite/play.ts";
import { rowVersions } from "./support/row-versions.ts";
import { serverStore } from "./support/test-store.ts";

// What a trade counts of a decision is kept with the decision. So a review writes no report, and wherever a fill counts
// another decision than that of its own family, or is no longer what was seen, the sums must still come out.

test("a review rewrites no report, nor does its undo; a correction of a reviewed fill rewrites its own", async () => {
  const { store, pool, schema } = await serverStore();
  const book = await aBook(store);
  await book.tell(fill("E1"), fill("E2"), fill("E3"));
  const before = await rowVersions(pool, schema);
  await book.review("O-E1", { tradePlanId: "P1" });
  await book.review("O-E2", null);
  const reviewed = await rowVersions(pool, schema);
  for (const table of ["executions", "execution_raws"]) expect(reviewed[table]).toEqual(before[table]);
  expect(reviewed.decisions).toHaveLength(2);
  expect(await book.seen()).toMatchObject({ "O-E1": { link: { tradePlanId: "P1" } }, "O-E2": { inbox: "reviewed" } });
  await book.undo("O-E1");
  expect((await rowVersions(pool, schema)).executions).toEqual(before.executions);
  expect(await book.seen()).toMatchObject({ "O-E1": { inbox: "pending_review", link: null } });
  await book.tell(fill("E2", { revision: 1, price: "101" }));
  expect(await book.seen()).toMatchObject({ "O-E2": { changedSinceReview: true, review: { changedCount: 1 } } });
  expect((await store.verifyIntegrity()).findings).toEqual([]);
});

test("a review that comes again, because its answer was lost, leaves the sums whole", async () => {
  const { store } = await serverStore();
  const commit: BookStore["commit"] = async (batch, ...rest) => {
    await store.commit(batch, ...rest);
    return store.commit(batch, ...rest);
  };
  const book = await aBook({ ...store, commit });
  await book.tell(fill("E1"));
  await book.review("O-E1", { tradePlanId: "P1" });
  expect((await store.verifyIntegrity()).findings).toEqual([]);
  await book.tell(fill("E1", { revision: 1, price: "101" }));
  expect(await book.seen()).toMatchObject({ "O-E1": { changedSinceReview: true, review: { undecidedCount: 0 } } });
  expect((await store.verifyIntegrity()).findings).toEqual([]);
});

test("fills that turn out to be one count the later decision, whichever of them was decided first", async () => {
  for (const first of ["strong", "weak"] as const) {
    const { store } = await serverStore();
    const seen: unknown[] = [];
    for (const one of [memoryStore(), store]) {
      const book = await aBook(one);
      await book.tell(fill("E1"), weak("W1"));
      const orders = first === "strong" ? (["O-E1", "O-W1"] as const) : (["O-W1", "O-E1"] as const);
      await book.review(orders[0], { tradePlanId: "first" });
      await book.review(orders[1], { tradePlanId: "second" });
      // The broker says that both are one fill, then that it was another one, then the first again.
      await book.tell(fill("E1", { revision: 1, aliases: ["trade:W1"] }));
      seen.push(await book.seen());
      expect(await book.seen()).toMatchObject({ "O-E1": { link: { tradePlanId: "second" }, executionCount: 1 } });
      await book.tell(fill("E1", { revision: 2, aliases: ["trade:W1"], quantity: "7" }));
      seen.push(await book.seen());
      expect(await book.seen()).toMatchObject({ "O-E1": { changedSinceReview: true, review: { changedCount: 1 } } });
      await book.tell(fill("E1", { revision: 3, aliases: ["trade:W1"] }), fill("E2"));
      seen.push(await book.seen());
      await book.review("O-E1", { campaignId: "third" });
      await book.tell(fill("E1", { revision: 4, aliases: ["trade:W1"], price: "99" }));
      seen.push(await book.seen());
      await book.undo("O-E1");
      seen.push(await book.seen());
      if (one === store) expect((await store.verifyIntegrity()).findings).toEqual([]);
      await book.undo("O-E1");
      seen.push(await book.seen());
      expect(await book.seen()).toMatchObject({ "O-E1": { inbox: "pending_review" } });
    }
    const half = seen.length / 2;
    expect(seen.slice(half)).toEqual(seen.slice(0, half));
    expect((await store.verifyIntegrity()).findings).toEqual([]);
    expect(await store.rebuildTrades()).toMatchObject({ fillsMended: 0, tradesMended: 0, tradesRemoved: 0 });
  }
});

/** An owner's book on a clock that moves with each call, so that decisions have an order. */
async function aBook(store: BookStore) {
  const clock = fakeClock();
  const connectionId = await aConnection(store);
  const credentials = async () => ({ token: "t" });
  const user: UserBook = createFillbook({
    ...{ store, connectors: [scripted({ pages: [] })], credentials, clock },
  }).forUser("owner");
  const only = async (orderId: string) => {
    const [trade] = (await user.trades()).items.filter((one) => one.orderId === orderId);
    if (trade === undefined) throw new Error(`there is no trade of ${orderId}`);
    return { id: trade.id, version: trade.version };
  };
  return {
    async tell(...records: readonly ScriptedRecord[]) {
      await clock.sleep(1000);
      await playPages(store, connectionId, [{ records }], { clock });
    },
    async review(orderId: string, link: Link) {
      await clock.sleep(1000);
      await user.review({ trades: [await only(orderId)], link });
    },
    async undo(orderId: string) {
      await clock.sleep(1000);
      await user.undoReview({ trades: [await only(orderId)] });
    },
    /** The trades by their orders, without what differs between two stores. */
    async seen() {
      const { items } = await user.trades();
      const facts = items.map(({ orderId, link, inbox, changedSinceReview, review, executionCount, quantity }) => {
        return [orderId, { link, inbox, changedSinceReview, review, executionCount, quantity }] as const;
      });
      return Object.fromEntries(facts);
    },
  };
}

function fill(id: string, details: Partial<ExecutionDetails> = {}): ScriptedRecord {
  const execution = anExecution({
    ...{ familyId: id, executionId: `${id}.${details.revision ?? 0}`, quantity: "10", price: "100" },
    ...{ executedAt: `2026-01-05T10:00:0${id.slice(1)}Z`, order: { permanentId: `O-${id}` } },
    ...details,
  });
  return { kind: "execution", execution };
}

/** A row that knows no id of the execution. */
function weak(trade: string): ScriptedRecord {
  return fill("E1", {
    ...{ familyId: null, executionId: null, aliases: [`trade:${trade}`], order: { permanentId: `O-${trade}` } },
  });
}
