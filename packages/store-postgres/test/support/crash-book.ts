import type { Pool } from "pg";

/** Columns that say when, in which order and in which run a row came. Everything else is the same after any crash. */
const passing: Readonly<Record<string, readonly string[]>> = {
  executions: ["row_id", "job_id", "fetched_at", "first_reported_at", "trade_id"],
  execution_raws: ["row_id"],
  execution_aliases: [],
  cancels: ["job_id", "fetched_at"],
  cancel_names: [],
  rejects: ["job_id", "fetched_at"],
  decisions: [],
  trades: ["id", "last_job_id", "created_at", "updated_at"],
  // Details quote when a report was fetched.
  problems: ["job_id", "opened_at", "resolved_at", "details"],
};

/** What a row says beside its columns. A trade's id is drawn at random: its fills name it. */
const named: Readonly<Record<string, string>> = {
  executions: "(select name from names where names.trade_id = one.trade_id)",
  trades: "(select name from names where names.trade_id = one.id)",
  problems: "(one.resolved_at is null)::text",
};

/** A digest of each table of the book: equal digests are an equal book, in more than a host can see. */
export async function bookDigest(pool: Pool, schema: string): Promise<Readonly<Record<string, string>>> {
  const digests = Object.entries(passing).map(([table, columns]) => {
    const names = columns.map((name) => `'${name}'`).join();
    return `'${table}', (select count(*) || ' rows, ' || md5(coalesce(string_agg(line, e'\\n' order by line), ''))
       from (select concat((to_jsonb(one) - array[${names}]::text[])::text, ${named[table] ?? "''"}) as line
               from "${schema}".${table} as one) as lines)`;
  });
  const { rows } = await pool.query(`
    with names as materialized (
      select trade_id, md5(string_agg(revision_key, ',' order by revision_key)) as name
        from "${schema}".executions where trade_id is not null group by trade_id
    ) select jsonb_build_object(${digests.join()}) as digests`);
  return rows[0].digests;
}

/** Which rules the stored book breaks at this moment, whatever died a moment ago. None is good. */
export async function bookFaults(pool: Pool, schema: string): Promise<readonly string[]> {
  const counts = `(select count(*) from executions), (select count(*) from cancels), (select count(*) from rejects)`;
  const sums = "sum(inserted + updated + corrected + conflicts), sum(canceled), sum(rejected)";
  const client = await pool.connect();
  try {
    // Gone with the transaction, so that the pool gets its connection back as it was.
    await client.query(`begin; set local search_path to "${schema}"`);
    const { rows } = await client.query(`
      select 'the statistics of all jobs do not add up to the rows: ' || row(${counts}) || ' <> ' || row(${sums}) as fault
        from jobs having coalesce(row(${counts}) <> row(${sums}), false)
      union all
      select 'the cursor is not that of the last commit: ' || connection_id from leases where cursor::text <>
        (select cursor_after::text from jobs where jobs.connection_id = leases.connection_id
          order by started_at desc limit 1)
      union all
      select 'a family has ' || count(*) filter (where canonical) || ' canonical reports: ' || family_key
        from executions group by owner, family_key
       having count(*) filter (where canonical) <> case when bool_or(voided) then 0 else 1 end
      union all
      select 'trade ' || id || ' has ' || quantity || ', its fills ' || fills from trades
        left join lateral (select coalesce(sum(executions.quantity), 0) as fills from executions
           where executions.owner = trades.owner and trade_id = id and canonical) as members on true
       where quantity <> fills
      union all
      select 'a canonical fill has no trade: ' || revision_key from executions left join trades
          on trades.owner = executions.owner and trades.id = trade_id where canonical and trades.id is null`);
    return rows.map(({ fault }) => String(fault));
  } finally {
    await client.query("rollback");
    client.release();
  }
}
