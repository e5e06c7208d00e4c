import type { IngestStore } from "@fillbook/core/store";
import type { PostgresContext } from "./postgres-context.ts";
import { asStoreError, isLostConnection } from "./postgres-errors.ts";
import { retrying } from "./postgres-retry.ts";
import { textOf } from "./sql-columns.ts";

/** Counters and sessions that workers share, each changed only by who read its last version. */
export function postgresState({
  driver,
  tables,
  clock,
}: PostgresContext): Pick<IngestStore, "readState" | "writeState"> {
  return {
    async readState(key) {
      const text = `select value, version from ${tables.state} where key = $1`;
      const [row] = await retrying(clock, () => driver.query(text, [key]));
      if (row === undefined) return null;
      return { value: JSON.parse(textOf(row, "value")), version: Number(textOf(row, "version")) };
    },
    async writeState(key, value, version) {
      const text =
        version === 0
          ? `insert into ${tables.state} (key, value, version) values ($1, $2::text::json, $3::bigint + 1)
               on conflict (key) do nothing returning version`
          : `update ${tables.state} set value = $2::text::json, version = version + 1
              where key = $1 and version = $3::bigint returning version`;
      const rows = await retrying(clock, () =>
        driver.query(text, [key, JSON.stringify(value), String(version)]).catch((error: unknown) => {
          // After a lost answer the writer must read what became of it; a collision certainly changed nothing.
          throw isLostConnection(error) ? asStoreError(error) : error;
        }),
      );
      return rows.length > 0;
    },
  };
}
