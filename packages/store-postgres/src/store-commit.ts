import type { Instant, StoredExecution, Trade } from "@fillbook/core";
import { type CommitStats, executionView, tradeView } from "@fillbook/core/store";
import type { Planned } from "./postgres-write.ts";

/** What one commit wrote, for rows of the host's own in the same transaction. */
export interface StoreCommit {
  readonly userId: string;
  /** null when a person's decision was written, and no run's page. */
  readonly connectionId: string | null;
  readonly jobId: string | null;
  readonly at: Instant;
  /** Reports that are new. */
  readonly executions: readonly StoredExecution[];
  /** Ids of reports stored before that began or ceased to count, or moved to another trade. */
  readonly changedExecutions: readonly string[];
  /** Trades that are new or changed. */
  readonly trades: readonly Trade[];
  /** Ids of trades that lost their last fill to another trade. */
  readonly removedTrades: readonly string[];
  readonly stats: CommitStats;
}

export function storeCommit({ batch, plan }: Planned): StoreCommit {
  return {
    userId: batch.owner,
    connectionId: batch.run?.connectionId ?? null,
    jobId: batch.run?.jobId ?? null,
    at: batch.at,
    executions: plan.reports.map(executionView),
    changedExecutions: plan.marks.map(({ revisionKey }) => revisionKey),
    trades: plan.trades.map(tradeView),
    removedTrades: plan.tradesRemoved,
    stats: plan.stats,
  };
}
