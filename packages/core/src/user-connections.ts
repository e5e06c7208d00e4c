import { disconnectAccount, reconnectAccount, updateAccount } from "./change-account.ts";
import { type ConnectParts, connectAccount } from "./connect-account.ts";
import type { ConnectorCredentials, ConnectorSettings, ConnectRequest } from "./connect-request.ts";
import type { AnyConnector, MissingSpan } from "./connector-contract.ts";
import { type Coverage, gapsOf } from "./coverage.ts";
import { ImportError } from "./import-error.ts";
import { sliceSchema } from "./list-filters.ts";
import { parseOptions } from "./parse-options.ts";
import type { Connection, Slice, SliceRequest } from "./read-types.ts";
import type { BookStore } from "./store-contract.ts";

/** What may be changed of a connection; what is left out stays. */
export interface ConnectionUpdate<Connectors extends readonly AnyConnector[] = readonly AnyConnector[]> {
  /** null takes it away. */
  readonly label?: string | null;
  /** Those that are left out stay as they are. `OPTION_INVALID` where the connector refuses them. */
  readonly settings?: ConnectorSettings<Connectors[number]>;
  /** A shorter one counts from now on, a longer one after the next run. */
  readonly syncEveryMs?: number;
}

/** What was read of an account's history through one connection. */
export interface ConnectionCoverage extends Pick<Coverage, "covered" | "open"> {
  /** Between what was read first and last, oldest first; what is still being read (`open`) is none. */
  readonly gaps: readonly MissingSpan[];
}

/** A person's connections. */
export interface UserConnections<Connectors extends readonly AnyConnector[]> {
  /**
   * Makes a connection after one live call proved the credentials, which are sealed and never read back. With
   * `offline: true` it makes one that only takes files (`schedule: "files"`): it has no credentials and is never due, until
   * `reconnect` gives it some.
   *
   * @throws ImportError `OPTION_INVALID` (also where the book has neither vault nor `credentials` function),
   * `ACCOUNT_CONNECTED`, `CREDENTIALS_MALFORMED`, `CREDENTIALS_UNAVAILABLE`, `ACCOUNT_MISMATCH`, or what the broker said.
   * @example
   * await book.forUser(userId).connect({ connector: "kit", credentials: { apiKey, apiSecret } });
   */
  connect(request: ConnectRequest<Connectors>): Promise<Connection>;
  /** @throws ImportError `CONNECTION_NOT_FOUND` */
  connection(id: string): Promise<Connection>;
  /** All of them, disconnected ones too. */
  connections(filter?: SliceRequest): Promise<Slice<Connection>>;
  /**
   * Which spans of the account's history were read completely and by what, and where gaps are. Each gap is an open problem
   * too, and is read again once a day.
   *
   * @throws ImportError `CONNECTION_NOT_FOUND`
   */
  coverage(id: string): Promise<ConnectionCoverage>;
  /**
   * Gives a connection new credentials after one live call proved that they open its account; also one that was
   * disconnected. It is active and due at once; a run with the old credentials is ended at its next page.
   *
   * @param credentials left out where the book has a `credentials` function.
   * @throws ImportError as `connect` does, and `CONNECTION_NOT_FOUND`.
   */
  reconnect(id: string, credentials?: ConnectorCredentials<Connectors>): Promise<Connection>;
  /**
   * Ends a connection: its credentials are deleted, a run that goes on writes nothing more. What was imported stays. Again
   * is nothing.
   *
   * @throws ImportError `CONNECTION_NOT_FOUND`
   */
  disconnect(id: string): Promise<Connection>;
  /** @throws ImportError `CONNECTION_NOT_FOUND`, `CONNECTION_DISCONNECTED`, `OPTION_INVALID` */
  updateConnection(id: string, changes: ConnectionUpdate<Connectors>): Promise<Connection>;
}

export function userConnections<Connectors extends readonly AnyConnector[]>(
  parts: ConnectParts,
): UserConnections<Connectors> {
  const { store, userId } = parts;
  const own = (id: string) => ownConnection(store, userId, id);
  return {
    connect: (request) => connectAccount(parts, request),
    connection: own,
    // Async: a bad filter rejects the promise instead of throwing past a caller's catch.
    connections: async (filter = {}) => store.connections(userId, parseOptions(sliceSchema, filter)),
    async coverage(id) {
      const coverage = await store.coverage(userId, id);
      if (coverage === null) throw noConnection(id);
      const { covered, open } = coverage;
      return { covered, open, gaps: gapsOf(coverage) };
    },
    reconnect: async (id, credentials) => reconnectAccount(parts, { connection: await own(id), credentials }),
    disconnect: async (id) => disconnectAccount(parts, await own(id)),
    updateConnection: async (id, changes) => updateAccount(parts, { connection: await own(id), changes }),
  };
}

/** @throws ImportError `CONNECTION_NOT_FOUND` */
export async function ownConnection(store: BookStore, userId: string, id: string): Promise<Connection> {
  const connection = await store.connection(userId, id);
  if (connection !== null) return connection;
  throw noConnection(id);
}

function noConnection(id: string): ImportError {
  return new ImportError("CONNECTION_NOT_FOUND", `there is no connection ${id}`, { connectionId: id });
}
