import type { CommitBatch, CommitPlan, Snapshot, SnapshotKeys, SnapshotRows } from "@fillbook/core/store";
import { contentSecond, emptySnapshot, extendSnapshot, planCommit } from "@fillbook/core/store";
import { executionSelection, storedReport } from "./execution-columns.ts";
import type { Sql, SqlRow } from "./postgres-driver.ts";
import type { PostgresTables } from "./postgres-tables.ts";
import { cancelRow, cancelSelection, decisionRow, decisionSelection } from "./rare-columns.ts";
import { sqlArray } from "./sql-array.ts";
import { textOf } from "./sql-columns.ts";
import { tradeRow, tradeSelection } from "./trade-columns.ts";

/** Asks core what to write, reading whatever it wants to see. The accounts are locked by now. */
export async function planFor(
  sql: Sql,
  tables: PostgresTables,
  batch: CommitBatch,
): Promise<{ readonly plan: CommitPlan; readonly snapshot: Snapshot }> {
  const snapshot = emptySnapshot();
  const reader = snapshotReader(sql, tables, batch);
  for (;;) {
    const answer = planCommit(snapshot, batch);
    if (answer.kind === "plan") return { plan: answer.plan, snapshot };
    extendSnapshot(snapshot, answer.keys, await reader(answer.keys));
  }
}

// Each list is one statement, and none where there is nothing to ask: a commit of any size takes the same few round trips.
function snapshotReader(sql: Sql, tables: PostgresTables, batch: CommitBatch) {
  const { owner } = batch;
  const read = async <Row>(keys: readonly string[], text: string, rowOf: (row: SqlRow) => Row): Promise<Row[]> => {
    if (keys.length === 0) return [];
    // Sorted keys walk an index from left to right.
    return (await sql.query(text, [owner, sqlArray([...keys].sort())])).map(rowOf);
  };
  const statements = snapshotStatements(tables);
  const familyOf = new Map(batch.reports.map((report) => [report.revisionKey, report.familyKey]));
  return async (keys: SnapshotKeys): Promise<SnapshotRows> => {
    // A revision key names its family, so the primary key finds both; the families' other revisions come along unasked.
    const asked = keys.revisions.map((key) => familyOf.get(key) ?? "");
    const families = [...keys.families, ...(await familiesAround(sql, tables, { owner, keys }))];
    return {
      revisions: await read(asked, statements.revisions, keyOf),
      cancelKeys: await read(keys.cancelKeys, statements.cancelKeys, keyOf),
      rejectKeys: await read(keys.rejectKeys, statements.rejectKeys, keyOf),
      reports: await read(families, statements.reports, storedReport),
      cancels: await read(keys.cancelNames, statements.cancels, cancelRow),
      decisions: await read(keys.decisions, statements.decisions, decisionRow),
      trades: await read(keys.orderKeys, statements.trades, tradeRow),
      members: await read(keys.members, statements.members, storedReport),
    };
  };
}

function keyOf(row: SqlRow): string {
  return textOf(row, "key");
}

function snapshotStatements(tables: PostgresTables): Readonly<Record<keyof SnapshotRows, string>> {
  const select = (columns: string, table: string, column: string) =>
    `select ${columns} from ${table} where owner = $1 and ${column} = any($2::text[])`;
  const executions = `${tables.executions} as executions`;
  return {
    revisions: select("revision_key as key", tables.executions, "family_key"),
    cancelKeys: select("cancel_key as key", tables.cancels, "cancel_key"),
    rejectKeys: select("reject_key as key", tables.rejects, "reject_key"),
    reports: select(executionSelection, executions, "family_key"),
    cancels: `select ${cancelSelection} from ${tables.cancels} where owner = $1 and cancel_key in
      (${select("cancel_key", tables.cancelNames, "name")})`,
    decisions: select(decisionSelection, tables.decisions, "family_key"),
    trades: select(tradeSelection, tables.trades, "order_key"),
    members: `${select(executionSelection, executions, "trade_id")} and fill is not null`,
  };
}

/** The families that carry an alias, or whose reports look like one without any id. */
async function familiesAround(
  sql: Sql,
  tables: PostgresTables,
  { owner, keys }: { owner: string; keys: SnapshotKeys },
): Promise<readonly string[]> {
  const { aliases, idlessContents, contents } = keys;
  if (aliases.length + idlessContents.length + contents.length === 0) return [];
  const seconds = contents.map(contentSecond);
  const rows = await sql.query(
    `select family_key as key from ${tables.aliases} where owner = $1 and alias_key = any($2::text[])
     union
     select family_key from ${tables.executions}
      where owner = $1 and family_class = 'content' and content_key = any($3::text[])
     union
     select executions.family_key
       from unnest($4::text[], $5::timestamptz[], $6::timestamptz[]) as wanted (content_key, from_at, to_at)
       join ${tables.executions} as executions on executions.owner = $1
        and executions.executed_at between wanted.from_at and wanted.to_at
        and executions.content_key = wanted.content_key`,
    [
      owner,
      sqlArray(aliases),
      sqlArray([...idlessContents].sort()),
      sqlArray(contents),
      sqlArray(seconds.map(({ from }) => from)),
      sqlArray(seconds.map(({ to }) => to)),
    ],
  );
  return rows.map((row) => textOf(row, "key"));
}
