import assert from "node:assert/strict";
import { type Instant, instant } from "@fillbook/core";
import type { AnyConnector } from "@fillbook/core/connector";
import type { BookStore } from "@fillbook/core/store";
import { anExecution } from "../an-execution.ts";
import { scripted } from "../scripted.ts";
import { blinded } from "./deliver.ts";
import { momentsOf, playPages } from "./play.ts";
import type { StoreSuiteOptions } from "./store-suite-options.ts";
import { toldBook } from "./told-book.ts";

/** When the broker reported something: which of contradicting reports counts goes by it. */
export function storeReportedSuite({ test, makeStore }: StoreSuiteOptions): void {
  test("reported: the earliest moment of a report stays, whatever comes in which order", async () => {
    const { store, answer } = await answeredBook(makeStore);
    for (const [minute, expected] of [
      [null, null],
      [12, at(12)],
      [13, at(12)],
      [null, at(12)],
      [11, at(11)],
    ] as const) {
      await answer(minute, "100");
      assert.deepEqual(Object.values(await momentsOf(store)), [expected]);
    }
  });

  test("reported: the report that was first reported last counts, in the open problem too", async () => {
    const { store, user, answer } = await answeredBook(makeStore);
    for (const [minute, price, counted] of [
      [11, "100", "100"],
      [10, "7", "100"],
      [12, "100", "100"],
      [13, "8", "8"],
      [9, "100", "8"],
      [6, "8", "7"],
    ] as const) {
      await answer(minute, price);
      assert.equal(await countedPrice(store), counted, `after ${price} of minute ${minute}`);
    }
    const [problem, ...others] = (await user.problems()).items;
    const { items } = await store.executions("owner", { canonical: true });
    assert.deepEqual([problem?.kind, others], ["conflict", []]);
    const details = problem?.details as { counted?: string; reports?: readonly unknown[] };
    assert.deepEqual([details.counted, details.reports?.length], [items[0]?.id, 3]);
  });

  test("reported: an undone import counts for nothing, and as before when it comes again", async () => {
    const { store, user, answer } = await answeredBook(makeStore);
    await answer(10, "100");
    const { jobId } = await answer(11, "7");
    await user.undoImport(jobId);
    assert.equal(await countedPrice(store), "100");
    await answer(14, "7");
    await answer(15, "100");
    assert.equal(await countedPrice(store), "7");
    assert.deepEqual(new Set(Object.values(await momentsOf(store))), new Set([at(10), at(11)]));
  });

  test("reported: a pin holds against whatever is reported later", async () => {
    const { store, user, answer } = await answeredBook(makeStore);
    await answer(11, "100");
    await answer(10, "7");
    const { items } = await store.executions("owner", {});
    const chosen = items.find(({ price }) => price === "7");
    assert.ok(chosen !== undefined);
    await user.pinReport({ familyKey: chosen.familyKey, revisionKey: chosen.id });
    await answer(12, "8");
    await answer(9, "100");
    assert.deepEqual([await countedPrice(store), (await user.problems()).items], ["7", []]);
  });

  test("reported: a record that could not be read keeps the earliest moment of its answers", async () => {
    const { store, user, connectionId, answer } = await answeredBook(makeStore);
    const blind = blinded(scripted({ pages: [] }), () => true);
    for (const minute of [12, 11, 13]) await answer(minute, "100", blind);
    const report = await user.reprocessRejects({ connectionId });
    assert.equal(report.status, "succeeded");
    assert.deepEqual(Object.values(await momentsOf(store)), [at(11)]);
  });
}

const at = (minute: number): Instant => instant(`2026-01-06T10:${String(minute).padStart(2, "0")}:00Z`);

async function answeredBook(makeStore: StoreSuiteOptions["makeStore"]) {
  const book = await toldBook(makeStore);
  const { store, connectionId, clock } = book;
  return {
    ...book,
    /** Imports one fill at this price from an answer of this minute; null: nobody knows of when it is. */
    async answer(minute: number | null, price: string, connector: AnyConnector = scripted({ pages: [] })) {
      await clock.sleep(1000);
      const records = [{ kind: "execution" as const, execution: anExecution({ price }) }];
      const page = { records, ...(minute === null ? {} : { reportedAt: at(minute) }) };
      return playPages(store, connectionId, [page], { connector, clock });
    },
  };
}

async function countedPrice(store: BookStore): Promise<string | undefined> {
  return (await store.executions("owner", { canonical: true })).items[0]?.price;
}
