import type { AuditEvent } from "./audit-event.ts";
import type { Breaker } from "./breaker-after.ts";
import type { Coverage } from "./coverage.ts";
import type { ErrorReport } from "./import-error.ts";
import type { Instant } from "./instant.ts";
import type { Json } from "./json.ts";
import type { Connection, Slice, SliceRequest } from "./read-types.ts";

/** A change of one connection, all or nothing. */
export interface ConnectionChange {
  readonly owner: string;
  readonly connectionId: string;
  /** The change is made only while the connection has one of these. */
  readonly from: readonly Connection["status"][];
  readonly at: Instant;
  readonly set: Partial<
    Pick<
      Connection,
      | "accountRef"
      | "label"
      | "settings"
      | "syncEveryMs"
      | "status"
      | "health"
      | "schedule"
      | "nextSyncAt"
      | "lastValidatedAt"
      | keyof Breaker
    >
  >;
  /** Whether it is its account's sole connection from now on; absent leaves it. See {@link NewConnection.sole}. */
  readonly sole?: boolean;
  /** Sealed credentials that take the place of those there are; null deletes them, absent leaves them. */
  readonly sealed?: Json | null;
  /** Fences the run that goes on, if any: it writes nothing more, and its job is closed as `failed` with this error. */
  readonly fencedBy?: ErrorReport;
  /** The key of a problem that the change settles. */
  readonly resolves?: string;
  /** Written with the change. */
  readonly audit?: AuditEvent;
}

/** A connection as it is made; its problems come later. */
export interface NewConnection {
  readonly connection: Omit<Connection, "openProblems">;
  /** Kept apart; null or absent where there are none. */
  readonly sealed?: Json | null;
  /** Where the first run begins. */
  readonly cursor?: Json;
  /**
   * No other sole connection of the same owner may have its connector and `accountRef`; those without an `accountRef` never
   * collide. False for one that its owner wants beside another.
   */
  readonly sole: boolean;
  /** Written with it. */
  readonly audit?: AuditEvent;
}

/** A vault's value and whose it is. */
export interface SealedRow {
  readonly owner: string;
  readonly connectionId: string;
  readonly sealed: Json;
}

/**
 * Connections and their sealed credentials, which are kept apart: no read of a connection holds them, and they are deleted
 * with it.
 */
export interface ConnectionStore {
  /**
   * Makes the connection, its lease and all that comes with it, or nothing.
   *
   * @throws ImportError `ACCOUNT_CONNECTED`, with the id of the other connection as `connectionId`; `OPTION_INVALID` where
   * there is one of this id.
   */
  createConnection(made: NewConnection): Promise<void>;
  /**
   * One transaction that answers with the connection as it is then, null where it is missing or its status is not among `from`.
   * A status or `nextSyncAt` that is set also sets when the connection is due: at `nextSyncAt` when active or pending, else
   * never. The run that goes on is fenced together with its follow-up.
   *
   * @throws ImportError `ACCOUNT_CONNECTED` as `createConnection` does, where it becomes sole or gets its `accountRef`.
   */
  changeConnection(change: ConnectionChange): Promise<Connection | null>;
  /** One connection; null where this owner has no such one. */
  connection(owner: string, connectionId: string): Promise<Connection | null>;
  /** All connections, disconnected ones too. */
  connections(owner: string, filter: SliceRequest): Promise<Slice<Connection>>;
  /** What was covered as the last commit that told of it left it; null when there is no such connection. */
  coverage(owner: string, connectionId: string): Promise<Coverage | null>;
  /** Sealed credentials; null without any. */
  sealedCredentials(owner: string, connectionId: string): Promise<Json | null>;
  /** Replaces them if they still are `expected`. False means somebody replaced or deleted them first: no event either. */
  replaceSealedCredentials(
    request: SealedRow & { readonly expected: Json; readonly audit?: AuditEvent },
  ): Promise<boolean>;
  /** All owners' in the order of connection ids, from the first one above `after`; "" starts. For `rotateKeys`. */
  listSealedCredentials(request: { readonly after: string; readonly limit: number }): Promise<readonly SealedRow[]>;
}
