import { isDeepStrictEqual } from "node:util";
import fc from "fast-check";
import { expect, test } from "vitest";
import { type NaiveBook, naiveBook } from "../../core/test/support/naive-book.ts";
import { emptyBatch } from "../../core/test/support/told-batch.ts";
import { firstReported, hostileDelivery } from "../src/oracle/hostile-history.ts";

// Goal: an undone import leaves nothing behind, whatever it was told.
// Method: hostile histories, an import a page; the last ones are undone, and what is left must be the book of the pages before.
// Then these pages are told again, and the book must be as if nothing had been undone.

test("undo: without its last imports a book is as before them, and with them again as after", () => {
  fc.assert(
    fc.property(hostileDelivery, fc.nat(), ({ pages }, nat) => {
      const left = nat % (pages.length + 1);
      const [book, before, whole] = [naiveBook(), naiveBook(), naiveBook()];
      for (const [index, page] of pages.entries()) {
        book.tell(...page);
        whole.tell(...page);
        // When the broker reported what is left stays known.
        if (index < left) before.tell(...firstReported(page, pages));
      }
      for (let number = pages.length; number > left; number -= 1) undo(book, number);
      expectEqual(book, before);
      for (const page of pages.slice(left)) book.tell(...page);
      expectEqual(book, whole);
    }),
    { numRuns: 200 },
  );
});

function undo(book: NaiveBook, number: number): void {
  const jobId = `job ${number}`;
  const families = book.rows.reports.filter((row) => row.jobId === jobId).map(({ familyKey }) => familyKey);
  const cancels = book.rows.cancels.filter((row) => row.jobId === jobId);
  const plan = book.commit({ ...emptyBatch(900 + number), undo: { jobId, id: jobId, families, cancels } });
  // Everything that came later was undone before.
  expect(plan.undo?.blocked).toEqual([]);
}

function expectEqual(book: NaiveBook, expected: NaiveBook): void {
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
