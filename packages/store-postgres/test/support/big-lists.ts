import type { ScriptedRecord } from "@fillbook/testkit";
import { aConnection, playPages } from "../../../testkit/src/suite/play.ts";
import { copyRows } from "./big-book.ts";
import type { TestStore } from "./test-store.ts";

const OWNERS = 10;

/** What a run leaves beside executions and trades, of each table so many rows: of ten owners, in turn. */
export async function fillLists(book: TestStore, copies: number): Promise<string> {
  const { store, pool, schema } = book;
  const connectionId = await aConnection(store);
  const broken: ScriptedRecord = { kind: "broken" };
  await playPages(store, connectionId, [{ records: [broken] }]);
  const owner = `case when copy % ${OWNERS} = 0 then owner else 'owner' || copy % ${OWNERS} end`;
  const named = (column: string) => `md5(${column} || copy)`;
  const later = (column: string) => `${column} + copy * interval '1 minute'`;
  // Of each owner's connections a few have most of the runs, as of few people who trade much.
  const connection = `md5(connection_id || copy % ${OWNERS * 10} + ${OWNERS * 10})`;
  const tables: Readonly<Record<string, Readonly<Record<string, string>>>> = {
    connections: { owner, id: named("id"), created_at: later("created_at") },
    leases: { owner, connection_id: named("connection_id"), due_at: "now() + copy * interval '1 minute'" },
    jobs: { owner, id: named("id"), connection_id: connection, started_at: later("started_at") },
    steps: { owner, job_id: named("job_id"), connection_id: connection, started_at: later("started_at") },
    problems: {
      ...{ owner, problem_key: named("problem_key"), connection_id: connection, opened_at: later("opened_at") },
      resolved_at: "case when copy % 20 > 0 then now() end",
    },
    rejects: {
      ...{ owner, reject_key: named("reject_key"), connection_id: connection, fetched_at: later("fetched_at") },
      resolved_at: "case when copy % 20 > 0 then now() end",
    },
    audit_events: {
      ...{ owner, id: named("id"), connection_id: connection, happened_at: later("happened_at") },
      // Ten of each trade.
      trade_id: `case when copy % 2 = 0 then md5((copy % ${OWNERS} + copy / 100 * ${OWNERS})::text) end`,
    },
  };
  for (const [table, changed] of Object.entries(tables)) {
    await copyRows(pool, schema, { table, changed, copies });
    await pool.query(`vacuum analyze "${schema}".${table}`);
  }
  return connectionId;
}
