import type { z } from "zod";
import type { Clock } from "./clock.ts";
import { connectAccount } from "./connect-account.ts";
import type { AnyConnector } from "./connector-contract.ts";
import { ImportError } from "./import-error.ts";
import type { IngestReport } from "./ingest-report.ts";
import {
  executionFilterSchema,
  jobFilterSchema,
  problemFilterSchema,
  sliceSchema,
  tradeFilterSchema,
} from "./list-filters.ts";
import { parseOptions } from "./parse-options.ts";
import type {
  Connection,
  ExecutionFilter,
  Job,
  JobFilter,
  Problem,
  ProblemFilter,
  Slice,
  SliceRequest,
  StoredExecution,
  Trade,
  TradeFilter,
} from "./read-types.ts";
import type { BookStore } from "./store-contract.ts";
import { textId } from "./text-id.ts";

/** One of the connectors with its own settings. */
export type ConnectRequest<Connectors extends readonly AnyConnector[]> = {
  readonly [Index in keyof Connectors]: {
    readonly connector: Connectors[Index]["id"];
    /** What differs by account; those left out have the connector's defaults. */
    readonly settings?: Partial<z.output<Connectors[Index]["settings"]>>;
    /** @defaultValue the account that the credentials open */
    readonly accountRef?: string;
    readonly label?: string;
    /** Time between runs, from 1,000 to 2,678,400,000 (31 days). @defaultValue 900000 */
    readonly syncEveryMs?: number;
  };
}[number];

/** A book as one person sees it. */
export interface UserBook<Connectors extends readonly AnyConnector[] = readonly AnyConnector[]> {
  /**
   * Makes a connection after one live call proved the credentials.
   *
   * @throws ImportError `OPTION_INVALID`, `CREDENTIALS_MALFORMED`, `ACCOUNT_MISMATCH`, or what the broker said.
   */
  connect(request: ConnectRequest<Connectors>): Promise<Connection>;
  /** @throws ImportError `CONNECTION_NOT_FOUND` */
  connection(id: string): Promise<Connection>;
  connections(filter?: SliceRequest): Promise<Slice<Connection>>;
  /**
   * Imports a file that the person downloaded from the broker, through the same path as any run: what it holds is stored
   * once, whatever else told it. The connection's cursor and status stay as they are. A connector that reads no files
   * ends the job with `FEATURE_UNAVAILABLE`, another account's file with `ACCOUNT_MISMATCH`.
   *
   * @throws ImportError `CONNECTION_NOT_FOUND`, `CONNECTION_DISCONNECTED`.
   * @example
   * await book.forUser(userId).importFile(connectionId, createReadStream("statement.xml"));
   */
  importFile(
    connectionId: string,
    file: AsyncIterable<Uint8Array>,
    options?: { readonly signal?: AbortSignal },
  ): Promise<IngestReport>;
  /** null when there is no such trade of this person. */
  trade(id: string): Promise<Trade | null>;
  /** Newest first by the last execution. */
  trades(filter?: TradeFilter): Promise<Slice<Trade>>;
  /** Trades that wait for review. */
  inbox(filter?: Omit<TradeFilter, "inbox">): Promise<Slice<Trade>>;
  /** Every stored report, newest first; `canonical: true` for those that count. */
  executions(filter?: ExecutionFilter): Promise<Slice<StoredExecution>>;
  /** null when there is no such job of this person. */
  job(id: string): Promise<Job | null>;
  jobs(filter?: JobFilter): Promise<Slice<Job>>;
  problems(filter?: ProblemFilter): Promise<Slice<Problem>>;
}

export interface UserBookParts {
  readonly userId: string;
  readonly store: BookStore;
  readonly connectors: readonly AnyConnector[];
  readonly credentials: (connection: Pick<Connection, "id" | "userId" | "connector">) => Promise<unknown>;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly importFile: (
    connectionId: string,
    options: { readonly file: AsyncIterable<Uint8Array>; readonly signal?: AbortSignal },
  ) => Promise<IngestReport>;
}

export function userBook<Connectors extends readonly AnyConnector[]>(parts: UserBookParts): UserBook<Connectors> {
  const { store } = parts;
  const userId = parseOptions(textId, parts.userId);
  return {
    connect: (request) => connectAccount(parts, request),
    connection: (id) => ownConnection(store, userId, id),
    connections: (filter = {}) => listed(() => store.connections(userId, parseOptions(sliceSchema, filter))),
    async importFile(connectionId, file, options = {}) {
      await ownConnection(store, userId, connectionId);
      return parts.importFile(connectionId, { file, ...options });
    },
    trade: (id) => store.trade(userId, id),
    trades: (filter = {}) => listed(() => store.trades(userId, parseOptions(tradeFilterSchema, filter))),
    inbox: (filter = {}) =>
      listed(() => store.trades(userId, { ...parseOptions(tradeFilterSchema, filter), inbox: "pending_review" })),
    executions: (filter = {}) => listed(() => store.executions(userId, parseOptions(executionFilterSchema, filter))),
    job: (id) => store.job(userId, id),
    jobs: (filter = {}) => listed(() => store.jobs(userId, parseOptions(jobFilterSchema, filter))),
    problems: (filter = {}) => listed(() => store.problems(userId, parseOptions(problemFilterSchema, filter))),
  };
}

async function ownConnection(store: BookStore, userId: string, id: string): Promise<Connection> {
  const connection = await store.connection(userId, id);
  if (connection !== null) return connection;
  throw new ImportError("CONNECTION_NOT_FOUND", `there is no connection ${id}`, { connectionId: id });
}

// A bad filter rejects the promise instead of throwing past a caller's catch.
async function listed<Item>(read: () => Promise<Slice<Item>>): Promise<Slice<Item>> {
  return read();
}
