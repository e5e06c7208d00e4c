import type { CommitBatch, CommitResult } from "@fillbook/core/store";
import type { Sql } from "./postgres-driver.ts";
import type { PostgresTables } from "./postgres-tables.ts";
import { textOf } from "./sql-columns.ts";

/** What a decision answered when it was committed; null for a page, and for a batch that is no repeat. */
export async function keptAnswer(
  sql: Sql,
  tables: PostgresTables,
  { id, owner, run }: CommitBatch,
): Promise<CommitResult | null> {
  if (run !== null) return null;
  const text = `select answer from ${tables.answers} where owner = $1 and batch_id = $2`;
  const [row] = await sql.query(text, [owner, id]);
  return row === undefined ? null : JSON.parse(textOf(row, "answer"));
}

/** Keeps what a decision answers for the case that its answer is lost, and forgets what nobody asks for any more. */
export async function keepAnswer(
  sql: Sql,
  tables: PostgresTables,
  { batch: { id, owner, run }, answer }: { readonly batch: CommitBatch; readonly answer: CommitResult },
): Promise<void> {
  if (run !== null) return;
  await sql.query(
    `with forgotten as (
       delete from ${tables.answers} where owner = $1 and answered_at < now() - interval '1 hour'
     )
     insert into ${tables.answers} (owner, batch_id, answer) values ($1, $2, $3::text::json)`,
    [owner, id, JSON.stringify(answer)],
  );
}
