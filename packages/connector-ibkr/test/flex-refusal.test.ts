import { ImportError } from "@fillbook/core";
import fc from "fast-check";
import { expect, test } from "vitest";
import { type FlexKnownQuery, refusal } from "../src/flex-refusal.ts";

const HOUR_MS = 3_600_000;
const error = new ImportError("OPTION_INVALID", "IBKR refuses the query");
const at = (nowMs: number) => ({ queryId: "1", nowMs, error });

test("refusal: a query that never worked is for a person at once, also where another one has", () => {
  expect(refusal(null, at(0))).toEqual({ known: null, error });
  const other = { queryId: "2", refusedSinceMs: null };
  expect(refusal(other, at(0))).toEqual({ known: other, error });
});

test("refusal: one that has worked waits as long as it has lasted, and is for a person after a day", () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 10 * HOUR_MS }), fc.nat({ max: HOUR_MS }), (startMs, lateMs) => {
      let known: FlexKnownQuery | null = { queryId: "1", refusedSinceMs: null };
      const pauses: number[] = [];
      let nowMs = startMs;
      for (;;) {
        const found = refusal(known, at(nowMs));
        known = found.known;
        if (found.error.code !== "BROKER_ERROR") break;
        pauses.push(found.error.retryAfterMs ?? 0);
        nowMs += (found.error.retryAfterMs ?? 0) + lateMs;
      }
      expect(nowMs - startMs).toBeGreaterThanOrEqual(24 * HOUR_MS);
      expect(nowMs - startMs).toBeLessThan(30 * HOUR_MS);
      expect(pauses).toEqual(pauses.toSorted((left, right) => left - right));
      // Far from what locks a token.
      expect(pauses.length).toBeLessThan(13);
    }),
  );
});

test("refusal: a clock that was put back waits the shortest time", () => {
  expect(refusal({ queryId: "1", refusedSinceMs: HOUR_MS }, at(0)).error.retryAfterMs).toBe(HOUR_MS / 4);
});
