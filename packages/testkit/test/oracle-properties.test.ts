import { cancelSchema, executionSchema } from "@fillbook/core/connector";
import fc from "fast-check";
import { expect, test } from "vitest";
import { historyFeatureNames, historyFeatures } from "../src/oracle/history-features.ts";
import { hostileDelivery, hostileHistory } from "../src/oracle/hostile-history.ts";
import { expectedBook, possibleBooks } from "../src/oracle/oracle.ts";
import type { Delivered } from "../src/oracle/oracle-report.ts";

// Goal: the oracle reads a set, and the generator is as hostile as it claims.
// Method: deliveries of one history must mean the same; the features of 500 histories are counted, none may be missing.

// LONG_TESTS=1 is the long run of `.ci/run`.
const RUNS = { numRuns: process.env.LONG_TESTS === "1" ? 1_000 : 100 };

test("oracle: order, repetition and pages do not change what reports mean", () => {
  fc.assert(
    fc.property(hostileDelivery, ({ records, pages }) => {
      expect(expectedBook(pages.flat())).toEqual(expectedBook(records));
    }),
    RUNS,
  );
});

test("oracle: the expected book is one of the possible ones", () => {
  fc.assert(
    fc.property(hostileHistory, (records) => {
      expect(possibleBooks(records)).toContainEqual(expectedBook(records));
    }),
    RUNS,
  );
});

test("oracle: no fill is counted twice or lost between trades and canonical reports", () => {
  fc.assert(
    fc.property(hostileHistory, (records) => {
      const { trades, canonical } = expectedBook(records);
      expect(trades.reduce((sum, trade) => sum + trade.executionCount, 0)).toBe(canonical.length);
    }),
    RUNS,
  );
});

test("generator: every delivery holds every record", () => {
  fc.assert(
    fc.property(hostileDelivery, ({ records, pages }) => {
      const told = (all: readonly Delivered[]) => new Set(all.map(({ input }) => input));
      expect(told(pages.flat())).toEqual(told(records));
    }),
    RUNS,
  );
});

test("generator: deliveries repeat records at other moments, split them and have empty pages", () => {
  const deliveries = fc.sample(hostileDelivery, { numRuns: 100, seed: 3 });
  expect(deliveries.some(({ records, pages }) => pages.flat().length > records.length)).toBe(true);
  expect(deliveries.some(({ pages }) => pages.length > 3)).toBe(true);
  expect(deliveries.some(({ records }) => new Set(records.map(({ reportedAt }) => reportedAt)).size > 2)).toBe(true);
  expect(deliveries.some(({ pages }) => pages.some((page) => page.length === 0))).toBe(true);
});

test("generator: every record is what a connector may hand over", () => {
  for (const records of fc.sample(hostileHistory, { numRuns: 200, seed: 2 })) {
    for (const { kind, input } of records) {
      const schema = kind === "execution" ? executionSchema : cancelSchema;
      expect(schema.safeParse(input).error).toBeUndefined();
    }
  }
});

test("generator: 500 histories meet every kind of hostility", () => {
  const found = fc.sample(hostileHistory, { numRuns: 500, seed: 1 }).map(historyFeatures);
  const missing = historyFeatureNames.filter((name) => !found.some((features) => features.has(name)));
  expect(missing).toEqual([]);
});
