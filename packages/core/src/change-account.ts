import * as z from "zod/mini";
import { type AuditAction, auditEvent } from "./audit-event.ts";
import { closedBreaker } from "./breaker-after.ts";
import { checkAccount, givenCredentials } from "./check-account.ts";
import { accountOptions, byStoreTime, type ConnectParts } from "./connect-account.ts";
import { connectionProblemKey } from "./connection-problem.ts";
import { type ConnectionAct, isProven, isRunnable, statusAfter } from "./connection-status.ts";
import type { ConnectionChange } from "./connection-store.ts";
import { connectorOf } from "./connector-of.ts";
import { errorReport, ImportError } from "./import-error.ts";
import { instantFromUnixMs } from "./instant.ts";
import { isRecord, type Json } from "./json.ts";
import { checkedFileSettings, checkedSettings } from "./open-pages.ts";
import { parseOptions } from "./parse-options.ts";
import type { Connection } from "./read-types.ts";
import { safeParse } from "./safe-parse.ts";

/** Gives a connection new credentials after one live call proved that they open its account. */
export async function reconnectAccount(
  own: ConnectParts,
  { connection, credentials }: { readonly connection: Connection; readonly credentials: unknown },
): Promise<Connection> {
  const parts = await byStoreTime(own);
  const connector = connectorOf(parts.connectors, connection.connector);
  const settings: Json = checkedSettings(connector, connection.settings);
  const of = connection;
  const { asked, read } = await givenCredentials(parts, { of, connector, given: credentials });
  const found = await checkAccount(parts, {
    of,
    connector,
    settings,
    credentials: read,
    accountRef: connection.accountRef,
  });
  const sealed = await parts.access.seal(of, asked);
  const now = instantFromUnixMs(parts.clock.now());
  const fenced = new ImportError(
    "LEASE_LOST",
    `connection ${connection.id} got new credentials while this run went on`,
  );
  const fencedBy = errorReport(fenced, connection.id);
  const { accountRef } = found;
  const proven = { accountRef, health: "ok", schedule: "interval", nextSyncAt: now, lastValidatedAt: now } as const;
  return change(parts, connection, "reconnect", ({ status }) => ({
    set: { ...proven, ...closedBreaker },
    ...{ sealed, fencedBy, resolves: connectionProblemKey(connection.id) },
    ...(status === "disconnected" ? { sole: true } : {}),
  }));
}

/** Ends a connection: its credentials are deleted, its history stays. */
export async function disconnectAccount(parts: ConnectParts, connection: Connection): Promise<Connection> {
  const fenced = new ImportError("CONNECTION_DISCONNECTED", `connection ${connection.id} was disconnected`);
  const fencedBy = errorReport(fenced, connection.id);
  return change(parts, connection, "disconnect", () => ({
    ...{ set: { nextSyncAt: null }, sealed: null, fencedBy, sole: false },
    resolves: connectionProblemKey(connection.id),
  }));
}

/** Changes label, settings or interval; what is left out stays. */
export async function updateAccount(
  parts: ConnectParts,
  { connection, changes }: { readonly connection: Connection; readonly changes: unknown },
): Promise<Connection> {
  const { label, syncEveryMs, settings } = parseOptions(updateSchema, changes);
  const act = settings === undefined ? "update" : "settings";
  if (settings !== undefined) await refuseSettings(parts, connection, settings);
  return change(parts, connection, act, (current) => ({
    set: {
      ...(label === undefined ? {} : { label }),
      ...(syncEveryMs === undefined ? {} : { syncEveryMs }),
      ...(settings === undefined ? {} : { settings: mergedSettings(parts, current, settings) }),
      ...dueAfter(current, { act, everyMs: syncEveryMs ?? current.syncEveryMs, nowMs: parts.clock.now() }),
    },
    ...(act === "settings" && current.status === "error" ? { resolves: connectionProblemKey(current.id) } : {}),
  }));
}

const updateSchema = z.strictObject({
  label: z.exactOptional(z.nullable(accountOptions.label)),
  syncEveryMs: z.exactOptional(accountOptions.syncEveryMs),
  settings: z.exactOptional(z.record(z.string(), z.unknown())),
});

function mergedSettings(
  { connectors }: ConnectParts,
  { connector, settings, schedule }: Connection,
  changed: Readonly<Record<string, unknown>>,
): Json {
  const merged = { ...(isRecord(settings) ? settings : {}), ...changed };
  const own = connectorOf(connectors, connector);
  return schedule === "files" ? checkedFileSettings(own, merged) : checkedSettings(own, merged);
}

/** What the next run would refuse is refused while a person is there to hear it. */
async function refuseSettings(
  parts: ConnectParts,
  connection: Connection,
  changed: Readonly<Record<string, unknown>>,
): Promise<void> {
  const { store, userId, signal } = parts;
  const settings = mergedSettings(parts, connection, changed);
  const connector = connectorOf(parts.connectors, connection.connector);
  if (connector.checkSettings === undefined || connection.schedule === "files") return;
  const [last] = (await store.jobs(userId, { connectionId: connection.id, limit: 1 })).items;
  const cursor = safeParse(connector.cursor, last?.cursorAfter);
  await connector.checkSettings({ userId, settings, cursor: cursor.success ? cursor.data : null, signal });
}

/** When the changed connection is due: mended settings at once, a shorter interval from now on. */
function dueAfter(
  { status, health, nextSyncAt }: Connection,
  { act, everyMs, nowMs }: { act: ConnectionAct; everyMs: number; nowMs: number },
): ConnectionChange["set"] {
  if (act === "settings" && status === "error")
    return { health: "ok", nextSyncAt: instantFromUnixMs(nowMs), ...closedBreaker };
  const soonest = instantFromUnixMs(nowMs + everyMs);
  // A connection that waits for its broker keeps its wait.
  const waits = !isRunnable(status) || health !== "ok" || nextSyncAt === null;
  return waits || nextSyncAt <= soonest ? {} : { nextSyncAt: soonest };
}

/** What a person changes; the rest follows from it. Values are not told: not everyone who sees events may see settings. */
const ownChanges: ReadonlySet<string> = new Set(["label", "settings", "syncEveryMs"]);

/** Runs change a status too: so often the change is planned anew from what they left. */
const ATTEMPTS_MAX = 10;

type Planned = Pick<ConnectionChange, "set" | "sealed" | "fencedBy" | "resolves" | "sole">;

const actions: Readonly<Record<ConnectionAct, AuditAction>> = {
  reconnect: "connection.reconnected",
  disconnect: "connection.disconnected",
  update: "connection.updated",
  settings: "connection.updated",
};

async function change(
  { store, clock, actor }: ConnectParts,
  connection: Connection,
  act: ConnectionAct,
  plan: (current: Connection) => Planned,
): Promise<Connection> {
  const { id: connectionId, userId: owner } = connection;
  const wasDisconnected = connection.status === "disconnected";
  let current: Connection | null = connection;
  for (let attempt = 1; attempt <= ATTEMPTS_MAX; attempt += 1) {
    if (current === null)
      throw new ImportError("CONNECTION_NOT_FOUND", `there is no connection ${connectionId}`, { connectionId });
    const { status: from } = current;
    const status = leadsTo(current, act);
    if (from === "disconnected" && act === "disconnect") return current;
    // Who disconnects while new credentials are being checked has the last word.
    if (status === null || (from === "disconnected" && !wasDisconnected)) throw disconnected(connectionId);
    const { set, ...rest } = plan(current);
    const moved = status === from && act !== "reconnect" ? set : { ...set, status };
    const at = instantFromUnixMs(clock.now());
    const details = { from, to: status, changed: Object.keys(set).filter((name) => ownChanges.has(name)) };
    const audit = auditEvent({ at, by: actor, action: actions[act], connectionId, details });
    const request = { owner, connectionId, from: [from], at, set: moved, ...rest, audit };
    const changed = await store.changeConnection(request);
    if (changed !== null) return changed;
    current = await store.connection(owner, connectionId);
  }
  throw new ImportError("STORE_FAILED", `connection ${connectionId} changed ${ATTEMPTS_MAX} times meanwhile`, {
    connectionId,
  });
}

function leadsTo(current: Connection, act: ConnectionAct): Connection["status"] | null {
  const { status, schedule } = current;
  // What a login needs and files did not is set first.
  if (act === "settings" && status === "disconnected" && schedule === "files") return status;
  const to = statusAfter[act][status];
  // Settings that are mended prove no credentials.
  return to === "active" && act !== "reconnect" && !isProven(current) ? "pending" : to;
}

function disconnected(connectionId: string): ImportError {
  const message = `connection ${connectionId} is disconnected; reconnect it first`;
  return new ImportError("CONNECTION_DISCONNECTED", message, { connectionId });
}
