import { ImportError, type Instant, type Json } from "@fillbook/core";
import { type Connector, contentKey, instantSchema, type RunWindow } from "@fillbook/core/connector";
import { z } from "zod";
import { acmeFiles } from "./acme-files.ts";
import { type AcmeContext, normalizeAcmeRow } from "./acme-row.ts";

/** Everything up to here is stored and final. A type and not an interface, so that it is assignable to Json. */
type AcmeCursor = { readonly finished: Instant | null };

export interface AcmePolicy {
  /** @defaultValue "https://files.acme.example" */
  readonly baseUrl?: string;
}

/** Acme Broker's CSV exports: one file a month, which grows until the month is final. */
export function acmeCsv({ baseUrl = "https://files.acme.example" }: AcmePolicy = {}) {
  const files = acmeFiles(baseUrl);
  return {
    id: "acme-csv",
    broker: "acme",
    contract: 1,
    credentials: z.strictObject({ token: z.string().min(1) }),
    settings: z.strictObject({}),
    cursor: z.strictObject({ finished: z.nullable(instantSchema) }),
    async check(request) {
      const { account, exports } = await files.list(request);
      const historyFrom = exports[0]?.from ?? null;
      return { accountRef: account, accounts: [account], permissions: ["read"], historyFrom, warnings: [] };
    },
    async *pull({ connection, cursor, window, ...request }) {
      const { account, exports } = await files.list(request);
      if (account !== connection.accountRef) {
        throw new ImportError("ACCOUNT_MISMATCH", `the token opens ${account}, not ${connection.accountRef}`);
      }
      let finished = cursor?.finished ?? null;
      let isUnbroken = true;
      for (const { name, from, until, final, rows } of exports) {
        // The cursor never passes a file that may still grow, also when a later one is final already.
        isUnbroken &&= final;
        const isNew = finished === null || until > finished;
        if (!isNew && !isAskedFor({ from, until }, window)) continue;
        const read = await files.read(name, { ...request, rows });
        if (isNew && isUnbroken) finished = until;
        yield {
          records: numbered(read, { account }),
          context: { account },
          cursor: { finished },
          coverage: { covered: [{ from, to: until, evidence: "Acme export" }] },
        };
      }
    },
    normalize: normalizeAcmeRow,
  } satisfies Connector<"acme-csv", { token: string }, Record<string, never>, Json, AcmeContext, AcmeCursor>;
}

/** A window that somebody asks for, or a gap that core wants read again, is read behind the cursor, too. */
function isAskedFor(file: { readonly from: Instant; readonly until: Instant }, { from, to }: RunWindow): boolean {
  if (from === undefined && to === undefined) return false;
  return (from === undefined || file.until > from) && (to === undefined || file.from < to);
}

/** Acme gives its fills no ids, so equal rows are told apart by their number in the whole file, never in a part of it. */
function numbered(rows: readonly Json[], context: AcmeContext) {
  const seen = new Map<string, number>();
  return rows.map((raw) => {
    const row = normalizeAcmeRow(raw, context);
    const key = (row.kind === "execution" ? contentKey(row.execution) : null) ?? JSON.stringify(raw);
    const ordinal = seen.get(key) ?? 0;
    seen.set(key, ordinal + 1);
    return { raw, ordinal };
  });
}
