import * as z from "zod/mini";
import type { ConnectParts } from "./connect-account.ts";
import type { AnyConnector } from "./connector-contract.ts";
import { type Correction, correctionsOf } from "./corrections.ts";
import type { ExecutionFilter, FillFilter, JobFilter, TradeFilter } from "./filter-types.ts";
import type { IngestReport } from "./ingest-report.ts";
import {
  executionFilterSchema,
  familyKeySchema,
  fillFilterSchema,
  jobFilterSchema,
  tradeFilterSchema,
} from "./list-filters.ts";
import { parseOptions } from "./parse-options.ts";
import type { CommitBatch } from "./plan/commit-batch.ts";
import type { Fill, Job, Slice, StoredExecution, Trade } from "./read-types.ts";
import { reprocessSchema } from "./reprocess-rejects.ts";
import type { BookStore } from "./store-contract.ts";
import { guardedStore } from "./store-error.ts";
import type { SyncParts } from "./sync-now.ts";
import { textId } from "./text-id.ts";
import type { TradePlans } from "./trade-suggestion.ts";
import { type UserAbsorb, userAbsorb } from "./user-absorb.ts";
import { type UserAudit, userAudit } from "./user-audit.ts";
import { ownConnection, type UserConnections, userConnections } from "./user-connections.ts";
import { type UserImports, userImports } from "./user-imports.ts";
import { type UserLineage, userLineage } from "./user-lineage.ts";
import { type UserManualTrades, userManualTrades } from "./user-manual.ts";
import { type UserPins, userPins } from "./user-pins.ts";
import { type UserProblems, userProblems } from "./user-problems.ts";
import { type UserReview, userReview } from "./user-review.ts";
import { type UserStatistics, userStatistics } from "./user-statistics.ts";
import { type UserSync, userSync } from "./user-sync.ts";

/** A book as one person sees it. */
export interface UserBook<Connectors extends readonly AnyConnector[] = readonly AnyConnector[]>
  extends UserConnections<Connectors>,
    UserProblems,
    UserSync,
    UserLineage,
    UserAudit,
    UserReview,
    UserAbsorb,
    UserImports,
    UserStatistics,
    UserManualTrades,
    UserPins {
  /**
   * Imports a file that the person downloaded from the broker, through the same path as any run: what it holds is stored
   * once, whatever else told it. The connection's cursor and status stay as they are. A connector that reads no files
   * ends the job with `FEATURE_UNAVAILABLE`, another account's file with `ACCOUNT_MISMATCH`, a stream that brings nothing for
   * `fileIdleMs` (120,000 by default) with `TIMEOUT`: what was read until then is stored.
   *
   * @throws ImportError `CONNECTION_NOT_FOUND`, `CONNECTION_DISCONNECTED`.
   * @example
   * await book.forUser(userId).importFile(connectionId, createReadStream("statement.xml"));
   */
  importFile(
    connectionId: string,
    file: AsyncIterable<Uint8Array>,
    options?: { readonly signal?: AbortSignal; readonly fileIdleMs?: number },
  ): Promise<IngestReport>;
  /** null when there is no such trade of this person. */
  trade(id: string): Promise<Trade | null>;
  /** Newest first by the last execution. */
  trades(filter?: TradeFilter): Promise<Slice<Trade>>;
  /**
   * One item a fill, canceled ones too, newest first: with the fees that count for it, and what was decided on it. The sum of a
   * trade's fills is the trade.
   */
  fills(filter?: FillFilter): Promise<Slice<Fill>>;
  /**
   * Every stored report as the broker made it, newest first; `canonical: true` for those that count. A report's fees are its
   * own: those of the fill are in {@link fills}.
   */
  executions(filter?: ExecutionFilter): Promise<Slice<StoredExecution>>;
  /**
   * What a broker reported of one fill, in the order in which the reports count, the last 200, each with what it changes. The
   * last one that is neither `voided` nor `undone` counts, unless a person pinned another. Fills that were corrected are those
   * of `executions({ canonical: false })`.
   */
  corrections(familyKey: string): Promise<readonly Correction[]>;
  /** null when there is no such job of this person. */
  job(id: string): Promise<Job | null>;
  /** This person's runs, newest first. */
  jobs(filter?: JobFilter): Promise<Slice<Job>>;
}

export interface UserBookParts extends ConnectParts {
  readonly reprocessRejects: UserProblems["reprocessRejects"];
  readonly runNow: SyncParts["run"];
  readonly tradePlans: TradePlans | undefined;
  readonly onCommitTimeoutMs: number;
  readonly importFile: (
    connectionId: string,
    options: {
      readonly file: AsyncIterable<Uint8Array>;
      readonly signal?: AbortSignal;
      readonly fileIdleMs?: number;
    },
  ) => Promise<IngestReport>;
}

export function userBook<Connectors extends readonly AnyConnector[]>(parts: UserBookParts): UserBook<Connectors> {
  const store = withHookLimit(guardedStore(parts.store), parts.onCommitTimeoutMs);
  const { userId, actor } = parseOptions(z.object({ userId: textId, actor: textId }), parts);
  return {
    ...userConnections<Connectors>({ ...parts, store, userId, actor }),
    async importFile(connectionId, file, options = {}) {
      await ownConnection(store, userId, connectionId);
      return parts.importFile(connectionId, { file, ...options });
    },
    trade: (id) => store.trade(userId, id),
    trades: (filter = {}) => listed(() => store.trades(userId, parseOptions(tradeFilterSchema, filter))),
    fills: (filter = {}) => listed(() => store.fillSlice(userId, parseOptions(fillFilterSchema, filter))),
    executions: (filter = {}) => listed(() => store.executions(userId, parseOptions(executionFilterSchema, filter))),
    async corrections(familyKey) {
      return correctionsOf(await store.familyReports(userId, parseOptions(familyKeySchema, familyKey)));
    },
    job: (id) => store.job(userId, id),
    jobs: (filter = {}) => listed(() => store.jobs(userId, parseOptions(jobFilterSchema, filter))),
    ...userProblems({
      ...{ userId, actor, store, clock: parts.clock },
      async reprocessRejects(request) {
        await ownConnection(store, userId, parseOptions(reprocessSchema, request).connectionId);
        return parts.reprocessRejects(request);
      },
    }),
    ...userLineage({ userId, store }),
    ...userAudit({ userId, store }),
    ...userReview({ ...parts, store, userId, actor }),
    ...userAbsorb({ ...parts, store, userId, actor }),
    ...userImports({ ...parts, store, userId, actor }),
    ...userPins({ store, userId, actor, clock: parts.clock }),
    ...userManualTrades({ ...parts, store, userId, actor }),
    ...userStatistics({ userId, store, tradePlans: parts.tradePlans }),
    ...userSync({
      userId,
      store,
      logger: parts.logger,
      runNow: parts.runNow,
      ownConnection: (id) => ownConnection(store, userId, id),
    }),
  };
}

/** The store, whose hooks may not keep a person's decision waiting for longer. */
function withHookLimit(store: BookStore, onCommitTimeoutMs: number): BookStore {
  return new Proxy(store, {
    get(target, name) {
      if (name === "commit") return (batch: CommitBatch) => target.commit(batch, { onCommitTimeoutMs });
      return Reflect.get(target, name);
    },
  });
}

// A bad filter rejects the promise instead of throwing past a caller's catch.
async function listed<Item>(read: () => Promise<Slice<Item>>): Promise<Slice<Item>> {
  return read();
}
