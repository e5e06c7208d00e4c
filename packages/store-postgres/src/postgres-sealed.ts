import type { ConnectionStore } from "@fillbook/core/store";
import { holdsNul } from "./holds-nul.ts";
import { writeAudit } from "./postgres-audit.ts";
import type { PostgresContext } from "./postgres-context.ts";
import { retrying } from "./postgres-retry.ts";
import { textOf } from "./sql-columns.ts";

type Sealed = Pick<ConnectionStore, "sealedCredentials" | "replaceSealedCredentials" | "listSealedCredentials">;

/** What a vault sealed, in a table of its own: no read of connections touches it. */
export function postgresSealed({ driver, tables, clock }: PostgresContext): Sealed {
  return {
    async sealedCredentials(owner, connectionId) {
      if (holdsNul(connectionId)) return null;
      const text = `select sealed from ${tables.sealed} where owner = $1 and connection_id = $2`;
      const [row] = await retrying(clock, () => driver.query(text, [owner, connectionId]));
      return row === undefined ? null : JSON.parse(textOf(row, "sealed"));
    },
    replaceSealedCredentials({ owner, connectionId, expected, sealed, audit }) {
      return retrying(clock, () =>
        driver.transaction(async (sql) => {
          const rows = await sql.query(
            // json keeps its text, and only this text was written.
            `update ${tables.sealed} set sealed = $4::text::json
              where owner = $1 and connection_id = $2 and sealed::text = $3 returning connection_id`,
            [owner, connectionId, JSON.stringify(expected), JSON.stringify(sealed)],
          );
          if (rows.length > 0) await writeAudit(sql, tables, { owner, audit });
          return rows.length > 0;
        }),
      );
    },
    async listSealedCredentials({ after, limit }) {
      const rows = await retrying(clock, () =>
        driver.query(
          `select owner, connection_id, sealed from ${tables.sealed}
            where connection_id > $1 order by connection_id limit $2::bigint`,
          [after, String(limit)],
        ),
      );
      return rows.map((row) => ({
        owner: textOf(row, "owner"),
        connectionId: textOf(row, "connection_id"),
        sealed: JSON.parse(textOf(row, "sealed")),
      }));
    },
  };
}
