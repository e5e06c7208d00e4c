import { instant } from "@fillbook/core";
import { type CommitBatch, type CommitPlan, replanBatch, tradeFromMembers } from "@fillbook/core/store";
import fc from "fast-check";
import { expect, test } from "vitest";
import { toldBatch } from "../../core/test/support/told-batch.ts";
import { hostileDelivery } from "../../testkit/src/oracle/hostile-history.ts";
import { planFor, writePlan } from "../src/memory-plan.ts";
import { memoryTables, type OwnerTables, ownerTables } from "../src/memory-tables.ts";

// Goal: what a store keeps up to date step by step is what its executions alone make.
// Method: hostile histories; then every fill is settled again and every trade summed anew from the index of its fills.

// LONG_TESTS=1 is the long run of `.ci/run`.
const numRuns = process.env.LONG_TESTS === "1" ? 1_000 : 60;

test("replan: after any history the store's rows stay as they are, and each trade is what its fills make", () => {
  fc.assert(
    fc.property(hostileDelivery, ({ pages }) => {
      const tables = ownerTables(memoryTables(), "owner");
      for (const [index, page] of pages.entries()) {
        const batch = toldBatch(page, index + 1);
        writePlan(tables, batch, planned(tables, batch));
      }
      const before = rowsOf(tables);
      const families = [...tables.reports.values()];
      const batch = replanBatch({ owner: "owner", families, id: "replan", at: instant("2027-01-01T00:00:00Z") });
      const plan = planned(tables, batch);
      expect([plan.marks, plan.trades, plan.tradesRemoved]).toEqual([[], [], []]);
      writePlan(tables, batch, plan);
      expect(rowsOf(tables)).toEqual(before);
      for (const trade of tables.trades.values()) {
        const keys = [...tables.index.tradeMembers.values([trade.id])];
        expect(
          tradeFromMembers(
            trade,
            keys.flatMap((key) => tables.reports.get(key) ?? []),
          ),
        ).toEqual(trade);
      }
    }),
    { numRuns },
  );
});

function rowsOf({ reports, cancels, rejects, decisions, trades, problems }: OwnerTables): unknown {
  const listed = [reports, rejects, trades, problems].map((table) => [...table.values()]);
  return structuredClone({ listed, cancels, decisions });
}

function planned(tables: OwnerTables, batch: CommitBatch): CommitPlan {
  const answer = planFor(tables, batch);
  if (answer.kind === "stale") throw new Error("nothing was reviewed");
  return answer.plan;
}
