import type { ExecutionFilter, ReportFilter, TradeFilter } from "./filter-types.ts";
import { instrumentKey, symbolNames } from "./instrument-key.ts";
import type { StoredReport } from "./plan/plan-types.ts";
import type { ProblemFilter, StoredProblem } from "./problem-types.ts";
import type { Trade } from "./read-types.ts";

/** What a search looks for, each of them as the beginning of a text. */
export interface SearchPrefixes {
  /** Of `instrumentKey`; null for a search that no symbol fits. */
  readonly symbol: string | null;
  /** Of ids as they are stored. */
  readonly ids: readonly string[];
}

export function searchPrefixes(search: string): SearchPrefixes {
  const ids = [...new Set([search, search.toUpperCase(), search.toLowerCase()])];
  return { symbol: instrumentKey(search) || null, ids };
}

/** The ids by which people look for a report. */
function searchedIds({
  executionId,
  orderKey,
  order,
}: Pick<StoredReport, "executionId" | "orderKey" | "order">): readonly string[] {
  return [executionId, orderKey?.id ?? null, order.reference].filter((id) => id !== null);
}

/** Whether a report is one that the filter chooses; its time and its place in the list are left to the store. */
export function executionMatcher(filter: ExecutionFilter): (report: StoredReport) => boolean {
  const isOf = matcherOf(filter);
  return (report) =>
    isEqual(filter.tradeId, report.tradeId) &&
    isEqual(filter.familyKey, report.familyKey) &&
    isEqual(filter.canonical, report.canonical) &&
    isOf(report, () => searchedIds(report));
}

/**
 * As {@link executionMatcher}, of trades.
 *
 * @param found the trades that have an execution of which the search finds an id.
 */
export function tradeMatcher(filter: TradeFilter, found: ReadonlySet<string>): (trade: Trade) => boolean {
  const { search, ...others } = filter;
  const [isOf, isOther] = [matcherOf(filter), matcherOf(others)];
  return (trade) =>
    isEqual(filter.inbox, trade.inbox) &&
    isEqual(filter.status, trade.status) &&
    isEqual(filter.changedSinceReview, trade.changedSinceReview) &&
    (search !== undefined && found.has(trade.id) ? isOther : isOf)({ ...trade, jobId: trade.lastJobId }, () =>
      trade.orderId === null ? [] : [trade.orderId],
    );
}

/** Whether one of a report's ids is what the search looks for. */
export function idMatcher(search: string): (report: StoredReport) => boolean {
  const { ids } = searchPrefixes(search);
  return (report) => startsWithAny(searchedIds(report), ids);
}

/** @param brokerOf the broker of a connection. */
export function problemMatcher(
  filter: ProblemFilter,
  brokerOf: (connectionId: string) => string | undefined,
): (problem: StoredProblem) => boolean {
  const { state = "open", broker } = filter;
  return (problem) =>
    (state === "all" || (problem.resolvedAt === null) === (state === "open")) &&
    isEqual(filter.kind, problem.kind) &&
    isEqual(filter.severity, problem.severity) &&
    isEqual(filter.connectionId, problem.connectionId) &&
    isEqual(filter.jobId, problem.jobId) &&
    (broker === undefined || (problem.connectionId !== null && brokerOf(problem.connectionId) === broker));
}

type Listed = Pick<StoredReport, "connectionId" | "broker" | "account" | "instrument"> & {
  readonly jobId: string | null;
};

function matcherOf(filter: ReportFilter): (row: Listed, idsOf: () => readonly string[]) => boolean {
  const { symbol, search } = filter;
  const isSymbol = symbol === undefined ? () => true : remembered(symbolMatcher(symbol));
  const isFound = search === undefined ? () => true : searchMatcher(search);
  return (row, idsOf) =>
    isEqual(filter.connectionId, row.connectionId) &&
    isEqual(filter.broker, row.broker) &&
    isEqual(filter.account, row.account) &&
    isEqual(filter.jobId, row.jobId) &&
    isEqual(filter.instrumentKind, row.instrument.kind) &&
    isEqual(filter.instrumentId, row.instrument.conid) &&
    isSymbol(row.instrument.symbol) &&
    isFound(row.instrument.symbol, idsOf);
}

function symbolMatcher(wanted: string): (symbol: string) => boolean {
  const prefix = instrumentKey(wanted);
  return (symbol) => {
    const { key, head } = symbolNames(symbol);
    return prefix !== "" && key.startsWith(prefix) && (key === prefix || head.startsWith(prefix));
  };
}

function searchMatcher(search: string): (symbol: string, idsOf: () => readonly string[]) => boolean {
  const prefixes = searchPrefixes(search);
  const isSymbol = remembered(
    (symbol) => prefixes.symbol !== null && instrumentKey(symbol).startsWith(prefixes.symbol),
  );
  return (symbol, idsOf) => isSymbol(symbol) || startsWithAny(idsOf(), prefixes.ids);
}

function startsWithAny(texts: readonly string[], prefixes: readonly string[]): boolean {
  return texts.some((text) => prefixes.some((prefix) => text.startsWith(prefix)));
}

/** Many rows have one symbol. */
function remembered(matches: (symbol: string) => boolean): (symbol: string) => boolean {
  const answers = new Map<string, boolean>();
  return (symbol) => {
    const known = answers.get(symbol) ?? matches(symbol);
    answers.set(symbol, known);
    return known;
  };
}

function isEqual<Value>(wanted: Value | undefined, value: Value): boolean {
  return wanted === undefined || wanted === value;
}
