import { z } from "zod";
import type { Clock } from "./clock.ts";
import type { AnyConnector } from "./connector-contract.ts";
import { ImportError, toImportError } from "./import-error.ts";
import { instantFromUnixMs } from "./instant.ts";
import type { Json } from "./json.ts";
import {
  executionFilterSchema,
  jobFilterSchema,
  problemFilterSchema,
  sliceSchema,
  tradeFilterSchema,
} from "./list-filters.ts";
import { checked, readCredentials, sharedState } from "./open-pages.ts";
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
import { isSafeText } from "./safe-text.ts";
import type { BookStore } from "./store-contract.ts";
import { inStore } from "./store-error.ts";
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
}

const connectSchema = z.object({
  connector: z.string(),
  settings: z.unknown().exactOptional(),
  accountRef: textId.exactOptional(),
  label: z.string().max(200).refine(isSafeText, "holds a control character or half a surrogate pair").exactOptional(),
  syncEveryMs: z.number().int().min(1000).max(2_678_400_000).default(900_000),
});

export function userBook<Connectors extends readonly AnyConnector[]>(parts: UserBookParts): UserBook<Connectors> {
  const { store } = parts;
  const userId = parseOptions(textId, parts.userId);
  return {
    connect: (request) => connect(parts, request),
    async connection(id) {
      const connection = await store.connection(userId, id);
      if (connection !== null) return connection;
      throw new ImportError("CONNECTION_NOT_FOUND", `there is no connection ${id}`, { connectionId: id });
    },
    connections: (filter = {}) => listed(() => store.connections(userId, parseOptions(sliceSchema, filter))),
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

// A bad filter rejects the promise instead of throwing past a caller's catch.
async function listed<Item>(read: () => Promise<Slice<Item>>): Promise<Slice<Item>> {
  return read();
}

async function connect(parts: UserBookParts, request: unknown): Promise<Connection> {
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
