import type { AuditEvent, AuditFilter } from "@fillbook/core";
import type { BookStore } from "@fillbook/core/store";
import type { Listing } from "./listings.ts";
import type { PostgresContext } from "./postgres-context.ts";
import type { Sql, SqlRow } from "./postgres-driver.ts";
import { sliceOf } from "./postgres-lists.ts";
import type { PostgresTables } from "./postgres-tables.ts";
import { insertAll, instantColumn, type SqlColumns, textOf, textOrNull } from "./sql-columns.ts";

/** Who changed what; only ever added to. */
export function postgresAudit(context: PostgresContext): Pick<BookStore, "auditEvents"> {
  return { auditEvents: (owner, filter) => sliceOf(context, auditListing, { owner, filter }) };
}

/** Writes the event in the transaction of what it tells of. */
export async function writeAudit(
  sql: Sql,
  tables: PostgresTables,
  { owner, audit }: { readonly owner: string; readonly audit?: AuditEvent | undefined },
): Promise<void> {
  if (audit !== undefined) await writeAudits(sql, tables, { owner, audits: [audit] });
}

/** {@link writeAudit} of several events. */
export async function writeAudits(
  sql: Sql,
  tables: PostgresTables,
  { owner, audits }: { readonly owner: string; readonly audits: readonly AuditEvent[] },
): Promise<void> {
  await insertAll(sql, { table: tables.auditEvents, columns: columnsOf(owner), rows: audits, conflict: known });
}

/** What is sent again because its answer was lost comes with the event that it wrote. */
const known = "on conflict (owner, id) do nothing";

const columnsOf = (owner: string): SqlColumns<AuditEvent> => [
  { name: "owner", type: "text", write: () => owner },
  { name: "id", type: "text", write: ({ id }) => id },
  { name: "happened_at", type: "timestamptz", write: ({ at }) => at },
  { name: "done_by", type: "text", write: ({ by }) => by },
  { name: "action", type: "text", write: ({ action }) => action },
  { name: "connection_id", type: "text", write: ({ connectionId }) => connectionId },
  { name: "trade_id", type: "text", write: ({ tradeId }) => tradeId },
  { name: "details", type: "json", write: ({ details }) => JSON.stringify(details) },
];

const auditListing: Listing<AuditEvent, AuditFilter> = {
  table: "audit_events",
  from: (tables) => `${tables.auditEvents} as audit_events`,
  selection: `id, done_by, action, connection_id, trade_id, details, ${instantColumn("happened_at")}`,
  order: ["happened_at", "id"],
  where: ({ connectionId, tradeId, action }) => [
    { column: "connection_id", value: connectionId, indexed: true },
    { column: "trade_id", value: tradeId, indexed: true },
    { column: "action", value: action, indexed: false },
  ],
  itemOf: auditOf,
  keyOf: ({ at, id }) => ({ at, id }),
};

function auditOf(row: SqlRow): AuditEvent {
  const event = {
    id: textOf(row, "id"),
    at: textOf(row, "happened_at"),
    by: textOf(row, "done_by"),
    action: textOf(row, "action"),
    connectionId: textOrNull(row, "connection_id"),
    tradeId: textOrNull(row, "trade_id"),
    details: JSON.parse(textOf(row, "details")),
  };
  // Only events that core had made were written.
  return event as unknown as AuditEvent;
}
