import { isDeepStrictEqual } from "node:util";
import { expect } from "vitest";
import type { NaiveBook } from "./naive-book.ts";

/** Two books say the same, apart from ids that are made at random and from who told it when. */
export function expectEqualBooks(book: NaiveBook, expected: NaiveBook): void {
  const [left, right] = [stateOf(book), stateOf(expected)];
  if (!isDeepStrictEqual(left, right)) expect(left).toEqual(right);
}

function stateOf({ rows, trades }: NaiveBook): unknown {
  const counted = rows.reports.filter(({ undone }) => undone === null);
  const reports = counted.map(({ revisionKey, canonical, voided, fill, tradeId }) => {
    const order = rows.trades.find(({ id }) => id === tradeId)?.orderKey ?? null;
    return JSON.stringify([revisionKey, canonical, voided, fill, order]);
  });
  const shown = trades().map((trade) => {
    const { id: _id, version: _version, createdAt: _at, updatedAt: _now, lastJobId: _job, ...facts } = trade;
    return JSON.stringify({ ...facts, connectionId: null });
  });
  return {
    reports: reports.sort(),
    trades: shown.sort(),
    problems: rows.problems.map(({ problemKey }) => problemKey).sort(),
  };
}
