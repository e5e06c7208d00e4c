import { createHttp, defaultRetryPolicy, retry, systemRandom } from "@fillbook/connector-kit";
import { type Clock, ImportError, type Json } from "@fillbook/core";
import { instantSchema } from "@fillbook/core/connector";
import { parse } from "csv-parse/sync";
import { z } from "zod";

interface AcmeRequest {
  readonly credentials: { readonly token: string };
  readonly signal: AbortSignal;
  readonly clock: Clock;
}

// A name becomes a part of a URL that is asked with the token: it must stay a name.
const exportSchema = z.object({
  name: z.string().regex(/^[\w-]+\.csv$/),
  from: instantSchema,
  until: instantSchema,
  final: z.boolean(),
  rows: z.number().int().nonnegative(),
});
const listSchema = z.object({ account: z.string().min(1), exports: z.array(exportSchema).max(10_000) });

const COLUMNS = ["kind", "time", "symbol", "side", "quantity", "price", "currency", "fee", "order"];

/** Reads Acme's list of exports and the files. `until` says up to when a file is whole, and `rows` how many it has. */
export function acmeFiles(baseUrl: string) {
  const http = createHttp();
  const get = (path: string, { credentials, signal, clock }: AcmeRequest) =>
    retry(
      async () => {
        const headers = { authorization: `Bearer ${credentials.token}` };
        const { status, header, body } = await http.request({ method: "GET", url: baseUrl + path, headers, signal });
        if (status === 200) return body;
        throw acmeError(status, { path, retryAfter: header("retry-after") });
      },
      { policy: defaultRetryPolicy, clock, signal, random: systemRandom },
    );
  return {
    /** The exports, oldest first. */
    async list(request: AcmeRequest) {
      const list = listSchema.safeParse(jsonOf(await get("/exports", request)));
      if (!list.success) throw new ImportError("PROTOCOL", "Acme's list of exports is not as expected");
      return { ...list.data, exports: list.data.exports.toSorted((one, other) => (one.from < other.from ? -1 : 1)) };
    },
    async read(name: string, { rows, ...request }: AcmeRequest & { readonly rows: number }): Promise<readonly Json[]> {
      const read = rowsOf(await get(`/exports/${name}`, request), name);
      // It may have grown since it was listed, but a file that was cut short must not move the cursor.
      if (read.length >= rows) return read;
      throw new ImportError("PAGING_UNSTABLE", `${name} has ${read.length} of ${rows} rows`);
    },
  };
}

function acmeError(status: number, { path, retryAfter }: { path: string; retryAfter: string | null }): ImportError {
  const message = `Acme answered ${path} with HTTP ${status}`;
  if (status === 401) return new ImportError("CREDENTIALS_INVALID", `${message}: make a new token`);
  if (status === 403) return new ImportError("PERMISSION_DENIED", `${message}: the token may not read exports`);
  const retryAfterMs = /^\d{1,6}$/.test(retryAfter ?? "") ? Number(retryAfter) * 1000 : null;
  if (status === 429) return new ImportError("RATE_LIMITED", message, { retryAfterMs });
  return new ImportError(status >= 500 ? "BROKER_UNAVAILABLE" : "PROTOCOL", message, { retryAfterMs });
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function rowsOf(text: string, name: string): readonly Json[] {
  if (text.trim() === "") throw new ImportError("PROTOCOL", `${name} is empty: a month without trades has a header`);
  try {
    return parse(text, {
      ...{ bom: true, skip_empty_lines: true, trim: true },
      // A row with a field too few or too many is for normalize to reject: it holds no other row up.
      relax_column_count: true,
      columns: (header: string[]) => knownColumns(header, name),
    });
  } catch (error) {
    if (error instanceof ImportError) throw error;
    // The parser's message quotes the row, so it is not kept.
    throw new ImportError("PROTOCOL", `${name} is no CSV table`);
  }
}

/** A page that is no export, such as one that asks to log in, is not a month without trades. */
function knownColumns(header: string[], name: string): string[] {
  const missing = COLUMNS.filter((column) => !header.includes(column));
  if (missing.length === 0) return header;
  throw new ImportError("PROTOCOL", `${name} has no column ${missing.join(", ")}`);
}
