import * as z from "zod/mini";
import { auditEvent } from "./audit-event.ts";
import { closedBreaker, verdictOf } from "./breaker-after.ts";
import { type CheckParts, checkAccount, givenCredentials } from "./check-account.ts";
import type { NewConnection } from "./connection-store.ts";
import type { AnyConnector } from "./connector-contract.ts";
import { connectorOf } from "./connector-of.ts";
import { redactedError, secretsIn } from "./error-cause.ts";
import type { ErrorCode } from "./error-codes.ts";
import { healthAfter } from "./health-after.ts";
import { errorReport, ImportError, isImportError } from "./import-error.ts";
import { type Instant, instantFromUnixMs } from "./instant.ts";
import type { Json } from "./json.ts";
import { checkedFileSettings, checkedSettings } from "./open-pages.ts";
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
  const { store, userId, actor } = parts;
  const wanted = parseOptions(connectSchema, request);
  const connector = connectorOf(parts.connectors, wanted.connector);
  const begin = { id: crypto.randomUUID(), now: instantFromUnixMs(parts.clock.now()), connector, wanted };
  const account = wanted.offline ? filesAccount(begin) : await liveAccount(parts, begin);
  const { id, now } = begin;
  const connection: NewConnection["connection"] = {
    ...{ id, userId, connector: connector.id, broker: connector.broker },
    ...{ label: wanted.label ?? null, syncEveryMs: wanted.syncEveryMs },
    ...{ createdAt: now, updatedAt: now, lastSyncAt: null, lastSucceededAt: null },
    ...account.set,
  };
  const { code } = account;
  const details = { connector: connector.id, offline: wanted.offline, status: connection.status, code };
  const audit = auditEvent({ at: now, by: actor, action: "connection.connected", connectionId: id, details });
  const { sealed, cursor } = account;
  await store.createConnection({ connection, sealed, cursor, sole: !wanted.allowSecond, audit });
  return { ...connection, openProblems: { error: 0, warning: 0, info: 0 } };
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
  whenUnreachable: z._default(z.enum(["fail", "keepPending"]), "fail"),
  allowSecond: z._default(z.boolean(), false),
  label: z.exactOptional(accountOptions.label),
  syncEveryMs: z._default(accountOptions.syncEveryMs, 900_000),
});

interface Begin {
  readonly id: string;
  readonly now: Instant;
  readonly connector: AnyConnector;
  readonly wanted: z.output<typeof connectSchema>;
}

type Varying =
  | ("accountRef" | "settings" | "status" | "health" | "schedule" | "nextSyncAt" | "lastValidatedAt")
  | keyof typeof closedBreaker;

/** What of a connection depends on how its account was found. */
interface Account {
  readonly set: Pick<Connection, Varying>;
  readonly sealed: Json | null;
  readonly cursor: Json;
  /** Why it is pending; null where it is not. */
  readonly code: ErrorCode | null;
}

function filesAccount({ connector, wanted }: Begin): Account {
  if (connector.readFile === undefined)
    throw new ImportError("FEATURE_UNAVAILABLE", `connector ${connector.id} reads no files: it needs credentials`);
  if (wanted.credentials !== undefined)
    throw new ImportError("OPTION_INVALID", "invalid option credentials: an offline connection has none");
  if (wanted.accountRef === undefined)
    throw new ImportError("OPTION_INVALID", "invalid option accountRef: an offline connection names its account");
  return {
    set: {
      ...{ accountRef: wanted.accountRef, settings: checkedFileSettings(connector, wanted.settings ?? {}) },
      ...{ status: "active", health: "ok", schedule: "files", nextSyncAt: null, lastValidatedAt: null },
      ...closedBreaker,
    },
    ...{ sealed: null, cursor: null, code: null },
  };
}

async function liveAccount(parts: ConnectParts, { id, now, connector, wanted }: Begin): Promise<Account> {
  const of = { id, userId: parts.userId, connector: connector.id };
  const settings: Json = checkedSettings(connector, wanted.settings ?? {});
  const { asked, read } = await givenCredentials(parts, { of, connector, given: wanted.credentials });
  const accountRef = wanted.accountRef ?? null;
  const found = await checkAccount(parts, { of, connector, settings, credentials: read, accountRef }).catch((error) => {
    if (wanted.whenUnreachable === "keepPending" && isUnreachable(error)) return error;
    throw error;
  });
  const sealed = await parts.access.seal(of, asked);
  const shared = { settings, schedule: "interval" } as const;
  if (!isImportError(found)) {
    const proven = { status: "active", health: "ok", nextSyncAt: now, lastValidatedAt: now, ...closedBreaker } as const;
    return { set: { ...shared, ...proven, accountRef: found.accountRef }, sealed, cursor: found.cursor, code: null };
  }
  const err = redactedError(found, secretsIn([asked, read]));
  parts.logger.warn({ connectionId: id, err }, "the broker is out of reach: the connection is kept as pending");
  const before = { status: "pending", health: "ok", ...closedBreaker } as const;
  const at = { now, connectionId: id, jobId: id, syncEveryMs: wanted.syncEveryMs, isFirst: true };
  const after = healthAfter(before, errorReport(found, id), at);
  return { set: { ...shared, ...after, accountRef, lastValidatedAt: null }, sealed, cursor: null, code: found.code };
}

/** The broker said nothing about the credentials, and may later. */
function isUnreachable(error: unknown): error is ImportError {
  if (!isImportError(error)) return false;
  const verdict = verdictOf(error);
  return verdict === "wait" || (verdict === "failure" && error.recovery === "retry");
}
