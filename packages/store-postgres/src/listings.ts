import type {
  Connection,
  ExecutionFilter,
  Fill,
  FillFilter,
  Job,
  JobFilter,
  ProblemFilter,
  SliceRequest,
  StoredExecution,
  Trade,
  TradeFilter,
} from "@fillbook/core";
import {
  fillItem,
  fillView,
  type SliceKey,
  type StoredFill,
  type StoredProblem,
  tradeView,
} from "@fillbook/core/store";
import { withCounted } from "./counted-decisions.ts";
import { executionSelection, reportSelection, storedExecution, storedReport } from "./execution-columns.ts";
import { executionConditions, problemConditions, removed, tradeConditions } from "./list-conditions.ts";
import type { SqlCondition } from "./list-statement.ts";
import type { SqlRow } from "./postgres-driver.ts";
import type { PostgresTables } from "./postgres-tables.ts";
import {
  connectionOf,
  connectionSelection,
  connectionSource,
  jobOf,
  jobSelection,
  problemOf,
  problemSelection,
} from "./run-columns.ts";
import { textOf } from "./sql-columns.ts";
import { tradeRow, tradeSelection } from "./trade-columns.ts";

/** One public list: what is read, by which index, and how its rows become items. */
export interface Listing<Item, Filter extends SliceRequest> {
  /** The name of the listed table in {@link from}. */
  readonly table: string;
  readonly from: (tables: PostgresTables) => string;
  readonly selection: string;
  /** `[time, id]`: an index starts with the owner and these. */
  readonly order: readonly [string, string];
  readonly where: (filter: Filter, tables: PostgresTables) => readonly SqlCondition[];
  /** Rows that are in no answer, by id either. */
  readonly without?: string;
  readonly itemOf: (row: SqlRow) => Item;
  readonly keyOf: (item: Item) => SliceKey;
}

export const connectionListing: Listing<Connection, SliceRequest> = {
  table: "connections",
  from: connectionSource,
  selection: connectionSelection,
  order: ["created_at", "id"],
  where: () => [],
  itemOf: connectionOf,
  keyOf: ({ createdAt, id }) => ({ at: createdAt, id }),
};

export const tradeListing: Listing<Trade, TradeFilter> = {
  table: "trades",
  from: (tables) => `${tables.trades} as trades`,
  selection: tradeSelection,
  order: ["last_executed_at", "id"],
  where: tradeConditions,
  without: removed,
  itemOf: (row) => tradeView(tradeRow(row)),
  keyOf: ({ lastExecutedAt, id }) => ({ at: lastExecutedAt, id }),
};

export const executionListing: Listing<StoredExecution, ExecutionFilter> = {
  table: "executions",
  from: (tables) => `${tables.executions} as executions join ${tables.raws} as raws using (row_id)`,
  selection: `${executionSelection}, raws.raw`,
  order: ["executed_at", "revision_key"],
  where: executionConditions,
  itemOf: storedExecution,
  keyOf: ({ executedAt, id }) => ({ at: executedAt, id }),
};

/** In no list of fills: reports that stand for none, and manual ones that their owner took away. */
const standing: readonly SqlCondition[] = [
  { column: "fill", isNull: false },
  { text: () => "not (executions.broker = 'manual' and not executions.canonical)" },
];

export const fillListing: Listing<Fill, FillFilter> = {
  table: "executions",
  from: (tables) => `${withCounted(tables)} join ${tables.raws} as raws on raws.row_id = executions.row_id`,
  selection: `${reportSelection}, raws.raw`,
  order: ["executed_at", "revision_key"],
  where: (filter) => [...executionConditions(filter), ...standing],
  itemOf: (row) => fillItem({ ...storedReport(row), raw: JSON.parse(textOf(row, "raw")) }),
  keyOf: ({ execution, id }) => ({ at: execution.executedAt, id }),
};

/** What statistics read of all fills. */
export const allFillsListing: Listing<StoredFill, Pick<FillFilter, "broker" | "account"> & SliceRequest> = {
  table: "executions",
  from: withCounted,
  selection: reportSelection,
  order: ["executed_at", "revision_key"],
  where: ({ broker, account }) => [
    { column: "broker", value: broker, indexed: false },
    { column: "account", value: account, indexed: false },
    ...standing,
  ],
  itemOf: (row) => fillView(storedReport(row)),
  keyOf: ({ executedAt, id }) => ({ at: executedAt, id }),
};

export const jobListing: Listing<Job, JobFilter> = {
  table: "jobs",
  from: (tables) => `${tables.jobs} as jobs`,
  selection: jobSelection,
  order: ["started_at", "id"],
  where: ({ connectionId, status }) => [
    { column: "connection_id", value: connectionId, indexed: true },
    { column: "status", value: status, indexed: true },
  ],
  itemOf: jobOf,
  keyOf: ({ startedAt, id }) => ({ at: startedAt, id }),
};

export const problemListing: Listing<StoredProblem, ProblemFilter> = {
  table: "problems",
  from: (tables) => `${tables.problems} as problems`,
  selection: problemSelection,
  order: ["opened_at", "problem_key"],
  where: problemConditions,
  itemOf: problemOf,
  keyOf: ({ openedAt, id }) => ({ at: openedAt, id }),
};
