import { z } from "zod";
import type { AnyConnector } from "./connector-contract.ts";
import { ImportError, toImportError } from "./import-error.ts";
import { instantFromUnixMs } from "./instant.ts";
import type { Json } from "./json.ts";
import { checked, readCredentials, sharedState } from "./open-pages.ts";
import { parseOptions } from "./parse-options.ts";
import type { Connection } from "./read-types.ts";
import { isSafeText } from "./safe-text.ts";
import { inStore } from "./store-error.ts";
import { textId } from "./text-id.ts";
import type { UserBookParts } from "./user-book.ts";

/** Makes a connection after one live call proved the credentials. */
export async function connectAccount(parts: UserBookParts, request: unknown): Promise<Connection> {
  const { store, userId, clock, signal } = parts;
  signal.throwIfAborted();
  const wanted = parseOptions(connectSchema, request);
  const connector = parts.connectors.find((one) => one.id === wanted.connector);
  if (connector === undefined)
    throw new ImportError("CONNECTOR_UNKNOWN", `connector ${wanted.connector} was not given to Fillbook`);
  const settings: Json = checked("OPTION_INVALID", "settings", connector.settings.safeParse(wanted.settings ?? {}));
  const id = crypto.randomUUID();
  const now = instantFromUnixMs(clock.now());
  const accountRef = await checkedAccount(parts, { connector, settings, id, wanted: wanted.accountRef });
  const connection: Connection = {
    ...{
      id,
      userId,
      connector: connector.id,
      broker: connector.broker,
      accountRef,
      label: wanted.label ?? null,
      settings,
    },
    ...{
      status: "active",
      health: "ok",
      createdAt: now,
      updatedAt: now,
      syncEveryMs: wanted.syncEveryMs,
      nextSyncAt: now,
      lastSyncAt: null,
      lastSucceededAt: null,
    },
  };
  await inStore("the connection could not be made", () => store.createConnection(connection));
  return connection;
}

const connectSchema = z.object({
  connector: z.string(),
  settings: z.unknown().exactOptional(),
  accountRef: textId.exactOptional(),
  label: z.string().max(200).refine(isSafeText, "holds a control character or half a surrogate pair").exactOptional(),
  syncEveryMs: z.number().int().min(1000).max(2_678_400_000).default(900_000),
});

async function checkedAccount(
  { store, userId, credentials, clock, signal }: UserBookParts,
  {
    connector,
    settings,
    id,
    wanted,
  }: { connector: AnyConnector; settings: Json; id: string; wanted: string | undefined },
): Promise<string> {
  const given = await readCredentials(() => credentials({ id, userId, connector: connector.id }), id);
  const parsed = checked("CREDENTIALS_MALFORMED", "credentials", connector.credentials.safeParse(given));
  const state = sharedState(store, connector.broker);
  const { accountRef, accounts } = await checkLive(() =>
    connector.check({ credentials: parsed, settings, signal, clock, state }),
  );
  if (wanted === undefined || wanted === accountRef || accounts.includes(wanted)) return wanted ?? accountRef;
  throw new ImportError(
    "ACCOUNT_MISMATCH",
    `the credentials do not open account ${wanted}; they open ${accounts.length} other account(s)`,
  );
}

// A foreign error may quote a token in its message: it stays the cause.
async function checkLive<Result>(check: () => Promise<Result>): Promise<Result> {
  try {
    return await check();
  } catch (error) {
    throw toImportError(error);
  }
}
