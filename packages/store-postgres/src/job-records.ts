import type { Slice } from "@fillbook/core";
import type { BookStore, JobRecord } from "@fillbook/core/store";
import { holdsNul } from "./holds-nul.ts";
import type { PostgresContext } from "./postgres-context.ts";
import type { SqlRow } from "./postgres-driver.ts";
import { retrying } from "./postgres-retry.ts";
import { textOf, textOrNull } from "./sql-columns.ts";

/**
 * What a job stored and was not undone: families first, then cancels, each in the order of their keys. It walks the owner's
 * rows once over all pages: an undo is too rare for an index that every import would pay for.
 */
export async function jobRecords(
  { driver, tables, clock }: PostgresContext,
  owner: string,
  { jobId, limit = 50, after = "" }: Parameters<BookStore["jobRecords"]>[1],
): Promise<Slice<JobRecord>> {
  if (holdsNul(jobId) || holdsNul(after)) return { items: [], next: null };
  const isPastFamilies = after.startsWith("1");
  const key = after.slice(1);
  const rows = await retrying(clock, () =>
    driver.query(
      `select place, key, family_key, alias_keys from (
         (select '0' as place, family_key as key, family_key, null::text as alias_keys from ${tables.executions}
           where owner = $1 and job_id = $2 and undone is null and family_key > $3 and not $6::boolean
           group by family_key order by family_key limit $5::bigint)
         union all
         (select '1', cancel_key, family_key, alias_keys::text from ${tables.cancels}
           where owner = $1 and job_id = $2 and undone is null and cancel_key > $4
           order by cancel_key limit $5::bigint)
       ) as records order by place, key limit $5::bigint`,
      [owner, jobId, ...(isPastFamilies ? ["", key] : [key, ""]), String(limit + 1), isPastFamilies ? "t" : "f"],
    ),
  );
  const last = rows[limit - 1];
  const next = rows.length > limit && last !== undefined ? `${textOf(last, "place")}${textOf(last, "key")}` : null;
  return { items: rows.slice(0, limit).map(recordOf), next };
}

function recordOf(row: SqlRow): JobRecord {
  const aliasKeys = textOrNull(row, "alias_keys");
  if (aliasKeys === null) return { kind: "family", familyKey: textOf(row, "family_key") };
  return {
    ...{ kind: "cancel", cancelKey: textOf(row, "key"), familyKey: textOrNull(row, "family_key") },
    // Written by cancelColumns from a list of text.
    aliasKeys: JSON.parse(aliasKeys) as readonly string[],
  };
}
