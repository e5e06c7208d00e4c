import { anExecution, type ScriptedRecord } from "@fillbook/testkit";
import type { Pool } from "pg";
import { aConnection, playPages } from "../../../testkit/src/suite/play.ts";
import type { TestStore } from "./test-store.ts";

const SEED_ROWS = 1_000;
const OWNERS = 10;

/** Fills of the first owner, each of an order of its own, of many symbols on two accounts. */
export function bookRecords(count: number, prefix = "E"): ScriptedRecord[] {
  return Array.from({ length: count }, (_, index) => {
    const symbol = `S${index % 97}`;
    return {
      kind: "execution",
      execution: anExecution({
        familyId: `${prefix}${index}`,
        account: index % 50 === 0 ? "A2" : "A1",
        executedAt: new Date(Date.UTC(2026, 0, 5) + index * 1000).toISOString(),
        instrument: { symbol, rawSymbol: symbol },
        aliases: index % 2 === 0 ? [`trade:${prefix}${index}`] : [],
        order: { permanentId: `${prefix}${index}` },
      }),
    };
  });
}

/**
 * Makes a book of so many thousand reports, each a trade, of ten owners: a thousand are imported, and copied under other
 * owners and keys. The statistics of the planner are fresh.
 */
export async function fillBook({ store, pool, schema }: TestStore, thousands: number): Promise<string> {
  const connectionId = await aConnection(store);
  await playPages(store, connectionId, [{ records: bookRecords(SEED_ROWS) }]);
  const copies = thousands - 1;
  await copyRows(pool, schema, {
    table: "executions",
    changed: {
      owner: `case when copy % ${OWNERS} = 0 then owner else 'owner' || copy % ${OWNERS} end`,
      family_key: "family_key || '-' || copy",
      revision_key: "md5(revision_key || copy) || md5(copy::text)",
      content_key: "content_key || '-' || copy",
      trade_id: "md5(trade_id || copy)",
      executed_at: "executed_at + copy * interval '20 minutes'",
      row_id: `row_id + copy * ${SEED_ROWS * 10}`,
    },
    copies,
  });
  const owner = `case when copy % ${OWNERS} = 0 then owner else 'owner' || copy % ${OWNERS} end`;
  await copyRows(pool, schema, {
    table: "execution_raws",
    changed: { owner, row_id: `row_id + copy * ${SEED_ROWS * 10}` },
    copies,
  });
  await copyRows(pool, schema, {
    table: "execution_aliases",
    changed: { owner, alias_key: "alias_key || '-' || copy", family_key: "family_key || '-' || copy" },
    copies,
  });
  await copyRows(pool, schema, {
    table: "trades",
    changed: {
      owner,
      id: "md5(id || copy)",
      order_key: "order_key || '-' || copy",
      last_executed_at: "last_executed_at + copy * interval '20 minutes'",
      inbox: "case when copy % 20 = 0 then 'pending_review' else 'reviewed' end",
    },
    copies,
  });
  for (const table of ["executions", "execution_raws", "execution_aliases", "trades"])
    await pool.query(`vacuum analyze "${schema}".${table}`);
  return connectionId;
}

/** Copies every row of a table so many times; `changed` says how a column of a copy differs. */
export async function copyRows(
  pool: Pool,
  schema: string,
  { table, changed, copies }: { table: string; changed: Readonly<Record<string, string>>; copies: number },
): Promise<void> {
  const { rows } = await pool.query<{ name: string }>(
    "select attname as name from pg_attribute where attrelid = $1::regclass and attnum > 0 and not attisdropped order by attnum",
    [`"${schema}".${table}`],
  );
  const columns = rows.map(({ name }) => name);
  await pool.query(
    `insert into "${schema}".${table} (${columns.join(", ")})
     select ${columns.map((name) => changed[name] ?? name).join(", ")}
       from "${schema}".${table}, generate_series(1, ${copies}) as copy`,
  );
}
