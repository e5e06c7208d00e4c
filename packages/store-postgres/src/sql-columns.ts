import type { Sql, SqlParameters, SqlRow } from "./postgres-driver.ts";
import { sqlArray } from "./sql-array.ts";

/** How rows of one kind are written, column by column. */
export type SqlColumns<Row> = readonly SqlColumn<Row>[];

export interface SqlColumn<Row> {
  readonly name: string;
  readonly type: string;
  readonly write: (row: Row) => string | null;
}

/** Rows as a table of their columns, for `insert … select` and `update … from`. */
export interface SqlSource {
  /** `rows from (…) as new (…)`, which has one row for each. */
  readonly from: string;
  /** Each column's value in it, in the order of the columns. */
  readonly values: readonly string[];
  readonly parameters: SqlParameters;
}

/**
 * One parameter a column: a list, or a single value where all rows have the same, which most columns of a page do.
 *
 * @param options `first` is the number of the first parameter.
 */
export function sqlSource<Row>(
  columns: SqlColumns<Row>,
  rows: readonly Row[],
  { first = 1 }: { readonly first?: number } = {},
): SqlSource {
  const written = columns.map((column) => rows.map(column.write));
  const lists = columns.map(({ name, type }, index) => {
    const values = written[index] ?? [];
    // The first column is a list in any case: something must tell how many rows there are.
    const list = index === 0 || !isConstant(values) ? sqlList(type, values, first + index) : null;
    const value = list === null ? `$${first + index}::${parameterType(type)}` : `new.${name}`;
    return { name, list, value, parameter: list?.parameter ?? values[0] ?? null };
  });
  const listed = lists.filter(({ list }) => list !== null);
  return {
    from: `rows from (${listed.map(({ list }) => list?.call).join(", ")}) as new (${columnNames(listed)})`,
    values: lists.map(({ value }) => value),
    parameters: lists.map(({ parameter }) => parameter),
  };
}

/**
 * A list as one parameter and the call that makes rows of it. Documents travel as one document: it needs no quoting, and
 * its elements come out as they were written.
 */
export function sqlList(
  type: string,
  values: readonly (string | null)[],
  number: number,
): { readonly call: string; readonly parameter: string } {
  if (type === "json" && !values.includes(null))
    return { call: `json_array_elements($${number}::text::json)`, parameter: `[${values.join(",")}]` };
  return { call: `unnest($${number}::${type}[])`, parameter: sqlArray(values) };
}

function parameterType(type: string): string {
  return type === "json" ? "text::json" : type;
}

function isConstant(values: readonly (string | null)[]): boolean {
  const first = values[0];
  return values.every((value) => value === first);
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
  const { from, values, parameters } = sqlSource(columns, rows);
  const text = `insert into ${table} (${columnNames(columns)}) select ${values.join(", ")} from ${from} ${conflict}`;
  await sql.query(text, parameters);
}

/**
 * Updates the rows that have these keys with one statement; the first `keyCount` columns are the key. With `before`, the rows
 * as they are stored and in the same order, columns that are the same in all of them are left out.
 */
export async function updateAll<Row>(
  sql: Sql,
  update: {
    readonly table: string;
    readonly columns: SqlColumns<Row>;
    readonly rows: readonly Row[];
    readonly keyCount: number;
    readonly before?: readonly Row[];
  },
): Promise<void> {
  const { table, rows, keyCount, before } = update;
  if (rows.length === 0) return;
  const isChanged = ({ write }: SqlColumn<Row>) =>
    before === undefined || rows.some((row, index) => write(row) !== write(before[index] ?? row));
  const columns = update.columns.filter((column, index) => index < keyCount || isChanged(column));
  if (columns.length === keyCount) return;
  const { from, values, parameters } = sqlSource(columns, rows);
  const changes = columns.slice(keyCount).map(({ name }, index) => `${name} = ${values[keyCount + index]}`);
  const keys = columns.slice(0, keyCount).map(({ name }, index) => `stored.${name} = ${values[index]}`);
  const text = `update ${table} as stored set ${changes.join(", ")} from ${from} where ${keys.join(" and ")}`;
  await sql.query(text, parameters);
}

/** The conflict clause of an insert that replaces the whole row with the same key. */
export function replacing(columns: readonly { readonly name: string }[], { key }: { key: readonly string[] }): string {
  const names = columns.filter(({ name }) => !key.includes(name)).map(({ name }) => `${name} = excluded.${name}`);
  return `on conflict (${key.join(", ")}) do update set ${names.join(", ")}`;
}

/** An instant as text of its own form, whatever the session's time zone and date style. */
export function instantText(name: string): string {
  return `to_char(${name} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`;
}

/** Selects {@link instantText}. */
export function instantColumn(name: string, as = name): string {
  return `${instantText(name)} as ${as}`;
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
