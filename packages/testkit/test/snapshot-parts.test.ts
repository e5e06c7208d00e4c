import { isDeepStrictEqual } from "node:util";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { KeyList } from "../../core/src/plan/snapshot.ts";
import { type NaiveBook, naiveBook } from "../../core/test/support/naive-book.ts";
import { fill } from "../../core/test/support/told.ts";
import { hostileDelivery } from "../src/oracle/hostile-history.ts";
import { observedBook } from "../src/oracle/observed-book.ts";
import { possibleBooks } from "../src/oracle/oracle.ts";

// Goal: a plan reads no list of keys in vain, and reads enough.
// Method: one list is answered as if there were no rows; then some hostile history must end in a book that the oracle
// does not expect, or that a constraint refuses. With every answer whole, all of them must end in the right one.

const HISTORIES = 100;
const deliveries = fc.sample(hostileDelivery, { numRuns: HISTORIES, seed: 20_260_105 });

const parts = [
  ...(["families", "aliases", "idlessContents", "contents", "cancelNames"] as const),
  ...(["orderKeys", "members", "revisions", "cancelKeys"] as const),
] satisfies readonly KeyList[];

describe("snapshot: what the plan must see", () => {
  test("with nothing left out every hostile history gives the right book", () => {
    for (const delivery of deliveries) expect(isRight(delivery)).toBe(true);
  });

  test.each(parts)("without %s some hostile history gives a wrong book", (hide) => {
    expect(deliveries.some((delivery) => !isRight(delivery, hide))).toBe(true);
  });

  test("without decisions a correction makes a reviewed trade wait for review again", () => {
    expect(linkAfterCorrection(naiveBook())).toEqual({ tradePlanId: "plan 1" });
    expect(linkAfterCorrection(naiveBook({ hide: "decisions" }))).toBeNull();
  });
});

function isRight({ records, pages }: (typeof deliveries)[number], hide?: KeyList): boolean {
  const book = naiveBook(hide === undefined ? {} : { hide });
  try {
    for (const page of pages) book.tell(...page);
  } catch (error) {
    if (hide === undefined) throw error;
    return false;
  }
  const observed = bookOf(book);
  return possibleBooks(records).some((expected) => isDeepStrictEqual(expected, observed));
}

function bookOf(book: NaiveBook) {
  const executions = book.rows.reports.map((row) => ({ ...row, id: row.revisionKey, undone: row.undone !== null }));
  return observedBook({ trades: book.trades(), executions, problems: book.rows.problems });
}

function linkAfterCorrection(book: NaiveBook) {
  book.tell(fill());
  book.review(book.trade(), { tradePlanId: "plan 1" });
  book.tell(fill({ revision: 1, price: "101" }));
  return book.trade().link;
}
