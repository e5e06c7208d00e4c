import { type Instant, instantFromUnixMs, type Json } from "@fillbook/core";
import { connectionKey, readRecord, recordKey } from "./web-session-record.ts";

/** What is known of the session that a connection uses. */
export interface IbkrSession {
  /** When this login was first seen. */
  readonly openedAt: Instant | null;
  /** A person logged in at a gateway, or the connector with its keys. */
  readonly openedBy: "person" | "connector" | null;
  /** When the connector last opened the brokerage session itself. */
  readonly brokerageOpenedAt: Instant | null;
  readonly lastTickleAt: Instant | null;
  /** When IBKR says that the login ends, as far as it says so. */
  readonly expiresAt: Instant | null;
  /** When it was found to have ended, and what to do; null while it lives. */
  readonly ended: { readonly at: Instant; readonly why: string } | null;
  /** Other sessions of the same user that were met, at most 20, oldest first. */
  readonly competing: readonly { readonly at: Instant; readonly tookOver: boolean }[];
}

/** The part of a store that holds sessions. */
export interface SessionStore {
  readState(key: string): Promise<{ readonly value: Json; readonly version: number } | null>;
}

/**
 * Reads the session of a connection of `ibkrWeb()`; null when it has had none. Connections of one login share it.
 *
 * @param connection as `forUser(…).connection(id)` returns it: whoever asks for a session must own the connection.
 * @example
 * const connection = await book.forUser(userId).connection(id);
 * const session = await readIbkrSession(store, connection);
 */
export async function readIbkrSession(
  store: SessionStore,
  connection: { readonly id: string },
): Promise<IbkrSession | null> {
  const named = await store.readState(`ibkr/${connectionKey(connection.id)}`);
  if (typeof named?.value !== "string") return null;
  const stored = await store.readState(`ibkr/${recordKey(named.value)}`);
  if (stored === null) return null;
  const record = readRecord(stored.value);
  return {
    openedAt: momentOf(record.openedAtMs),
    openedBy: record.openedBy,
    brokerageOpenedAt: momentOf(record.brokerageAtMs),
    lastTickleAt: momentOf(record.lastTickleAtMs),
    expiresAt: momentOf(record.expiresAtMs),
    ended: record.ended === null ? null : { at: instantFromUnixMs(record.ended.atMs), why: record.ended.why },
    competing: record.competing.map(({ atMs, tookOver }) => ({ at: instantFromUnixMs(atMs), tookOver })),
  };
}

function momentOf(ms: number | null): Instant | null {
  return ms === null ? null : instantFromUnixMs(ms);
}
