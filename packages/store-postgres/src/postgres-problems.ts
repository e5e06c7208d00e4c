import type { SliceRequest } from "@fillbook/core";
import type { BookStore, Reject } from "@fillbook/core/store";
import { holdsNul } from "./holds-nul.ts";
import type { Listing } from "./listings.ts";
import type { PostgresContext } from "./postgres-context.ts";
import { sliceOf } from "./postgres-lists.ts";
import { retrying } from "./postgres-retry.ts";
import { rejectRow, rejectSelection } from "./rare-columns.ts";
import { problemOf, problemSelection } from "./run-columns.ts";
import { sqlArray } from "./sql-array.ts";
import { textOf } from "./sql-columns.ts";

/** What a person resolves, and what waits to be read again. */
export function postgresProblems(context: PostgresContext): Pick<BookStore, "resolveProblem" | "openRejects"> {
  const { driver, tables, clock } = context;
  return {
    async resolveProblem(owner, { id, at }) {
      if (holdsNul(id)) return null;
      const text = `update ${tables.problems} set resolved_at = coalesce(resolved_at, $3::timestamptz)
        where owner = $1 and problem_key = $2 returning ${problemSelection}`;
      const [row] = await retrying(clock, () => driver.query(text, [owner, id, at]));
      return row === undefined ? null : problemOf(row);
    },
    async openRejects(owner, filter) {
      const slice = await sliceOf(context, openRejectListing, { owner, filter });
      const hashes = [...new Set(slice.items.map((reject) => reject.contextHash))].sort();
      return { ...slice, contexts: await contextsOf(context, owner, hashes) };
    },
  };
}

const openRejectListing: Listing<Reject, SliceRequest & { readonly connectionId: string }> = {
  table: "rejects",
  from: (tables) => `${tables.rejects} as rejects`,
  selection: rejectSelection,
  order: ["fetched_at", "reject_key"],
  where: ({ connectionId }) => [
    { column: "connection_id", value: connectionId, indexed: true },
    { column: "resolved_at", isNull: true },
  ],
  itemOf: rejectRow,
  keyOf: ({ fetchedAt, rejectKey }) => ({ at: fetchedAt, id: rejectKey }),
};

async function contextsOf({ driver, tables, clock }: PostgresContext, owner: string, hashes: readonly string[]) {
  if (hashes.length === 0) return [];
  const text = `select context_hash, context from ${tables.contexts}
    where owner = $1 and context_hash = any($2::text[]) order by context_hash`;
  const rows = await retrying(clock, () => driver.query(text, [owner, sqlArray(hashes)]));
  return rows.map((row) => ({
    contextHash: textOf(row, "context_hash"),
    context: JSON.parse(textOf(row, "context")),
  }));
}
