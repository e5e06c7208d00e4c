import { groupBy } from "./group-by.ts";
import { type AccountPlan, planAccount, settleAccount, tiedRows } from "./oracle-account.ts";
import { amountText } from "./oracle-amount.ts";
import type { TieOrder } from "./oracle-rank.ts";
import { compareText } from "./oracle-rank.ts";
import { type Delivered, type OracleReport, oracleCancel, oracleReport } from "./oracle-report.ts";
import { type ExpectedTrade, expectedTrade, type OracleFill } from "./oracle-trade.ts";

interface ExpectedCanonical {
  readonly broker: string;
  readonly account: string;
  readonly executionId: string | null;
  readonly side: "buy" | "sell";
  readonly quantity: string;
  readonly price: string;
  readonly executedAt: string;
}

interface ExpectedProblems {
  /** Fills that have a conflict. */
  readonly conflict: number;
  /** Different cancels that match no report. */
  readonly unmatched_cancel: number;
  /** Families that could be read as part of several better ones. */
  readonly ambiguous_identity: number;
}

/** All that may be compared with a real book; both lists are multisets in a fixed order. */
export interface ExpectedBook {
  /** What the fills that count come to. */
  readonly trades: readonly ExpectedTrade[];
  /** The reports that count. */
  readonly canonical: readonly ExpectedCanonical[];
  /** How many are open of each kind. */
  readonly problems: ExpectedProblems;
}

/** More outcomes than this mean that a history has more ties than a test can want. */
const POSSIBLE_BOOKS_MAX = 2000;

/**
 * What a set of reports means, in whatever order and how often each was delivered. Where reports rank equal the rules
 * leave the winner open; this is one of the {@link possibleBooks}.
 */
export function expectedBook(delivered: readonly Delivered[]): ExpectedBook {
  const plans = planAccounts(delivered);
  return bookOf(plans, firstOrder(plans));
}

/**
 * Every book that the rules allow: one, unless reports rank equal and differ.
 *
 * @throws RangeError when more than 2,000 orders of equal reports exist.
 */
export function possibleBooks(delivered: readonly Delivered[]): readonly ExpectedBook[] {
  const plans = planAccounts(delivered);
  const books = new Map<string, ExpectedBook>();
  for (const order of tieOrders(plans)) {
    const book = bookOf(plans, order);
    books.set(JSON.stringify(book), book);
  }
  return [...books.values()];
}

/** False for a history with so many ties that {@link possibleBooks} would throw. */
export function isListable(delivered: readonly Delivered[]): boolean {
  const sizes = planAccounts(delivered)
    .flatMap(tiedRows)
    .map((rows) => rows.length);
  let orders = 1;
  for (const size of sizes) for (let factor = 2; factor <= size; factor += 1) orders *= factor;
  return orders <= POSSIBLE_BOOKS_MAX;
}

/** The settled fills of each trade, for models that build on this one. */
export function expectedTradeFills(delivered: readonly Delivered[]): readonly (readonly OracleFill[])[] {
  const plans = planAccounts(delivered);
  const order = firstOrder(plans);
  return plans.flatMap((plan) => tradesOf(settleAccount(plan, order)));
}

/** Sorts a multiset by its text, so that two of them can be compared with toEqual. */
export function inFixedOrder<Item>(items: readonly Item[]): Item[] {
  return items.toSorted((left, right) => compareText(JSON.stringify(left), JSON.stringify(right)));
}

function planAccounts(delivered: readonly Delivered[]): readonly AccountPlan[] {
  const byScope = groupBy(delivered, ({ input }) => JSON.stringify([input.broker, input.account]));
  return [...byScope.values()].map((records) => {
    const reports = firstReported(
      records.flatMap((record) =>
        record.kind === "execution" ? [oracleReport(record.input, record.ordinal, record.reportedAt)] : [],
      ),
    );
    const cancels = records.flatMap((record) => (record.kind === "cancel" ? [oracleCancel(record.input)] : []));
    const byText = new Map(cancels.map((cancel) => [JSON.stringify(cancel, bigintText), cancel]));
    return planAccount(reports, [...byText.values()]);
  });
}

/** Each different report once, with the earliest moment that is known of it. */
function firstReported(reports: readonly OracleReport[]): readonly OracleReport[] {
  const same = groupBy(reports, (report) => JSON.stringify({ ...report, firstReportedAt: null }, bigintText));
  return [...same.values()].flatMap((group) => {
    const [first = null] = group.flatMap(({ firstReportedAt: at }) => (at === null ? [] : [at])).sort();
    return group.slice(0, 1).map((report) => ({ ...report, firstReportedAt: first }));
  });
}

function bookOf(plans: readonly AccountPlan[], order: TieOrder): ExpectedBook {
  const fills = plans.map((plan) => settleAccount(plan, order));
  const trades = fills.flatMap(tradesOf).map(expectedTrade);
  const counting = fills.flat().filter((fill) => !fill.canceled);
  return {
    trades: inFixedOrder(trades),
    canonical: inFixedOrder(counting.map(canonicalFacts)),
    problems: {
      conflict: fills.flat().filter((fill) => fill.conflict).length,
      unmatched_cancel: plans.reduce((sum, plan) => sum + plan.unmatchedCancelCount, 0),
      ambiguous_identity: plans.reduce((sum, plan) => sum + plan.ambiguousCount, 0),
    },
  };
}

function tradesOf(fills: readonly OracleFill[]): readonly (readonly OracleFill[])[] {
  return [...groupBy(fills, (fill) => fill.orderKey).values()];
}

function canonicalFacts({ report }: OracleFill): ExpectedCanonical {
  return {
    broker: report.broker,
    account: report.account,
    executionId: report.executionId,
    side: report.side,
    quantity: amountText(report.quantity),
    price: amountText(report.price),
    executedAt: report.executedAt,
  };
}

/** The text order: arbitrary, and the same however the reports were delivered. */
function firstOrder(plans: readonly AccountPlan[]): TieOrder {
  const texts = plans.flatMap((plan) => tiedRows(plan).flatMap((rows) => rows.map((row) => row.text)));
  return new Map(texts.sort().map((text, place) => [text, place]));
}

function tieOrders(plans: readonly AccountPlan[]): readonly TieOrder[] {
  let orders: readonly TieOrder[] = [new Map()];
  for (const rows of plans.flatMap(tiedRows)) {
    const arranged = permutations(rows.map((row) => row.text));
    orders = orders.flatMap((order) =>
      arranged.map((texts) => new Map([...order, ...texts.map((text, place): [string, number] => [text, place])])),
    );
    if (orders.length > POSSIBLE_BOOKS_MAX) throw new RangeError(`more than ${POSSIBLE_BOOKS_MAX} possible books`);
  }
  return orders;
}

function permutations(texts: readonly string[]): readonly (readonly string[])[] {
  if (texts.length < 2) return [texts];
  return texts.flatMap((text) => permutations(texts.filter((other) => other !== text)).map((rest) => [text, ...rest]));
}

function bigintText(_key: string, value: unknown): unknown {
  return typeof value === "bigint" ? `${value}n` : value;
}
