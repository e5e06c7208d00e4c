import { isDeepStrictEqual } from "node:util";
import { instant } from "@fillbook/core";
import { replanBatch, tradeFromMembers } from "@fillbook/core/store";
import fc from "fast-check";
import { expect, test } from "vitest";
import { type NaiveBook, naiveBook } from "../../core/test/support/naive-book.ts";
import { hostileDelivery } from "../src/oracle/hostile-history.ts";

// Goal: what plans add up step by step is what the executions alone make.
// Method: hostile histories, reviewed on the way; then every fill is settled and every trade summed anew.

const histories = fc.record({ delivery: hostileDelivery, reviews: fc.array(fc.nat(20), { maxLength: 4 }) });

// LONG_TESTS=1 is the long run of `.ci/run`.
const isLong = process.env.LONG_TESTS === "1";

test("replan: after any history, settling every fill again writes nothing", () => {
  fc.assert(
    fc.property(histories, (history) => {
      const book = bookOf(history);
      const before = structuredClone(book.rows);
      const families = book.rows.reports;
      const at = instant("2027-01-01T00:00:00Z");
      const plan = book.commit(replanBatch({ owner: "owner", families, id: "replan", at }));
      const { reports, marks, trades, tradesRemoved, problemsOpened, problemsResolved } = plan;
      expect([reports, marks, trades, tradesRemoved]).toEqual([[], [], [], []]);
      // A plan may name problems that are open already; a store leaves these as they are.
      const open = before.problems.map((problem) => problem.problemKey);
      expect(problemsOpened.filter((problem) => !open.includes(problem.problemKey))).toEqual([]);
      expect(open.filter((key) => problemsResolved.includes(key))).toEqual([]);
      expect(sorted(book.rows)).toEqual(sorted(before));
    }),
    { numRuns: isLong ? 1_000 : 60 },
  );
});

test("trades: after any history each is what its fills alone make", () => {
  fc.assert(
    fc.property(histories, (history) => {
      const { rows } = bookOf(history);
      for (const trade of rows.trades) {
        const members = rows.reports.filter((report) => report.tradeId === trade.id);
        const rebuilt = tradeFromMembers(trade, members);
        if (!isDeepStrictEqual(rebuilt, trade)) expect(rebuilt).toEqual(trade);
      }
      const held = new Set(rows.reports.flatMap((report) => report.tradeId ?? []));
      expect([...held].sort()).toEqual(rows.trades.map((trade) => trade.id).sort());
    }),
    { numRuns: isLong ? 2_000 : 120 },
  );
});

/** The pages told one after another; at some of them a person reviews or splits what is there. */
function bookOf({
  delivery,
  reviews,
}: typeof histories extends fc.Arbitrary<infer History> ? History : never): NaiveBook {
  const book = naiveBook();
  for (const [index, page] of delivery.pages.entries()) {
    book.tell(...page);
    if (!reviews.includes(index)) continue;
    const trades = book.trades();
    const trade = trades[index % Math.max(trades.length, 1)];
    if (trade !== undefined) book.review(trade, index % 2 === 0 ? null : { tradePlanId: `plan ${index}` });
  }
  return book;
}

function sorted(rows: NaiveBook["rows"]): unknown {
  return { ...rows, problems: rows.problems.map((problem) => problem.problemKey).sort() };
}
