import assert from "node:assert/strict";
import type { BookStore } from "@fillbook/core/store";
import fc from "fast-check";
import { hostileDelivery } from "../oracle/hostile-history.ts";
import { observedBook } from "../oracle/observed-book.ts";
import { possibleBooks } from "../oracle/oracle.ts";
import { deliver } from "./deliver.ts";
import { momentsOf, readAll, stateOf } from "./play.ts";
import type { StoreSuiteOptions } from "./store-suite-options.ts";

/**
 * Goal: any order, page split and repetition of what brokers may tell gives one state, and the right one.
 * Method: random hostile histories, delivered twice in different ways, against a naive model that shares no code.
 */
export function storeHistoriesSuite({ test, makeStore, histories = 100, seed }: StoreSuiteOptions): void {
  test("histories: any order, split and repetition of deliveries gives the book that the oracle expects", async () => {
    const property = fc.asyncProperty(hostileDelivery, async ({ records, pages }) => {
      const store = await makeStore();
      await deliver(store, pages);
      const observed = JSON.stringify(await bookOf(store));
      const expected = possibleBooks(records);
      if (expected.some((book) => JSON.stringify(book) === observed)) return;
      assert.deepEqual(JSON.parse(observed), expected[0]);
    });
    await fc.assert(property, { numRuns: histories, ...(seed === undefined ? {} : { seed }) });
  });

  test("histories: page by page and all at once end in the same state", async () => {
    const property = fc.asyncProperty(hostileDelivery, async ({ records, pages }) => {
      const [scattered, whole] = [await makeStore(), await makeStore()];
      await deliver(scattered, pages);
      await deliver(whole, [records]);
      assert.deepEqual(await stateOf(scattered), await stateOf(whole));
      assert.deepEqual(await momentsOf(scattered), await momentsOf(whole));
    });
    await fc.assert(property, { numRuns: Math.ceil(histories / 2), ...(seed === undefined ? {} : { seed }) });
  });
}

async function bookOf(store: BookStore) {
  return observedBook({
    trades: await readAll((after) => store.trades("owner", { limit: 200, ...after })),
    executions: await readAll((after) => store.executions("owner", { limit: 200, ...after })),
    problems: await readAll((after) => store.problems("owner", { limit: 200, ...after })),
  });
}
