import assert from "node:assert/strict";
import type { ExecutionFilter, ReportFilter, StoredExecution, Trade } from "@fillbook/core";
import type { BookStore } from "@fillbook/core/store";
import fc from "fast-check";
import { type FilterBook, filterBook, searches, symbolFilters } from "./filter-book.ts";
import { aConnection, playPages, readAll } from "./play.ts";
import type { StoreSuiteOptions } from "./store-suite-options.ts";

const RUNS = 60;

/**
 * Goal: a list chooses what its filter says, whatever the filter's fields. Method: random filters over a book of many
 * spellings, ids, brokers and jobs; what is expected is chosen from the whole list by a naive filter, in which what a symbol or
 * a search finds is written down by hand.
 */
export function storeFiltersSuite({ test, makeStore, seed }: StoreSuiteOptions): void {
  const settings = { numRuns: RUNS, ...(seed === undefined ? {} : { seed }) };

  test("filters: executions and trades are those that a naive filter chooses", async () => {
    const store = await makeStore();
    const book = await filterBook(store);
    const executions = await readAll((after) => store.executions("owner", after));
    const trades = await readAll((after) => store.trades("owner", after));
    assert.deepEqual([executions.length, trades.length], [book.executionCount, book.tradeCount]);
    const chosen = new Set<number>();
    await fc.assert(
      fc.asyncProperty(filtersOf(book), async (filter) => {
        const wanted = executions.filter((one) => isNaive(one, { filter, jobId: one.jobId, ids: idsOf(one) }));
        const listed = await readAll((after) => store.executions("owner", { ...filter, limit: 4, ...after }));
        assert.deepEqual(listed, wanted);
        const { canonical: _canonical, ...ofFills } = filter;
        const fills = await readAll((after) => store.fillSlice("owner", { ...ofFills, limit: 4, ...after }));
        // No fill of this book is canceled.
        const counted = executions.filter(({ canonical }) => canonical);
        assert.deepEqual(
          fills.map(({ execution }) => execution),
          counted.filter((one) => isNaive(one, { filter: ofFills, jobId: one.jobId, ids: idsOf(one) })),
        );
        const wantedTrades = trades.filter((trade) => isNaiveTrade(trade, filter, executions));
        const { tradeId: _trade, ...others } = filter;
        assert.deepEqual(
          await readAll((after) => store.trades("owner", { ...others, limit: 4, ...after })),
          wantedTrades,
        );
        chosen.add(wanted.length + wantedTrades.length);
      }),
      settings,
    );
    assert.ok(chosen.size > 5, "the filters choose almost nothing");
  });

  test("filters: every spelling of a symbol and every beginning of an id finds what it is of, in all lists", async () => {
    const store = await makeStore();
    await filterBook(store);
    for (const [symbol, expected] of symbolFilters)
      assert.deepEqual(await symbolsOf(store, { symbol }), expected, symbol);
    for (const { search, symbols } of searches) assert.deepEqual(await symbolsOf(store, { search }), symbols, search);
  });

  test("filters: problems are chosen by connection, broker and job", async () => {
    const store = await makeStore();
    const own = await aConnection(store);
    const other = await aConnection(store, { broker: "other" });
    const jobs: string[] = [];
    for (const [connectionId, key] of [
      [own, "clock"],
      [other, "clock"],
      [own, "fees"],
    ] as const) {
      const diagnostics = [{ kind: "warning", key: `${connectionId}${key}`, message: key }] as const;
      const records = [{ kind: "rejected", reason: key, raw: { connectionId, key } }] as const;
      jobs.push((await playPages(store, connectionId, [{ records, diagnostics }])).jobId);
    }
    const counts = async (filter: Parameters<typeof store.problems>[1]) =>
      (await store.problems("owner", filter)).items.length;
    assert.deepEqual(await Promise.all(jobs.map((jobId) => counts({ jobId }))), [2, 2, 2]);
    assert.deepEqual([await counts({ broker: "scripted" }), await counts({ broker: "other" })], [4, 2]);
    assert.deepEqual([await counts({ broker: "nobody" }), await counts({ jobId: "none" })], [0, 0]);
    assert.equal(await counts({ broker: "other", connectionId: own }), 0);
    assert.equal(await counts({ broker: "scripted", jobId: jobs[2] ?? "", kind: "reject" }), 1);
  });
}

async function symbolsOf(store: BookStore, filter: ReportFilter): Promise<readonly string[]> {
  const lists = await Promise.all([
    readAll((after) => store.executions("owner", { ...filter, ...after })),
    readAll((after) => store.trades("owner", { ...filter, ...after })),
    readAll((after) => store.inbox("owner", { ...filter, ...after })),
  ]);
  const [first, ...others] = lists.map((items) =>
    [...new Set(items.map(({ instrument }) => instrument.symbol))].sort(),
  );
  for (const other of others) assert.deepEqual(other, first);
  return first ?? [];
}

function filtersOf(book: FilterBook): fc.Arbitrary<ExecutionFilter> {
  const all: fc.Arbitrary<ExecutionFilter> = fc.record({
    connectionId: fc.constantFrom(...book.connectionIds, "none"),
    broker: fc.constantFrom("scripted", "other", "none"),
    account: fc.constantFrom("A1", "A2", "none"),
    jobId: fc.constantFrom(...book.jobIds, "none"),
    instrumentKind: fc.constantFrom("stock", "option", "crypto", "bond"),
    instrumentId: fc.constantFrom("7", "8", "none"),
    symbol: fc.constantFrom(...symbolFilters.keys()),
    search: fc.constantFrom(...searches.map(({ search }) => search)),
    tradeId: fc.constantFrom(...book.tradeIds),
    canonical: fc.boolean(),
    from: fc.constantFrom(...book.moments),
    to: fc.constantFrom(...book.moments),
  });
  return all.chain((filter) => {
    const two = fc.subarray(Object.entries(filter), { maxLength: 2 });
    // Every field of a filter may be left out.
    return two.map((fields) => Object.fromEntries(fields) as ExecutionFilter);
  });
}

function idsOf({ executionId, order }: StoredExecution): readonly (string | null)[] {
  // What groups an order: its permanent id, else its reference, else its number.
  return [executionId, order.permanentId ?? order.reference ?? order.orderId, order.reference];
}

interface NaiveQuestion {
  readonly filter: ExecutionFilter;
  readonly jobId: string | null;
  readonly ids: readonly (string | null)[];
}

function isNaive(one: StoredExecution, question: NaiveQuestion): boolean {
  const {
    tradeId = one.tradeId,
    canonical = one.canonical,
    from = one.executedAt,
    to = one.executedAt,
  } = question.filter;
  const isInTime = one.executedAt >= from && one.executedAt <= to;
  return tradeId === one.tradeId && canonical === one.canonical && isInTime && isNaiveRow(one, question);
}

function isNaiveTrade(trade: Trade, filter: ExecutionFilter, executions: readonly StoredExecution[]): boolean {
  const { from = trade.lastExecutedAt, to = trade.lastExecutedAt, canonical: _canonical, ...rest } = filter;
  const ids = [trade.orderId, ...executions.filter(({ tradeId }) => tradeId === trade.id).flatMap(idsOf)];
  const isInTime = trade.lastExecutedAt >= from && trade.lastExecutedAt <= to;
  return isInTime && isNaiveRow(trade, { filter: rest, jobId: trade.lastJobId, ids });
}

function isNaiveRow(row: StoredExecution | Trade, { filter, jobId, ids }: NaiveQuestion): boolean {
  const { symbol, kind, conid } = row.instrument;
  const wanted = [
    [filter.connectionId, row.connectionId],
    [filter.broker, row.broker],
    [filter.account, row.account],
    [filter.jobId, jobId],
    [filter.instrumentKind, kind],
    [filter.instrumentId, conid],
  ];
  if (wanted.some(([asked, value]) => asked !== undefined && asked !== value)) return false;
  if (filter.symbol !== undefined && !(symbolFilters.get(filter.symbol) ?? []).includes(symbol)) return false;
  const search = searches.find((one) => one.search === filter.search);
  return search === undefined || search.ofSymbol.includes(symbol) || ids.some((id) => search.ofIds.includes(id ?? ""));
}
