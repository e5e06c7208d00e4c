import type { Trade } from "@fillbook/core";
import { symbolNames, type TradeFacts, type TradeRow, tradeView } from "@fillbook/core/store";
import type { SqlRow } from "./postgres-driver.ts";
import { booleanText, instantColumn, type SqlColumn, textOf, textOrNull } from "./sql-columns.ts";

type Viewed = { readonly row: TradeRow; readonly view: Trade };
type Column = SqlColumn<Viewed>;

const column = (name: string, type: string, write: Column["write"]): Column => ({ name, type, write });

/** What a trade's columns are written from: those that hosts filter and sum by follow from core's view of the row. */
export function viewedTrade(row: TradeRow): Viewed {
  return { row, view: tradeView(row) };
}

/** Every column of `trades`; the first two are its key. */
export const tradeColumns: readonly Column[] = [
  column("owner", "text", ({ row }) => row.owner),
  column("id", "text", ({ row }) => row.id),
  column("broker", "text", ({ row }) => row.broker),
  column("account", "text", ({ row }) => row.account),
  column("connection_id", "text", ({ row }) => row.connectionId),
  column("order_key", "text", ({ row }) => row.orderKey),
  column("order_id", "text", ({ row }) => row.orderId),
  column("symbol", "text", ({ row }) => row.instrument.symbol),
  column("symbol_key", "text", ({ row }) => symbolNames(row.instrument.symbol).key),
  column("symbol_head", "text", ({ row }) => symbolNames(row.instrument.symbol).head),
  column("instrument", "json", ({ row }) => JSON.stringify(row.instrument)),
  column("side", "text", ({ row }) => row.side),
  column("status", "text", ({ view }) => view.status),
  column("inbox", "text", ({ view }) => view.inbox),
  column("changed", "boolean", ({ view }) => booleanText(view.changedSinceReview)),
  column("quantity", "numeric", ({ view }) => view.quantity),
  column("average_price", "numeric", ({ view }) => view.averagePrice),
  column("first_executed_at", "timestamptz", ({ view }) => view.firstExecutedAt),
  column("last_executed_at", "timestamptz", ({ view }) => view.lastExecutedAt),
  column("totals", "json", ({ row }) => JSON.stringify(row.totals)),
  column("version", "bigint", ({ row }) => String(row.version)),
  column("last_job_id", "text", ({ row }) => row.lastJobId),
  column("created_at", "timestamptz", ({ row }) => row.createdAt),
  column("updated_at", "timestamptz", ({ row }) => row.updatedAt),
];

/** The select list that {@link tradeRow} reads. */
export const tradeSelection = [
  "owner, id, broker, account, connection_id, order_key, order_id, instrument, side, totals, version, last_job_id",
  instantColumn("created_at"),
  instantColumn("updated_at"),
].join(", ");

/** A row of {@link tradeSelection} as the planner sees it. */
export function tradeRow(row: SqlRow): TradeRow {
  const trade = {
    id: textOf(row, "id"),
    owner: textOf(row, "owner"),
    broker: textOf(row, "broker"),
    account: textOf(row, "account"),
    connectionId: textOf(row, "connection_id"),
    orderKey: textOf(row, "order_key"),
    orderId: textOrNull(row, "order_id"),
    instrument: JSON.parse(textOf(row, "instrument")),
    side: textOf(row, "side"),
    totals: JSON.parse(textOf(row, "totals")),
    version: Number(textOf(row, "version")),
    lastJobId: textOrNull(row, "last_job_id"),
    createdAt: textOf(row, "created_at"),
    updatedAt: textOf(row, "updated_at"),
  };
  // Written by tradeColumns from a row that core had made.
  return trade as unknown as TradeRow;
}

/** The select list that {@link tradeFactsOf} reads. */
export const tradeFactsSelection = "id, broker, account, connection_id, instrument, side, quantity, version";

/** A row of {@link tradeFactsSelection}. */
export function tradeFactsOf(row: SqlRow): TradeFacts {
  const broker = textOf(row, "broker");
  const facts = {
    id: textOf(row, "id"),
    broker,
    account: textOf(row, "account"),
    connectionId: textOf(row, "connection_id"),
    source: broker,
    instrument: JSON.parse(textOf(row, "instrument")),
    side: textOf(row, "side"),
    quantity: textOf(row, "quantity"),
    version: Number(textOf(row, "version")),
  };
  // Written by tradeColumns from a row that core had made.
  return facts as unknown as TradeFacts;
}
