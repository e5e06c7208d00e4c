import type { PostgresTables } from "./postgres-tables.ts";

interface IntegrityStatement {
  readonly check: string;
  readonly text: string;
}

/** Statements that find what must not be: rows that contradict each other. Each takes owner and limit and answers with ids. */
export function integrityStatements(tables: PostgresTables): readonly IntegrityStatement[] {
  return [...executionChecks(tables), ...tradeChecks(tables), ...cancelChecks(tables), ...runChecks(tables)];
}

function find(check: string, body: string): IntegrityStatement {
  return { check, text: `select ${body} limit $2::bigint` };
}

function executionChecks({ executions, raws, aliases, contexts }: PostgresTables): readonly IntegrityStatement[] {
  return [
    find(
      "raw_missing",
      `revision_key as id from ${executions} as e where owner = $1
         and not exists (select from ${raws} as r where r.row_id = e.row_id and r.owner = $1)`,
    ),
    find(
      "raw_stray",
      `row_id::text as id from ${raws} as r where owner = $1
         and not exists (select from ${executions} as e where e.row_id = r.row_id and e.owner = $1)`,
    ),
    find(
      "alias_missing",
      `revision_key as id from ${executions} as e, json_array_elements_text(alias_keys) as alias (key) where owner = $1
         and not exists (select from ${aliases} as a
           where a.owner = $1 and a.alias_key = alias.key and a.family_key = e.family_key)`,
    ),
    find(
      "context_missing",
      `distinct context_hash as id from ${executions} as e where owner = $1
         and not exists (select from ${contexts} as c where c.owner = $1 and c.context_hash = e.context_hash)`,
    ),
  ];
}

function tradeChecks({ executions, trades }: PostgresTables): readonly IntegrityStatement[] {
  return [
    find(
      "trade_missing",
      `revision_key as id from ${executions} as e where owner = $1 and trade_id is not null
         and not exists (select from ${trades} as t where t.owner = $1 and t.id = e.trade_id)`,
    ),
    find(
      "canonical_without_trade",
      `revision_key as id from ${executions} where owner = $1 and canonical and trade_id is null`,
    ),
    // The column that hosts sum by, which is written beside the totals that it follows from.
    find(
      "trade_quantity",
      `id from ${trades} as t where owner = $1 and quantity is distinct from (
         select coalesce(sum(e.quantity), 0) from ${executions} as e
          where e.owner = $1 and e.trade_id = t.id and e.fill ->> 'state' = 'active')`,
    ),
  ];
}

function cancelChecks({ cancels, cancelNames }: PostgresTables): readonly IntegrityStatement[] {
  return [
    find(
      "cancel_name_missing",
      `cancel_key as id from ${cancels} as c where owner = $1
         and (family_key is not null or json_array_length(alias_keys) > 0)
         and not exists (select from ${cancelNames} as n where n.owner = $1 and n.cancel_key = c.cancel_key)`,
    ),
  ];
}

function runChecks({ jobs, leases }: PostgresTables): readonly IntegrityStatement[] {
  return [
    find(
      "job_without_lease",
      `id from ${jobs} as j where owner = $1 and status = 'running'
         and not exists (select from ${leases} as l where l.owner = $1 and l.job_id = j.id)`,
    ),
    find(
      "lease_without_job",
      `connection_id as id from ${leases} as l where owner = $1 and job_id is not null
         and not exists (select from ${jobs} as j where j.owner = $1 and j.id = l.job_id and j.status = 'running')`,
    ),
  ];
}
