import type { Slice, SliceRequest } from "@fillbook/core";
import { type BookStore, sliceKeyText } from "@fillbook/core/store";
import { holdsNul } from "./holds-nul.ts";
import { jobRecords } from "./job-records.ts";
import { listStatement } from "./list-statement.ts";
import {
  connectionListing,
  executionListing,
  fillListing,
  jobListing,
  type Listing,
  problemListing,
  tradeListing,
} from "./listings.ts";
import type { PostgresContext } from "./postgres-context.ts";
import type { Sql } from "./postgres-driver.ts";
import { retrying } from "./postgres-retry.ts";
import type { PostgresTables } from "./postgres-tables.ts";
import { decisionRow, decisionSelection } from "./rare-columns.ts";
import { sqlArray } from "./sql-array.ts";
import { tradeFactsOf, tradeFactsSelection } from "./trade-columns.ts";

type Lists = Pick<
  BookStore,
  | "connection"
  | "connections"
  | "trade"
  | "trades"
  | "tradesById"
  | "decisionsOf"
  | "executions"
  | "fillSlice"
  | "familyReports"
  | "job"
  | "jobs"
  | "jobRecords"
  | "problems"
>;

/** Reports of one fill that are shown. */
const FAMILY_MAX = 200;

/** All reads on behalf of a person: every statement names the owner, and every list is a page of an index. */
export function postgresLists(context: PostgresContext): Lists {
  const { driver, tables, clock } = context;
  return {
    connection: (owner, id) => oneOf(context, connectionListing, { owner, id }),
    connections: (owner, filter) => sliceOf(context, connectionListing, { owner, filter }),
    trade: (owner, id) => oneOf(context, tradeListing, { owner, id }),
    async tradesById(owner, ids) {
      const { from, without = "false" } = tradeListing;
      const text = `select ${tradeFactsSelection} from ${from(tables)}
        where owner = $1 and id = any($2::text[]) and not (${without})`;
      const known = ids.filter((id) => !holdsNul(id));
      return (await retrying(clock, () => driver.query(text, [owner, sqlArray(known)]))).map(tradeFactsOf);
    },
    async decisionsOf(owner, tradeIds) {
      const text = `select ${decisionSelection} from ${tables.decisions}
        where owner = $1 and family_key in
          (select family_key from ${tables.executions} where owner = $1 and trade_id = any($2::text[]))
        order by family_key`;
      const known = tradeIds.filter((id) => !holdsNul(id));
      return (await retrying(clock, () => driver.query(text, [owner, sqlArray(known)]))).map(decisionRow);
    },
    trades: (owner, filter) => sliceOf(context, tradeListing, { owner, filter }),
    executions: (owner, filter) => sliceOf(context, executionListing, { owner, filter }),
    async familyReports(owner, familyKey) {
      if (holdsNul(familyKey)) return [];
      const { selection, from, itemOf } = executionListing;
      const text = `select ${selection} from ${from(tables)}
        where executions.owner = $1 and family_key = $2 order by rank desc limit ${FAMILY_MAX}`;
      return (await retrying(clock, () => driver.query(text, [owner, familyKey]))).map(itemOf).reverse();
    },
    fillSlice: (owner, filter) => sliceOf(context, fillListing, { owner, filter }),
    job: (owner, id) => oneOf(context, jobListing, { owner, id }),
    jobRecords: (owner, request) => jobRecords(context, owner, request),
    jobs: (owner, filter) => sliceOf(context, jobListing, { owner, filter }),
    problems: (owner, filter) => sliceOf(context, problemListing, { owner, filter }),
  };
}

async function oneOf<Item, Filter extends SliceRequest>(
  { driver, tables, clock }: PostgresContext,
  { selection, from, table, without = "false", itemOf }: Listing<Item, Filter>,
  { owner, id }: { owner: string; id: string },
): Promise<Item | null> {
  if (holdsNul(id)) return null;
  const text = `select ${selection} from ${from(tables)} where ${table}.owner = $1 and ${table}.id = $2 and not (${without})`;
  const [row] = await retrying(clock, () => driver.query(text, [owner, id]));
  return row === undefined ? null : itemOf(row);
}

/** One page of a list. */
export async function sliceOf<Item, Filter extends SliceRequest>(
  { driver, tables, clock }: PostgresContext,
  listing: Listing<Item, Filter>,
  asked: { owner: string; filter: Filter },
): Promise<Slice<Item>> {
  return retrying(clock, () => readSlice(driver, tables, { listing, ...asked }));
}

/** {@link sliceOf} in one attempt. */
export async function readSlice<Item, Filter extends SliceRequest>(
  sql: Sql,
  tables: PostgresTables,
  { listing, owner, filter }: { listing: Listing<Item, Filter>; owner: string; filter: Filter },
): Promise<Slice<Item>> {
  const { text, parameters, limit } = listStatement({
    ...{ selection: listing.selection, from: listing.from(tables), table: listing.table, order: listing.order },
    ...{ owner, filter, where: listing.where(filter, tables) },
  });
  const rows = await sql.query(text, parameters);
  const items = rows.slice(0, limit).map(listing.itemOf);
  const last = items.at(-1);
  return { items, next: rows.length > limit && last !== undefined ? sliceKeyText(listing.keyOf(last)) : null };
}
