import * as z from "zod/mini";
import { auditEvent } from "./audit-event.ts";
import { closedBreaker } from "./breaker-after.ts";
import { type CheckParts, checkAccount } from "./check-account.ts";
import type { AnyConnector } from "./connector-contract.ts";
import { connectorOf } from "./connector-of.ts";
import { ImportError } from "./import-error.ts";
import { instantFromUnixMs } from "./instant.ts";
import type { Json } from "./json.ts";
import { checkedSettings } from "./open-pages.ts";
import { parseOptions } from "./parse-options.ts";
import type { Connection } from "./read-types.ts";
import { isSafeText } from "./safe-text.ts";
import { storeClock } from "./store-time.ts";
import { textId } from "./text-id.ts";
import { wholeNumber } from "./whole-number.ts";

export interface ConnectParts extends CheckParts {
  readonly userId: string;
  /** Who acts on behalf of the person. */
  readonly actor: string;
  readonly connectors: readonly AnyConnector[];
}

/** Makes a connection after one live call proved the credentials, or without any for files. */
export async function connectAccount(own: ConnectParts, request: unknown): Promise<Connection> {
  const parts = await byStoreTime(own);
  const { store, userId, actor, clock } = parts;
  const wanted = parseOptions(connectSchema, request);
  const connector = connectorOf(parts.connectors, wanted.connector);
  const settings: Json = checkedSettings(connector, wanted.settings ?? {});
  const id = crypto.randomUUID();
  const now = instantFromUnixMs(clock.now());
  const account = wanted.offline
    ? { accountRef: offlineAccount(connector, wanted), sealed: null }
    : await checkAccount(parts, {
        ...{ of: { id, userId, connector: connector.id }, connector, settings },
        ...{ credentials: wanted.credentials, accountRef: wanted.accountRef },
      });
  const connection: Connection = {
    ...{ id, userId, connector: connector.id, broker: connector.broker, accountRef: account.accountRef },
    ...{ label: wanted.label ?? null, settings, syncEveryMs: wanted.syncEveryMs },
    ...{ status: wanted.offline ? "needs_reauth" : "active", health: "ok" },
    ...{ createdAt: now, updatedAt: now, nextSyncAt: wanted.offline ? null : now },
    ...{ lastSyncAt: null, lastSucceededAt: null, ...closedBreaker },
  };
  const details = { connector: connector.id, offline: wanted.offline };
  const audit = auditEvent({ at: now, by: actor, action: "connection.connected", connectionId: id, details });
  await store.createConnection(connection, account.sealed, audit);
  return connection;
}

/** With the clock set by the store's: what a check leaves in the shared state means the same to all workers. */
export async function byStoreTime(parts: ConnectParts): Promise<ConnectParts> {
  parts.signal.throwIfAborted();
  return { ...parts, clock: await storeClock(parts.store, parts.clock) };
}

/** What `connect` takes and `updateConnection` changes. */
export const accountOptions = {
  label: z.string().check(z.maxLength(200), z.refine(isSafeText, "holds a control character or half a surrogate pair")),
  syncEveryMs: wholeNumber(1000, 2_678_400_000),
};

const connectSchema = z.object({
  connector: z.string(),
  credentials: z.optional(z.unknown()),
  settings: z.exactOptional(z.unknown()),
  accountRef: z.optional(textId),
  offline: z._default(z.boolean(), false),
  label: z.exactOptional(accountOptions.label),
  syncEveryMs: z._default(accountOptions.syncEveryMs, 900_000),
});

function offlineAccount(connector: AnyConnector, wanted: z.output<typeof connectSchema>): string {
  if (connector.readFile === undefined)
    throw new ImportError("FEATURE_UNAVAILABLE", `connector ${connector.id} reads no files: it needs credentials`);
  if (wanted.credentials !== undefined)
    throw new ImportError("OPTION_INVALID", "invalid option credentials: an offline connection has none");
  if (wanted.accountRef !== undefined) return wanted.accountRef;
  throw new ImportError("OPTION_INVALID", "invalid option accountRef: an offline connection names its account");
}
