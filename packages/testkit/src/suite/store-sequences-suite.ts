import assert from "node:assert/strict";
import { createFillbook, type Link, type UserBook } from "@fillbook/core";
import type { BookStore } from "@fillbook/core/store";
import fc from "fast-check";
import { aCancel, anExecution } from "../an-execution.ts";
import { fakeClock } from "../fake-clock.ts";
import { type ScriptedRecord, scripted } from "../scripted.ts";
import { aConnection, playPages } from "./play.ts";
import {
  fillsOf,
  type ModelRecord,
  modelFills,
  orderOf,
  reviewModel,
  type SequenceModel,
  type SequenceStep,
  sequenceModel,
  tellModel,
  undoModelImport,
  undoModelReview,
} from "./sequence-model.ts";
import type { StoreSuiteOptions } from "./store-suite-options.ts";

const FILLS = 5;
const STEPS_MAX = 14;

/**
 * Goal: whatever is imported, corrected, reviewed, undone, entered by hand and absorbed in whatever order, each fill counts
 * as it was told last and has the link that a person gave it, and statistics are those of a book that holds only what is left.
 * Method: random sequences, after each step compared with a model of plain lists, at the end with a new store.
 */
export function storeSequencesSuite({ test, makeStore, histories = 100, seed }: StoreSuiteOptions): void {
  test("sequences: fills, links and statistics are those of what is left, and no sync changes a link", async () => {
    const property = fc.asyncProperty(fc.array(steps, { minLength: 4, maxLength: STEPS_MAX }), async (sequence) => {
      const world = await aWorld(makeStore);
      for (const step of sequence) {
        await take(world, step);
        assert.deepEqual(await fillsSeen(world.store), [...modelFills(world.model)].sort(), step.does);
      }
      assert.deepEqual(await statisticsOf(world), await statisticsOf(await fromScratch(makeStore, world.model)));
    });
    await fc.assert(property, { numRuns: Math.ceil(histories / 4), ...(seed === undefined ? {} : { seed }) });
  });
}

const link = fc.constantFrom({ campaignId: "C1" }, { tradePlanId: "P1" }, null);
const fill = fc.nat(FILLS - 1);
const record = fc.record({ fill, revision: fc.nat(2), isBust: fc.nat(4).map((number) => number === 0) });
const steps: fc.Arbitrary<SequenceStep> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ does: fc.constant("tell"), records: fc.array(record, { minLength: 1, maxLength: 4 }) }),
  },
  { weight: 2, arbitrary: fc.record({ does: fc.constant("review"), order: fill, link }) },
  { weight: 2, arbitrary: fc.record({ does: fc.constant("undoReview"), order: fill }) },
  { weight: 3, arbitrary: fc.record({ does: fc.constant("undoImport"), job: fc.nat(5) }) },
  { weight: 2, arbitrary: fc.record({ does: fc.constant("enter"), fill, link }) },
  { weight: 1, arbitrary: fc.record({ does: fc.constant("remove"), manual: fc.nat(3) }) },
  { weight: 2, arbitrary: fc.record({ does: fc.constant("absorb") }) },
);

interface World {
  readonly store: BookStore;
  readonly user: UserBook;
  readonly model: SequenceModel;
  readonly jobs: string[];
  readonly import: (records: readonly ModelRecord[]) => Promise<string>;
  readonly pass: () => Promise<void>;
}

async function aWorld(makeStore: StoreSuiteOptions["makeStore"]): Promise<World> {
  const store = await makeStore();
  const connectionId = await aConnection(store);
  const clock = fakeClock();
  const book = createFillbook({
    ...{ store, connectors: [scripted({ pages: [] })], credentials: async () => ({ token: "t" }), clock },
    tradePlans: async () => [],
  });
  return {
    ...{ store, user: book.forUser("owner"), model: sequenceModel(), jobs: [], pass: () => clock.sleep(1000) },
    async import(records) {
      return (await playPages(store, connectionId, [{ records: records.map(told) }], { clock })).jobId;
    },
  };
}

async function take(world: World, step: SequenceStep): Promise<void> {
  const { user, model, jobs } = world;
  await world.pass();
  if (step.does === "tell") {
    jobs.push(await world.import(step.records));
    tellModel(model, jobs.length - 1, step.records);
  } else if (step.does === "review" || step.does === "undoReview") {
    await decide(world, step);
  } else if (step.does === "undoImport") {
    const jobId = jobs[step.job];
    if (jobId === undefined) return;
    await user.undoImport(jobId);
    undoModelImport(model, step.job);
  } else if (step.does === "enter") {
    await enter(world, step.fill, step.link);
  } else if (step.does === "remove") {
    const manual = model.manuals[step.manual];
    const trade = manual === undefined ? null : await user.trade(manual.tradeId);
    assert.equal(trade !== null, manual?.state === "counts");
    if (manual === undefined || trade === null) return;
    await user.removeTrade({ id: trade.id, version: trade.version });
    manual.state = "removed";
  } else await absorbFirst(world);
}

async function decide(
  { user, model }: World,
  step: Extract<SequenceStep, { readonly does: "review" | "undoReview" }>,
): Promise<void> {
  const { items } = await user.trades();
  const order = orderOf(step.order);
  const trade = items.find(({ orderId, source }) => orderId === `O${order}` && source !== "manual");
  assert.equal(trade !== undefined, fillsOf(model, order).length > 0);
  if (trade === undefined) return;
  const trades = [{ id: trade.id, version: trade.version }];
  if (step.does === "undoReview") {
    await user.undoReview({ trades });
    undoModelReview(model, order);
  } else {
    await user.review({ trades, link: step.link });
    reviewModel(model, order, step.link);
  }
}

/** Absorbs what the inbox proposes first; where it proposes nothing, somebody enters what waits first. */
async function absorbFirst(world: World): Promise<void> {
  const { user, model } = world;
  const { items } = await user.inbox();
  const waiting = items.find(({ executionCount }) => executionCount === 1);
  if (waiting !== undefined && items.every(({ absorb }) => absorb === null))
    await enter(world, Math.floor(Number(waiting.averagePrice) / 100) - 1, { campaignId: "C2" });
  const item = (await user.inbox()).items.find(({ absorb }) => absorb !== null);
  if (item === undefined || item.absorb === null) return;
  const manual = model.manuals.find(({ tradeId }) => tradeId === item.absorb?.id);
  assert.ok(manual?.state === "counts");
  await user.absorb({ trade: { id: item.id, version: item.version }, manual: item.absorb });
  reviewModel(model, Number(item.orderId?.slice(1)), manual.link, manual);
}

async function enter({ user, model }: World, number: number, given: Link): Promise<void> {
  const { id: tradeId } = await user.addTrade({ ...entered(number), link: given });
  model.manuals.push({ tradeId, fill: number, link: given, state: "counts" });
}

/** A new book that was told once what is left, and in which people entered what still counts. */
async function fromScratch(makeStore: StoreSuiteOptions["makeStore"], model: SequenceModel): Promise<World> {
  const world = await aWorld(makeStore);
  await world.import(model.told);
  for (const manual of model.manuals) if (manual.state === "counts") await world.user.addTrade(entered(manual.fill));
  return world;
}

/** Without the ids of fills, which are others for what is entered again. */
async function statisticsOf({ user }: World): Promise<unknown> {
  const statistics = [await user.positions({ byAccount: true }), await user.realizedByDay()];
  return JSON.parse(JSON.stringify(statistics, (name, value: unknown) => (name === "fillId" ? null : value)));
}

async function fillsSeen(store: BookStore): Promise<readonly string[]> {
  const fills = await store.fills("owner", { broker: "scripted" });
  const seen = fills.map(({ price, state, link: given }) => {
    const number = Math.floor(Number(price) / 100) - 1;
    const revision = state === "canceled" ? state : Number(price) % 100;
    return JSON.stringify([number, revision, given]);
  });
  return seen.sort();
}

/** The price tells the fill and its revision; an order has one instrument and side. */
function factsOf(number: number, revision: number) {
  const order = orderOf(number);
  const side: "buy" | "sell" = order % 2 === 0 ? "buy" : "sell";
  const quantity = `${number + 1}`;
  return { order, side, symbol: `S${order % 2}`, quantity, price: `${100 * (number + 1) + revision}` };
}

function told({ fill: number, revision, isBust }: ModelRecord): ScriptedRecord {
  const { order, symbol, ...facts } = factsOf(number, revision);
  const { quantity, price } = facts;
  const familyId = `F${number}`;
  if (isBust) return { kind: "cancel", cancel: aCancel({ familyId, revision, quantity, price }) };
  const executedAt = `2026-01-05T1${number}:00:00Z`;
  const named = { familyId, revision, order: { permanentId: `O${order}` }, instrument: { symbol, rawSymbol: symbol } };
  return { kind: "execution", execution: anExecution({ ...facts, ...named, executedAt }) };
}

/** A minute later, so that which of the two is sold first does not go by their ids. */
function entered(number: number) {
  const { side, symbol, quantity, price } = factsOf(number, 0);
  const executedAt = `2026-01-05T1${number}:01:00Z`;
  return { symbol, kind: "stock" as const, currency: "USD", side, quantity, price, executedAt };
}
