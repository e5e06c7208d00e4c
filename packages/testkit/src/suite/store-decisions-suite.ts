import assert from "node:assert/strict";
import { instant, isImportError, type ManualTrade, type Trade, type UserBook } from "@fillbook/core";
import type { BookStore, CommitBatch, CommitResult } from "@fillbook/core/store";
import { anExecution } from "../an-execution.ts";
import { stateOf } from "./play.ts";
import type { StoreSuiteOptions } from "./store-suite-options.ts";
import { type ToldBook, toldBook, userOf } from "./told-book.ts";

/** Decisions at one moment, and decisions whose answer was lost. The clock of all reviewers stands still. */
export function storeDecisionsSuite({ test, makeStore }: StoreSuiteOptions): void {
  for (const [name, act] of Object.entries(onVersions)) {
    test(`decisions: of one person's two at one moment on one version (${name}) one is written`, async () => {
      for (const isTogether of [false, true]) {
        const book = await decidedBook(makeStore);
        const ends = isTogether
          ? await Promise.all([endOf(act(book.user, book)), endOf(act(book.user, book))])
          : [await endOf(act(book.user, book)), await endOf(act(book.user, book))];
        const [refusal = "", ...more] = ends.filter((end) => end !== "written");
        assert.deepEqual([refusals.includes(refusal), more], [true, []], `they end as ${ends.join(" and ")}`);
      }
    });
  }

  for (const [name, act] of Object.entries({ ...onVersions, ...others })) {
    test(`decisions: a batch that comes again (${name}) gets the answer that was lost and writes nothing`, async () => {
      const book = await decidedBook(makeStore);
      const commits: { readonly batch: CommitBatch; readonly answer: CommitResult }[] = [];
      const watching: BookStore = {
        ...book.store,
        async commit(batch, options) {
          const answer = await book.store.commit(batch, options);
          commits.push({ batch: structuredClone(batch), answer });
          return answer;
        },
      };
      await act(userOf(watching, "owner"), book);
      const [commit] = commits;
      assert.ok(commit !== undefined && commits.length === 1);
      // The trades are other ones by then.
      await book.tell(correction);
      const before = await everythingOf(book.store);
      assert.deepEqual(await book.store.commit(commit.batch), commit.answer);
      assert.deepEqual(await everythingOf(book.store), before);
    });
  }

  test("decisions: another person's batch of the same id is no repeat", async () => {
    const store = await makeStore();
    const reviews = [{ tradeId: "nobody's", version: 1, act: "undo" }] as const;
    assert.equal((await store.commit(emptyBatch("owner"))).kind, "committed");
    assert.equal((await store.commit({ ...emptyBatch("owner"), reviews })).kind, "committed", "its id says so");
    assert.equal((await store.commit({ ...emptyBatch("stranger"), reviews })).kind, "stale");
  });
}

function emptyBatch(owner: string): CommitBatch {
  return {
    ...{ id: "one", owner, at: instant("2026-01-05T12:00:00Z"), run: null, accounts: ["scripted/A1"] },
    ...{ fetched: 0, ignored: 0, reports: [], cancels: [], rejects: [], rereads: [], contexts: [], decisions: [] },
    ...{ pins: [], problems: [] },
  };
}

/** The last two: the trade is gone by then, or absorbed a manual one already. */
const refusals = ["TRADE_CHANGED", "TRADE_NOT_FOUND", "OPTION_INVALID"];

interface DecidedBook extends ToldBook {
  readonly imported: Trade;
  /** Alike to {@link DecidedBook.imported}. */
  readonly manual: Trade;
  readonly reviewed: Trade;
  /** It told of a fill with two prices, and of nothing else. */
  readonly lastJobId: string;
}

type Act = (user: UserBook, book: DecidedBook) => Promise<unknown>;

/** Each names the version of the trade that was seen. */
const onVersions: Readonly<Record<string, Act>> = {
  review: (user, { imported }) => user.review({ trades: [seen(imported)], link: { tradePlanId: "P1" } }),
  "review without a link": (user, { imported }) => user.review({ trades: [seen(imported)], link: null }),
  "review again": (user, { reviewed }) => user.review({ trades: [seen(reviewed)], link: { campaignId: "C2" } }),
  undo: (user, { reviewed }) => user.undoReview({ trades: [seen(reviewed)] }),
  absorb: (user, { imported, manual }) => user.absorb({ trade: seen(imported), manual: seen(manual) }),
  "change by hand": (user, { manual }) => user.updateTrade({ ...seen(manual), price: "3" }),
  "remove by hand": (user, { manual }) => user.removeTrade(seen(manual)),
};

const others: Readonly<Record<string, Act>> = {
  async pin(user) {
    const [problem] = (await user.problems({ kind: "conflict" })).items;
    assert.ok(problem?.action.kind === "pin-report");
    const { familyKey, revisionKeys } = problem.action;
    await user.pinReport({ familyKey, revisionKey: revisionKeys[0] ?? "" });
  },
  "undo an import": (user, { lastJobId }) => user.undoImport(lastJobId),
};

const entered: ManualTrade = {
  ...{ symbol: "AAPL", kind: "stock", currency: "USD", side: "buy", quantity: "10", price: "150" },
  executedAt: "2026-01-05T10:00:00Z",
};

const fill = (familyId: string, price = "100") => {
  const order = { permanentId: familyId };
  return { kind: "execution", execution: anExecution({ familyId, order, ...traded, price }) } as const;
};
const traded = { quantity: "10", executedAt: "2026-01-05T11:00:00Z" };
const correction = {
  kind: "execution",
  execution: anExecution({ familyId: "E1", order: { permanentId: "E1" }, ...traded, revision: 1, quantity: "12" }),
} as const;

async function decidedBook(makeStore: StoreSuiteOptions["makeStore"]): Promise<DecidedBook> {
  const book = await toldBook(makeStore);
  const manual = await book.user.addTrade(entered);
  await book.tell(fill("E1"), fill("E2"));
  const { jobId: lastJobId } = await book.tell(fill("E3"), fill("E3", "101"));
  const { items } = await book.user.inbox();
  const [imported, other] = ["E1", "E2"].map((id) => items.find(({ orderId }) => orderId === id));
  assert.ok(imported !== undefined && other !== undefined);
  const [reviewed] = await book.user.review({ trades: [seen(other)], link: { campaignId: "C1" } });
  assert.ok(reviewed !== undefined);
  return { ...book, imported, manual, reviewed, lastJobId };
}

function seen({ id, version }: Trade) {
  return { id, version };
}

async function endOf(act: Promise<unknown>): Promise<string> {
  return act.then(
    () => "written",
    (error: unknown) => (isImportError(error) ? error.code : String(error)),
  );
}

async function everythingOf(store: BookStore) {
  const { items: trades } = await store.trades("owner", {});
  const ids = trades.map(({ id }) => id);
  return [trades, await store.decisionsOf("owner", ids), await store.auditEvents("owner", {}), await stateOf(store)];
}
