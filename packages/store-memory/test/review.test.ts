import { instantFromUnixMs, type StoredExecution, type Trade } from "@fillbook/core";
import type { BookStore, CommitBatch, TradeReview } from "@fillbook/core/store";
import { memoryStore } from "@fillbook/store-memory";
import { scripted } from "@fillbook/testkit";
import fc from "fast-check";
import { expect, test } from "vitest";
import { hostileDelivery } from "../../testkit/src/oracle/hostile-history.ts";
import { observedTrade } from "../../testkit/src/oracle/observed-book.ts";
import { inFixedOrder, isListable, possibleBooks } from "../../testkit/src/oracle/oracle.ts";
import { type Delivered, oracleReport, realId } from "../../testkit/src/oracle/oracle-report.ts";
import { type OracleReview, type ReviewedTrade, reviewedTrades } from "../../testkit/src/oracle/oracle-review.ts";
import type { ExpectedTrade } from "../../testkit/src/oracle/oracle-trade.ts";
import { aConnection, playPages, readAll } from "../../testkit/src/suite/play.ts";

// Goal: a person's decisions follow fills wherever later deliveries move them, and changes since then are told.
// Method: decisions are committed at random moments of random hostile deliveries, and compared with a naive model that
// shares no code. Histories in which the rules leave a winner open are left out, and enough must remain.

/** Where in a delivery a person decides: after which page, on which of its executions, for which plan. */
interface ReviewSpec {
  readonly page: number;
  readonly execution: number;
  readonly plan: string | null;
}

const reviewSpecs = fc.array(
  fc.record({ page: fc.nat(50), execution: fc.nat(50), plan: fc.constantFrom("P1", "P2", "P3", null) }),
  { minLength: 1, maxLength: 4 },
);

// LONG_TESTS=1 is the long run of `.ci/run`.
const runs = process.env.LONG_TESTS === "1" ? 1_000 : 80;

test("review: decisions and changes since them are as the oracle expects, however fills move afterwards", async () => {
  let compared = 0;
  let changed = 0;
  let ambiguous = 0;
  const property = fc.asyncProperty(hostileDelivery, reviewSpecs, async ({ records, pages }, specs) => {
    const [book, other] = possibleBooks(records);
    if (book === undefined || other !== undefined) return;
    const store = memoryStore();
    const reviews = await deliverAndReview(store, pages, specs);
    if (reviews.length === 0) return;
    const trades = await readAll((after) => store.trades("owner", { limit: 200, ...after }));
    const expected = reviewedTrades(records, reviews);
    compared += 1;
    if (book.problems.ambiguous_identity > 0) ambiguous += 1;
    changed += expected.filter((one) => one.changedSinceReview && one.decided !== "none").length;
    expect(inFixedOrder(trades.map(observedReview))).toEqual(inFixedOrder(expected.map(expectedReview)));
  });
  await fc.assert(property, { numRuns: runs, endOnFailure: false, seed: 20_260_105 });
  expect(compared).toBeGreaterThan(runs / 3);
  expect(changed).toBeGreaterThan(runs / 15);
  expect(ambiguous).toBeGreaterThan(runs / 100);
}, 300_000);

interface SeenReview {
  readonly trade: ExpectedTrade;
  readonly link: string | null;
  readonly isReviewed: boolean;
  /** null for a trade that waits for review: it was not changed since one. */
  readonly changed: boolean | null;
}

function observedReview(trade: Trade): SeenReview {
  const link = trade.link !== null && "tradePlanId" in trade.link ? trade.link.tradePlanId : null;
  const isReviewed = trade.inbox === "reviewed";
  return { trade: observedTrade(trade), link, isReviewed, changed: isReviewed ? trade.changedSinceReview : null };
}

function expectedReview({ trade, link, decided, changedSinceReview }: ReviewedTrade): SeenReview {
  const isReviewed = decided !== "none";
  return { trade, link, isReviewed, changed: isReviewed ? changedSinceReview : null };
}

async function deliverAndReview(
  store: BookStore,
  pages: readonly (readonly Delivered[])[],
  specs: readonly ReviewSpec[],
): Promise<OracleReview[]> {
  const connections = new Map<string, string>();
  const reviews: OracleReview[] = [];
  for (const [index, page] of pages.entries()) {
    for (const record of page) await deliver(store, record, connections);
    const delivered = pages.slice(0, index + 1).flat();
    for (const spec of specs.filter((one) => one.page % pages.length === index)) {
      const review = await decide(store, { delivered, spec, place: reviews.length });
      if (review !== null) reviews.push(review);
    }
  }
  return reviews;
}

async function deliver(store: BookStore, record: Delivered, connections: Map<string, string>): Promise<void> {
  const { broker, source } = record.input;
  const connector = scripted({ id: source.connector, broker, pages: [] });
  const connectionId = connections.get(connector.id) ?? (await aConnection(store, { connector: connector.id, broker }));
  connections.set(connector.id, connectionId);
  const told =
    record.kind === "cancel"
      ? ({ kind: "cancel", cancel: record.input } as const)
      : ({ kind: "execution", execution: record.input, ordinal: record.ordinal } as const);
  const page = { records: [told], ...(record.reportedAt == null ? {} : { reportedAt: record.reportedAt }) };
  const report = await playPages(store, connectionId, [page], { connector });
  expect(report.error).toBeNull();
}

/** Decides on the trade that holds one delivered execution; null where it has none or its fills cannot be told apart. */
async function decide(
  store: BookStore,
  { delivered, spec, place }: { delivered: readonly Delivered[]; spec: ReviewSpec; place: number },
): Promise<OracleReview | null> {
  // A model of a review needs one book at the time of the review too.
  if (!isListable(delivered) || possibleBooks(delivered).length > 1) return null;
  const told = delivered.filter((record) => record.kind === "execution");
  const tradeOf = told[spec.execution % told.length];
  if (tradeOf === undefined) return null;
  const executions = await readAll((after) => store.executions("owner", { limit: 200, ...after }));
  const reviewed = executions.find((execution) => isOf(execution, tradeOf));
  const tradeId = reviewed?.tradeId ?? null;
  if (tradeId === null) return null;
  if (!areApart(executions.filter((execution) => execution.tradeId === tradeId))) return null;
  const version = (await store.trade("owner", tradeId))?.version ?? 0;
  const link = spec.plan === null ? null : { tradePlanId: spec.plan };
  const review: TradeReview = { tradeId, version, act: "decide", link, suggestion: null };
  const result = await store.commit(reviewBatch(review, { place, execution: tradeOf.input }));
  expect(result.kind).toBe("committed");
  return { delivered, tradeOf, link: spec.plan };
}

function isOf(execution: StoredExecution, { input, ordinal }: Extract<Delivered, { kind: "execution" }>): boolean {
  const { broker, account } = input;
  if (execution.broker !== broker || execution.account !== account) return false;
  const { familyKey, content } = oracleReport(input, ordinal);
  const stored = oracleReport(execution, 0);
  if (stored.familyClass !== "content") return stored.familyKey === familyKey;
  return execution.familyKey.includes(`/c:${ordinal}:`) && stored.content === content;
}

/** False when two fills of a trade share a row's id: a model of a review cannot tell which of them it is. */
function areApart(executions: readonly StoredExecution[]): boolean {
  const fills: { names: Set<string>; seen: number }[] = [];
  for (const execution of executions) {
    const aliases = execution.aliases.filter((alias) => realId(alias.slice(alias.indexOf(":") + 1)) !== null);
    const fill = { names: new Set([execution.familyKey, ...aliases]), seen: execution.canonical ? 1 : 0 };
    for (const other of fills.filter(({ names }) => [...names].some((name) => fill.names.has(name)))) {
      fills.splice(fills.indexOf(other), 1);
      for (const name of other.names) fill.names.add(name);
      fill.seen += other.seen;
    }
    fills.push(fill);
  }
  return fills.every(({ seen }) => seen <= 1);
}

function reviewBatch(
  review: TradeReview,
  { place, execution }: { place: number; execution: { readonly broker: string; readonly account: string } },
): CommitBatch {
  const scope = `${encodeURIComponent(execution.broker)}/${encodeURIComponent(execution.account)}`;
  return {
    ...{ id: `review/${place}`, owner: "owner", at: instantFromUnixMs(Date.UTC(2026, 1, 1) + place * 1000), run: null },
    ...{ accounts: [scope], fetched: 0, ignored: 0, reports: [], cancels: [], rejects: [], rereads: [], contexts: [] },
    ...{ decisions: [], reviews: [review], pins: [], problems: [] },
  };
}
