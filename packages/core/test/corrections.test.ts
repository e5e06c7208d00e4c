import fc from "fast-check";
import { expect, test } from "vitest";
import { correctionsOf } from "../src/corrections.ts";
import type { StoredExecution } from "../src/read-types.ts";

// Goal: what changed is all that changed. Method: reports of random facts; the changes of each, applied to the report before
// it, make it, and none of them changes nothing.

const report = fc.record({
  executionId: fc.constantFrom("E1.01", "E1.02", null),
  executedAt: fc.constantFrom("2026-01-05T10:00:00.000000Z", "2026-01-05T10:00:01.000000Z"),
  instrument: fc.record({ symbol: fc.constantFrom("A", "B"), multiplier: fc.constantFrom("100", null) }),
  kind: fc.constantFrom("order", "instant"),
  side: fc.constantFrom("buy", "sell"),
  quantity: fc.constantFrom("1", "2"),
  price: fc.constantFrom("10", "-10"),
  fees: fc.constantFrom(
    null,
    [],
    [{ amount: "1", currency: "USD" }],
    [{ amount: "1", currency: "USD", estimated: true }],
  ),
  feeBasis: fc.constantFrom("fill", "row"),
  order: fc.record({ permanentId: fc.constantFrom("O1", null), quantity: fc.constantFrom("5", null) }),
  liquidity: fc.constantFrom("maker", "taker", null),
});

test("corrections: the changes of each report make it of the one before it", () => {
  fc.assert(
    fc.property(fc.array(report, { maxLength: 5 }), (facts) => {
      // Only the fields that are compared are made here.
      const corrections = correctionsOf(facts as unknown as StoredExecution[]);
      expect(corrections.map(({ execution }) => execution)).toEqual(facts);
      for (const [index, { changes }] of corrections.entries()) {
        const before = facts[index - 1];
        if (before === undefined) expect(changes).toEqual([]);
        else
          expect({ ...before, ...Object.fromEntries(changes.map(({ field, after }) => [field, after])) }).toEqual(
            facts[index],
          );
        for (const change of changes) {
          expect(change.before).not.toEqual(change.after);
          expect(change.before).toEqual(before?.[change.field]);
        }
      }
    }),
  );
});
