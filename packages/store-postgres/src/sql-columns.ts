import type { Sql, SqlRow } from "./postgres-driver.ts";
import { sqlArray } from "./sql-array.ts";

/** How rows of one kind are written, column by column. */
export type SqlColumns<Row> = readonly SqlColumn<Row>[];

export interface SqlColumn<Row> {
  readonly name: string;
  readonly type: string;
  readonly write: (row: Row) => string | null;
}

/** One array parameter a column, for `unnest`. */
export function columnParameters<Row>(columns: SqlColumns<Row>, rows: readonly Row[]): string[] {
  return columns.map((column) => sqlArray(rows.map(column.write)));
}

/** `unnest($first::type[], …) as alias (names)`: the rows of {@link columnParameters} as a table. */
export function unnestColumns<Row>(
  columns: SqlColumns<Row>,
  { alias, first = 1 }: { alias: string; first?: number },
): string {
  const arrays = columns.map(({ type }, index) => `$${first + index}::${type}[]`);
  return `unnest(${arrays.join(", ")}) as ${alias} (${columnNames(columns)})`;
}

/** The names, for a select list or an insert. */
export function columnNames(columns: readonly { readonly name: string }[]): string {
  return columns.map(({ name }) => name).join(", ");
}

/** Inserts all rows with one statement, or does nothing without rows. */
export async function insertAll<Row>(
  sql: Sql,
  insert: {
    readonly table: string;
    readonly columns: SqlColumns<Row>;
    readonly rows: readonly Row[];
    readonly conflict?: string;
  },
): Promise<void> {
  const { table, columns, rows, conflict = "" } = insert;
  if (rows.length === 0) return;
  const names = columnNames(columns);
  const source = unnestColumns(columns, { alias: "new" });
  await sql.query(
    `insert into ${table} (${names}) select ${names} from ${source} ${conflict}`,
    columnParameters(columns, rows),
  );
}

/** Updates the rows that have these keys with one statement; the first `keyCount` columns are the key. */
export async function updateAll<Row>(
  sql: Sql,
  update: {
    readonly table: string;
    readonly columns: SqlColumns<Row>;
    readonly rows: readonly Row[];
    readonly keyCount: number;
  },
): Promise<void> {
  const { table, columns, rows, keyCount } = update;
  if (rows.length === 0) return;
  const names = columns.slice(keyCount).map(({ name }) => `${name} = new.${name}`);
  const keys = columns.slice(0, keyCount).map(({ name }) => `stored.${name} = new.${name}`);
  await sql.query(
    `update ${table} as stored set ${names.join(", ")} from ${unnestColumns(columns, { alias: "new" })}
      where ${keys.join(" and ")}`,
    columnParameters(columns, rows),
  );
}

/** The conflict clause of an insert that replaces the whole row with the same key. */
export function replacing(columns: readonly { readonly name: string }[], { key }: { key: readonly string[] }): string {
  const names = columns.filter(({ name }) => !key.includes(name)).map(({ name }) => `${name} = excluded.${name}`);
  return `on conflict (${key.join(", ")}) do update set ${names.join(", ")}`;
}

/** Selects an instant so that its text is the instant's own form, whatever the session's time zone and date style. */
export function instantColumn(name: string, as = name): string {
  return `to_char(${name} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as ${as}`;
}

/** A column that is never null; its absence is a statement that does not fit its reader. */
export function textOf(row: SqlRow, name: string): string {
  const value = row[name];
  if (value === undefined || value === null) throw new Error(`column ${name} is not in the answer`);
  return value;
}

/** A column that may be null. */
export function textOrNull(row: SqlRow, name: string): string | null {
  const value = row[name];
  if (value === undefined) throw new Error(`column ${name} is not in the answer`);
  return value;
}

/** True for the database's text of a boolean. */
export function isTrue(row: SqlRow, name: string): boolean {
  return textOf(row, name) === "t";
}

/** A boolean as a parameter. */
export function booleanText(value: boolean): string {
  return value ? "t" : "f";
}
