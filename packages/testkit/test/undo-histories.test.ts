import fc from "fast-check";
import { expect, test } from "vitest";
import { expectEqualBooks } from "../../core/test/support/equal-books.ts";
import { type NaiveBook, naiveBook } from "../../core/test/support/naive-book.ts";
import { emptyBatch } from "../../core/test/support/told-batch.ts";
import { firstReported, hostileDelivery } from "../src/oracle/hostile-history.ts";

// Goal: an undone import leaves nothing behind, whatever it was told.
// Method: hostile histories, an import a page; the last ones are undone, and what is left must be the book of the pages before.
// Then these pages are told again, and the book must be as if nothing had been undone.

// LONG_TESTS=1 is the long run of `.ci/run`.
const numRuns = process.env.LONG_TESTS === "1" ? 1_000 : 60;

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
      expectEqualBooks(book, before);
      for (const page of pages.slice(left)) book.tell(...page);
      expectEqualBooks(book, whole);
    }),
    { numRuns },
  );
});

function undo(book: NaiveBook, number: number): void {
  const jobId = `job ${number}`;
  const families = book.rows.reports.filter((row) => row.jobId === jobId).map(({ familyKey }) => familyKey);
  const cancels = book.rows.cancels.filter((row) => row.jobId === jobId);
  const plan = book.commit({
    ...emptyBatch(900 + number),
    undo: { jobId, connectionId: "conn1", id: jobId, families, cancels },
  });
  // Everything that came later was undone before.
  expect(plan.undo?.blocked).toEqual([]);
}
