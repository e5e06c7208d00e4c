import type * as z from "zod/mini";
import { $ZodObject } from "zod/v4/core";
import { closeName } from "./close-name.ts";
import type { AnyConnector, Page } from "./connector-contract.ts";
import { connectorOf } from "./connector-of.ts";
import { addSecrets } from "./error-cause.ts";
import { filePages } from "./file-pages.ts";
import { ImportError, isImportError } from "./import-error.ts";
import type { Json } from "./json.ts";
import { provenAccount } from "./proven-account.ts";
import { withGaps } from "./read-gaps.ts";
import type { Run } from "./run.ts";
import { safeParse } from "./safe-parse.ts";
import type { SharedState } from "./shared-state.ts";
import type { IngestStore } from "./store-contract.ts";
import { inStore } from "./store-error.ts";
import { untilAborted } from "./until-aborted.ts";

/** Opens the connector for a run: its settings, credentials and cursor pass its own schemas first. */
export async function openPages(
  run: Run,
): Promise<{ connector: AnyConnector; pages: AsyncIterable<Page<Json, Json, Json>> }> {
  const { connection, connectionId } = run;
  const connector = connectorOf(run.connectors, connection.connector);
  if (run.pages !== undefined) return { connector, pages: run.pages };
  if (run.file !== undefined) {
    const settings = checkedFileSettings(connector, connection.settings);
    return { connector, pages: filePages(run, { file: run.file, connector, settings }) };
  }
  const settings = checkedSettings(connector, connection.settings);
  const asked = await readCredentials(() => untilAborted(() => run.credentials(connection), run.signal), connectionId);
  addSecrets(run.secrets, asked);
  const credentials = checked("CREDENTIALS_MALFORMED", "credentials", safeParse(connector.credentials, asked));
  addSecrets(run.secrets, credentials);
  const accountRef = await provenAccount(run, { connector, settings, credentials });
  const request = {
    connection: { id: connectionId, userId: connection.userId, accountRef, settings },
    ...{ credentials, mode: run.mode, signal: run.signal, clock: run.clock, logger: run.logger },
    state: sharedState(run.store, connector.broker),
  };
  const pages = withGaps(run, ({ cursor, window }) =>
    connector.pull({ ...request, cursor: readCursor(connector, cursor), window }),
  );
  return { connector, pages };
}

function readCursor(connector: AnyConnector, cursor: Json): Json {
  return cursor === null ? null : checked("CURSOR_INVALID", "cursor", safeParse(connector.cursor, cursor));
}

/** Asks the host for credentials; what its callback throws is `CREDENTIALS_UNAVAILABLE`, never a reason to log in again. */
export async function readCredentials(ask: () => Promise<unknown>, connectionId: string): Promise<unknown> {
  try {
    return await ask();
  } catch (cause) {
    if (isImportError(cause)) throw cause;
    const message = `the credentials of connection ${connectionId} could not be read`;
    throw new ImportError("CREDENTIALS_UNAVAILABLE", message, { cause });
  }
}

/**
 * What a connector's schema read, or an error that names the bad fields. Only messages that the schema's author wrote
 * are shown: the others may quote the value.
 */
export function checked<Value>(
  code: "OPTION_INVALID" | "CURSOR_INVALID" | "CREDENTIALS_MALFORMED",
  what: string,
  result: z.core.util.SafeParseResult<Value>,
  known: readonly string[] = [],
): Value {
  if (result.success) return result.data;
  const fields = result.error.issues.map((issue) => {
    if (issue.code === "unrecognized_keys") return unknownNames(issue, { what, known });
    const path = issue.path.join(".") || what;
    return issue.code === "custom" ? `${path} ${issue.message}` : path;
  });
  throw new ImportError(
    code,
    `the connection's ${what} are not as the connector needs them: ${[...new Set(fields)].join("; ")}`,
  );
}

/** What a connector's settings are after its schema, or an error that names the bad ones and what an unknown one may mean. */
export function checkedSettings(connector: AnyConnector, settings: unknown): Json {
  return settingsBy(connector.settings, settings);
}

/** The same for a connection that takes files, which may need less. */
export function checkedFileSettings(connector: AnyConnector, settings: unknown): Json {
  return settingsBy(connector.fileSettings ?? connector.settings, settings);
}

function settingsBy(schema: z.core.$ZodType<Json>, settings: unknown): Json {
  // A schema of another form names none of its settings.
  const known = schema instanceof $ZodObject ? Object.keys(schema._zod.def.shape) : [];
  return checked("OPTION_INVALID", "settings", safeParse(schema, settings), known);
}

// Names come from whoever wrote the call; a name as long as a secret is none.
function unknownNames(
  { keys, path }: { readonly keys: readonly string[]; readonly path: readonly PropertyKey[] },
  { what, known }: { readonly what: string; readonly known: readonly string[] },
): string {
  const place = [what, ...path.map(String)].join(".");
  return keys
    .map((key) => {
      const close = closeName(key, known);
      return `${place}.${key.slice(0, 40)} is not known${close === null ? "" : `, did you mean ${close}?`}`;
    })
    .join("; ");
}

/** The store's shared state under the broker's name. */
export function sharedState(store: IngestStore, broker: string): SharedState {
  return {
    read: (key) => inStore("shared state could not be read", () => store.readState(`${broker}/${key}`)),
    write(key, value, version) {
      return inStore("shared state could not be written", () => store.writeState(`${broker}/${key}`, value, version));
    },
  };
}
