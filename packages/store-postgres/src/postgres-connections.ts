import { ImportError, isImportError } from "@fillbook/core";
import type { ConnectionStore, NewConnection } from "@fillbook/core/store";
import { changeConnection, refuseChange, refuseSecond } from "./change-connection.ts";
import type { PostgresContext } from "./postgres-context.ts";
import { asStoreError, sqlStateOf } from "./postgres-errors.ts";
import { retrying } from "./postgres-retry.ts";
import { postgresSealed } from "./postgres-sealed.ts";
import { coverageOf } from "./run-columns.ts";
import { booleanText } from "./sql-columns.ts";

type Connections = Omit<ConnectionStore, "connection" | "connections">;

/** Connections are made and changed, each with its lease and its sealed credentials. */
export function postgresConnections(context: PostgresContext): Connections {
  const { driver, tables, clock } = context;
  return {
    createConnection: (made) => createConnection(context, made),
    async changeConnection(change) {
      try {
        return await retrying(clock, () => driver.transaction((sql) => changeConnection(sql, tables, change)));
      } catch (error) {
        if (isImportError(error) && sqlStateOf(error.cause) === "23505") await refuseChange(driver, tables, change);
        throw error;
      }
    },
    coverage: (owner, connectionId) => readCoverage(context, { owner, connectionId }),
    ...postgresSealed(context),
  };
}

async function createConnection({ driver, tables }: PostgresContext, made: NewConnection): Promise<void> {
  const { connection, sealed = null, cursor = null, sole, audit } = made;
  try {
    // One statement: where its answer is lost, all of it is there or nothing.
    await driver.query(
      `with created as (
         insert into ${tables.connections}
           (id, owner, connector, broker, account_ref, label, settings, status, health, created_at, updated_at,
            sync_every_ms, next_sync_at, last_sync_at, last_succeeded_at, breaker, consecutive_failures, paused_until,
            schedule, last_validated_at, sole)
         values ($1, $2, $3, $4, $5, $6, $7::text::json, $8, $9, $10::timestamptz, $11::timestamptz, $12::bigint,
                 $13::timestamptz, $14::timestamptz, $15::timestamptz, $16, $17::bigint, $18::timestamptz,
                 $21, $22::timestamptz, $23::boolean)
         returning id, owner, status, next_sync_at
       ), kept as (
         insert into ${tables.sealed} (connection_id, owner, sealed)
         select $1, $2, $19::text::json where $19::text is not null
       ), told as (
         insert into ${tables.auditEvents} (owner, id, happened_at, done_by, action, connection_id, details)
         select $2, event->>'id', (event->>'at')::timestamptz, event->>'by', event->>'action',
                event->>'connectionId', event->'details'
           from (select $20::text::json as event) as given where event is not null
       )
       insert into ${tables.leases} (connection_id, owner, due_at, cursor)
       select id, owner, case when status in ('active', 'pending') then next_sync_at end, $24::text::json
         from created`,
      [
        ...connectionParameters(connection),
        sealed === null ? null : JSON.stringify(sealed),
        audit === undefined ? null : JSON.stringify(audit),
        ...[connection.schedule, connection.lastValidatedAt, booleanText(sole)],
        cursor === null ? null : JSON.stringify(cursor),
      ],
    );
  } catch (error) {
    if (sqlStateOf(error) !== "23505") throw asStoreError(error);
    await refuseSecond(driver, tables, connection);
    throw new ImportError("OPTION_INVALID", `there is a connection ${connection.id} already`);
  }
}

async function readCoverage(
  { driver, tables, clock }: PostgresContext,
  { owner, connectionId }: { readonly owner: string; readonly connectionId: string },
): ReturnType<ConnectionStore["coverage"]> {
  const text = `select coverage from ${tables.leases} where connection_id = $1 and owner = $2`;
  const [lease] = await retrying(clock, () => driver.query(text, [connectionId, owner]));
  return lease === undefined ? null : coverageOf(lease);
}

function connectionParameters(connection: NewConnection["connection"]): (string | null)[] {
  const { id, userId, connector, broker, accountRef, label, settings, status, health } = connection;
  const { createdAt, updatedAt, syncEveryMs, nextSyncAt, lastSyncAt, lastSucceededAt } = connection;
  const { breaker, consecutiveFailures, pausedUntil } = connection;
  return [
    ...[id, userId, connector, broker, accountRef, label, JSON.stringify(settings), status, health],
    ...[createdAt, updatedAt, String(syncEveryMs), nextSyncAt, lastSyncAt, lastSucceededAt],
    ...[breaker, String(consecutiveFailures), pausedUntil],
  ];
}
