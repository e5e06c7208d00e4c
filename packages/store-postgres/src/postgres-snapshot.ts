import type { Instant } from "@fillbook/core";
import type { CommitBatch, PlanAnswer, Snapshot, SnapshotKeys, SnapshotRows, StoredKey } from "@fillbook/core/store";
import { contentSecond, emptySnapshot, extendSnapshot, planCommit } from "@fillbook/core/store";
import { withCounted } from "./counted-decisions.ts";
import { reportSelection, storedReport } from "./execution-columns.ts";
import type { Sql, SqlRow } from "./postgres-driver.ts";
import type { PostgresTables } from "./postgres-tables.ts";
import { cancelRow, cancelSelection, decisionRow, decisionSelection } from "./rare-columns.ts";
import { sqlArray } from "./sql-array.ts";
import { instantColumn, isTrue, textOf, textOrNull } from "./sql-columns.ts";
import { tradeRow, tradeSelection } from "./trade-columns.ts";

/** Asks core what to write, reading whatever it wants to see. The accounts are locked by now. */
export async function planFor(
  sql: Sql,
  tables: PostgresTables,
  batch: CommitBatch,
): Promise<{ readonly answer: Exclude<PlanAnswer, { readonly kind: "read" }>; readonly snapshot: Snapshot }> {
  const snapshot = emptySnapshot();
  const reader = snapshotReader(sql, tables, batch);
  for (;;) {
    const answer = planCommit(snapshot, batch);
    if (answer.kind !== "read") return { answer, snapshot };
    extendSnapshot(snapshot, answer.keys, await reader(answer.keys));
  }
}

// Each list is one statement, and none where there is nothing to ask: a commit of any size takes the same few round trips.
function snapshotReader(sql: Sql, tables: PostgresTables, batch: CommitBatch) {
  const { owner } = batch;
  const statements = snapshotStatements(tables);
  const read = async <Row>(list: Statement, keys: readonly string[], rowOf: (row: SqlRow) => Row): Promise<Row[]> => {
    if (keys.length === 0) return [];
    // Sorted keys walk an index from left to right.
    return (await sql.query(statements[list], [owner, sqlArray([...new Set(keys)].sort())])).map(rowOf);
  };
  const familyOf = new Map(batch.reports.map((report) => [report.revisionKey, report.familyKey]));
  const absent = new Set<string>();
  return async (keys: SnapshotKeys): Promise<SnapshotRows> => {
    // A revision key names its family, so the primary key finds both; the families' other revisions come along unasked.
    const asked = keys.revisions.map((key) => familyOf.get(key) ?? "");
    const known = await read("revisions", asked, (row) => {
      return { ...storedKey(row), family: textOf(row, "family"), isUndone: isTrue(row, "undone") };
    });
    const present = new Set(known.map(({ family }) => family));
    // Most families of a page of news are new. Nobody else writes the account meanwhile, so they need not be asked for.
    for (const family of asked) if (!present.has(family)) absent.add(family);
    const knownCancels = await read("cancelKeys", keys.cancelKeys, (row) => {
      return { key: textOf(row, "key"), isUndone: isTrue(row, "undone") };
    });
    const around = await familiesAround(sql, tables, { owner, keys });
    const families = [...keys.families.filter((family) => !absent.has(family)), ...around];
    return {
      revisions: known,
      cancelKeys: knownCancels.map(({ key }) => key),
      rejectKeys: await read("rejectKeys", keys.rejectKeys, storedKey),
      undone: [...known, ...knownCancels].flatMap(({ key, isUndone }) => (isUndone ? [key] : [])),
      reports: [
        ...(await read("reports", families, storedReport)),
        ...(await read("tradeFamilies", keys.tradeFamilies, storedReport)),
      ],
      cancels: await read("cancels", keys.cancelNames, cancelRow),
      decisions: await read("decisions", keys.decisions, decisionRow),
      trades: [
        ...(await read("trades", keys.orderKeys, tradeRow)),
        ...(await read("tradeIds", keys.tradeIds, tradeRow)),
      ],
      members: await read("members", keys.members, storedReport),
    };
  };
}

type Statement = Exclude<keyof SnapshotRows, "undone"> | "tradeIds" | "tradeFamilies";

function storedKey(row: SqlRow): StoredKey {
  // Written from an instant that core had checked.
  return { key: textOf(row, "key"), firstReportedAt: textOrNull(row, "first_reported_at") as Instant | null };
}

function snapshotStatements(tables: PostgresTables): Readonly<Record<Statement, string>> {
  const executions = `${tables.executions} as executions`;
  const fills = withCounted(tables);
  return {
    revisions: byKeys(
      // Two indexes answer it without the rows: almost none is in the second one.
      `family_key as family, revision_key as key, ${instantColumn("first_reported_at")}, exists (select from ${tables.executions} as hidden
         where hidden.owner = $1 and hidden.family_key = executions.family_key
           and hidden.revision_key = executions.revision_key and hidden.undone is not null) as undone`,
      executions,
      "family_key = wanted.key",
    ),
    cancelKeys: byKeys("cancel_key as key, undone is not null as undone", tables.cancels, "cancel_key = wanted.key"),
    rejectKeys: byKeys(
      `reject_key as key, ${instantColumn("first_reported_at")}`,
      tables.rejects,
      "reject_key = wanted.key",
    ),
    reports: byKeys(reportSelection, fills, "executions.family_key = wanted.key"),
    cancels: byKeys(
      cancelSelection,
      tables.cancels,
      `cancel_key in (select cancel_key from ${tables.cancelNames} where owner = $1 and name = wanted.key)`,
    ),
    decisions: byKeys(decisionSelection, tables.decisions, "family_key = wanted.key"),
    trades: byKeys(tradeSelection, tables.trades, "order_key = wanted.key"),
    tradeIds: byKeys(tradeSelection, tables.trades, "id = wanted.key"),
    members: byKeys(reportSelection, fills, "trade_id = wanted.key and fill is not null"),
    // Of each trade first its families, then each family: a condition `in (select …)` would be joined over all rows of the owner.
    tradeFamilies: `select found.* from unnest($2::text[]) as wanted (key)
      cross join lateral (select distinct family_key as key from ${tables.executions}
        where owner = $1 and trade_id = wanted.key and fill is not null offset 0) as member
      cross join lateral (select ${reportSelection} from ${fills}
        where owner = $1 and executions.family_key = member.key offset 0) as found`,
  };
}

/**
 * A statement that looks each key up by itself, in an index. `offset 0` keeps the planner from joining otherwise: before a
 * new table was analyzed it would read all rows of the owner for each page.
 */
function byKeys(columns: string, table: string, condition: string): string {
  return `select found.* from unnest($2::text[]) as wanted (key)
    cross join lateral (select ${columns} from ${table} where owner = $1 and ${condition} offset 0) as found`;
}

/** The families that carry an alias, or whose reports look like one without any id. */
async function familiesAround(
  sql: Sql,
  tables: PostgresTables,
  { owner, keys }: { owner: string; keys: SnapshotKeys },
): Promise<readonly string[]> {
  const { aliases, idlessContents, contents, carriersMax } = keys;
  if (aliases.length + idlessContents.length + contents.length === 0) return [];
  const seconds = contents.map(contentSecond);
  const { executions } = tables;
  const lookUp = (keys: string, table: string, condition: string) =>
    `select found.key from ${keys} cross join lateral
       (select family_key as key from ${table} where owner = $1 and ${condition} offset 0) as found`;
  const rows = await sql.query(
    [
      // The primary key has the families of an id in their order.
      lookUp(
        "unnest($2::text[]) as wanted (key)",
        `${tables.aliases} as aliases`,
        `alias_key = wanted.key and exists (select from ${executions} as counted
           where counted.owner = $1 and counted.family_key = aliases.family_key and counted.undone is null)
         order by family_key limit $7::bigint`,
      ),
      lookUp("unnest($3::text[]) as wanted (key)", executions, "family_class = 'content' and content_key = wanted.key"),
      lookUp(
        "unnest($4::text[], $5::timestamptz[], $6::timestamptz[]) as wanted (key, first, last)",
        executions,
        "executed_at between wanted.first and wanted.last and content_key = wanted.key and family_class <> 'content'",
      ),
    ].join(" union "),
    [
      owner,
      sqlArray(aliases),
      sqlArray([...idlessContents].sort()),
      sqlArray(contents),
      sqlArray(seconds.map(({ from }) => from)),
      sqlArray(seconds.map(({ to }) => to)),
      String(carriersMax),
    ],
  );
  return rows.map((row) => textOf(row, "key"));
}
