import type { Instant, SliceRequest } from "@fillbook/core";
import { parseSliceKey } from "@fillbook/core/store";
import type { SqlParameters } from "./postgres-driver.ts";

/** One page of a list of one owner, newest first. */
export interface SqlList {
  readonly selection: string;
  readonly from: string;
  /** The table's name in `from`. */
  readonly table: string;
  /** The columns that order the list, `[time, id]`: an index starts with the owner and these. */
  readonly order: readonly [string, string];
  readonly owner: string;
  readonly filter: SliceRequest & { readonly from?: Instant; readonly to?: Instant };
  readonly where: readonly SqlCondition[];
}

/** A column's wanted value, or whether it is null; undefined asks for nothing. */
export type SqlCondition =
  /**
   * `indexed: false`: the list's own order is walked until the page is full. The value is hidden from the planner, which
   * would sort a scan of the whole table instead where it knows the value as rare.
   */
  | { readonly column: string; readonly value: string | undefined; readonly indexed: boolean }
  | { readonly column: string; readonly is: boolean | undefined }
  /** Asked as this text, in which `bind` names a value. */
  | { readonly text: (bind: Bind) => string }
  | { readonly column: string; readonly isNull: boolean | undefined };

/** Makes a value a parameter of the statement and answers with its name. */
export type Bind = (value: string) => string;

/** How many rows a page has unless its filter says so. */
const LIMIT_DEFAULT = 50;

/**
 * Asks for one row more than the page has: then there is a next page.
 *
 * @throws ImportError `OPTION_INVALID` for an `after` that is not the `next` of a slice.
 */
export function listStatement(list: SqlList): {
  readonly text: string;
  readonly parameters: SqlParameters;
  readonly limit: number;
} {
  const { selection, from, table, filter } = list;
  const parameters: (string | null)[] = [list.owner];
  const bind: Bind = (value) => `$${parameters.push(value)}`;
  const [at, id] = list.order.map((column) => `${table}.${column}`);
  const conditions = [`${table}.owner = $1`, ...list.where.flatMap((one) => conditionText(one, table, bind) ?? [])];
  if (filter.from !== undefined) conditions.push(`${at} >= ${bind(filter.from)}::timestamptz`);
  if (filter.to !== undefined) conditions.push(`${at} <= ${bind(filter.to)}::timestamptz`);
  if (filter.after !== undefined) {
    const key = parseSliceKey(filter.after);
    conditions.push(`(${at}, ${id}) < (${bind(key.at)}::timestamptz, ${bind(key.id)})`);
  }
  const limit = filter.limit ?? LIMIT_DEFAULT;
  const text = `select ${selection} from ${from} where ${conditions.join(" and ")}
    order by ${at} desc, ${id} desc limit ${bind(String(limit + 1))}::bigint`;
  return { text, parameters, limit };
}

/** null for a condition that asks for nothing. */
function conditionText(condition: SqlCondition, table: string, bind: Bind): string | null {
  if ("text" in condition) return condition.text(bind);
  const column = `${table}.${condition.column}`;
  if ("isNull" in condition)
    return condition.isNull === undefined ? null : `${column} is ${condition.isNull ? "" : "not "}null`;
  if ("is" in condition) return condition.is === undefined ? null : `${condition.is ? "" : "not "}${column}`;
  if (condition.value === undefined) return null;
  const value = bind(condition.value);
  return `${column} = ${condition.indexed ? value : `(select ${value}::text)`}`;
}
