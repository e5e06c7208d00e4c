import { type Connection, ImportError } from "@fillbook/core";
import type { BookStore } from "@fillbook/core/store";
import type { PostgresContext } from "./postgres-context.ts";
import { asStoreError, sqlStateOf } from "./postgres-errors.ts";

/** New connections, each with its lease. */
export function postgresConnections({ driver, tables }: PostgresContext): Pick<BookStore, "createConnection"> {
  return {
    async createConnection(connection) {
      try {
        await driver.query(
          `with created as (
             insert into ${tables.connections}
               (id, owner, connector, broker, account_ref, label, settings, status, health, created_at, updated_at,
                sync_every_ms, next_sync_at, last_sync_at, last_succeeded_at)
             values ($1, $2, $3, $4, $5, $6, $7::text::json, $8, $9, $10::timestamptz, $11::timestamptz, $12::bigint,
                     $13::timestamptz, $14::timestamptz, $15::timestamptz)
             returning id, owner, status, next_sync_at
           )
           insert into ${tables.leases} (connection_id, owner, due_at)
           select id, owner, case when status = 'active' then next_sync_at end from created`,
          connectionParameters(connection),
        );
      } catch (error) {
        if (sqlStateOf(error) !== "23505") throw asStoreError(error);
        throw new ImportError("OPTION_INVALID", `there is a connection ${connection.id} already`);
      }
    },
  };
}

function connectionParameters(connection: Connection): (string | null)[] {
  const { id, userId, connector, broker, accountRef, label, settings, status, health } = connection;
  const { createdAt, updatedAt, syncEveryMs, nextSyncAt, lastSyncAt, lastSucceededAt } = connection;
  return [
    ...[id, userId, connector, broker, accountRef, label, JSON.stringify(settings), status, health],
    ...[createdAt, updatedAt, String(syncEveryMs), nextSyncAt, lastSyncAt, lastSucceededAt],
  ];
}
