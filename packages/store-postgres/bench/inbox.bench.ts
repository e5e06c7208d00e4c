import { createFillbook, type UserBook } from "@fillbook/core";
import { scripted } from "@fillbook/testkit";
import type { Repetition } from "../../../tools/bench-row.ts";
import { latencyMs, report } from "../../../tools/bench-timer.ts";
import { batchesOf, commitAll, prepareBatches, prepareRecords } from "../../store-memory/bench/prepare-batches.ts";
import { withSchema } from "./bench-schema.ts";
import { withServer } from "./bench-server.ts";

// Goal: a person with 100,000 trades waits for nothing. Method: as many trades of one fill each; a page of the inbox with
// its suggestions, and a review of 200 trades at once. The anchor is one select of nothing through the same connection. A
// host's process has done such work before: the first rounds, in which the engine still compiles it, do not count.

const REPETITIONS = 15;
const WARM_UPS = 20;
const PAGE = 200;

const { pages, reviews } = await withServer((pool) =>
  withSchema(pool, "fillbook", async ({ store, run }) => {
    await commitAll(store, batchesOf(run, prepareBatches(prepareRecords(1, { varied: true }))));
    await pool.query("analyze");
    const book = createFillbook({
      ...{ store, connectors: [scripted({ pages: [] })], credentials: async () => ({}) },
      tradePlans: async () => [{ id: "P1", symbol: "S2", direction: "long", campaignId: null }],
    });
    const user = book.forUser("owner");
    const pages: Repetition[] = [];
    const reviews: Repetition[] = [];
    for (let round = -WARM_UPS; round < REPETITIONS; round += 1) {
      const anchorValue = await latencyMs(async () => void (await pool.query("select 1")));
      const page = await latencyMs(async () => expectCount((await user.inbox({ limit: PAGE })).items.length));
      const review = await latencyMs(await reviewOf(user));
      if (round < 0) continue;
      pages.push({ value: page, anchorValue });
      reviews.push({ value: review, anchorValue });
    }
    return { pages, reviews };
  }),
);
const anchor = "one select of nothing";
const goal = { of: "value", relation: "<=", bound: 50 } as const;
report([
  { name: "PostgreSQL inbox page of 200 among 100,000 trades", unit: "ms", anchor, goal, repetitions: pages },
  { name: "PostgreSQL review of 200 trades among 100,000", unit: "ms", anchor, goal, repetitions: reviews },
]);

async function reviewOf(user: UserBook): Promise<() => Promise<void>> {
  const { items } = await user.inbox({ limit: PAGE });
  const trades = items.map(({ id, version }) => ({ id, version }));
  return async () => expectCount((await user.review({ trades, link: { tradePlanId: "P1" } })).length);
}

function expectCount(count: number): void {
  if (count !== PAGE) throw new Error(`${count} trades instead of ${PAGE}`);
}
