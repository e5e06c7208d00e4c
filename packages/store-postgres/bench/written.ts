import type { Pool } from "pg";

/** Where the write-ahead log ends, in bytes. */
export async function walBytes(pool: Pool): Promise<number> {
  return numberOf(pool, "select pg_current_wal_lsn() - '0/0' as number");
}

/** How many row versions were ever written to the tables of fills and trades, and how many of them are dead. */
export async function rowVersionsWritten(pool: Pool, schema: string): Promise<number> {
  // The statistics of a connection are sent when it rests; the pool has only one.
  await pool.query("select pg_stat_force_next_flush()");
  return numberOf(
    pool,
    `select sum(n_tup_ins + n_tup_upd + n_tup_del + n_dead_tup) as number from pg_stat_user_tables
      where schemaname = '${schema}' and relname in ('executions', 'execution_raws', 'trades')`,
  );
}

async function numberOf(pool: Pool, text: string): Promise<number> {
  const { rows } = await pool.query<{ number: string }>(text);
  return Number(rows[0]?.number);
}
