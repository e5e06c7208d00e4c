import type { SimulatorClock } from "./clock.ts";
import type { ExpectedResult } from "./expected-result.ts";
import type { FillBook, SimulatedCancelOptions } from "./fill-book.ts";
import type { FlexQuery, FlexQueryOptions } from "./flex-query.ts";
import type { FlexToken, FlexTokenOptions } from "./flex-token.ts";
import type { SimulatedFillFacts } from "./make-fill.ts";
import type { SimulatedCancel, SimulatedEntry, SimulatedFill } from "./simulated-fill.ts";
import type { PortalOptions, SimulatedPortal } from "./simulated-portal.ts";
import type { SimulatedTws, TwsOptions } from "./simulated-tws.ts";
import type { InjectedFault, SimulatorFault } from "./simulator-fault.ts";

/** An account of the simulated login. */
export interface SimulatedAccount {
  readonly accountId: string;
  readonly alias: string;
  /** Of a model portfolio, or "". */
  readonly model: string;
  readonly baseCurrency: string;
}

/** Settings of a simulator. */
export interface IbkrSimulatorOptions {
  /** @defaultValue the machine's clock */
  readonly clock?: SimulatorClock;
  /** @defaultValue one account, U1234567, in USD */
  readonly accounts?: readonly (Partial<SimulatedAccount> & { readonly accountId: string })[];
  /** Rows that are there from the start, in the order of booking; those of the clock's future show up later. @defaultValue none */
  readonly entries?: Iterable<SimulatedEntry>;
  /** @defaultValue one token that never expires */
  readonly tokens?: readonly FlexTokenOptions[];
  /** @defaultValue `af` (id "1000001") over the last 365 days, and `tcf` (id "1000002") over today, every column each */
  readonly queries?: readonly FlexQueryOptions[];
  /** How long a statement is in the making (1019) after SendRequest, by the clock. @defaultValue 0 */
  readonly generationMs?: number;
  /** How long after its booking a row shows up in TCF; IBKR says 5-10 minutes. @defaultValue 450000 */
  readonly confirmDelayMs?: number;
  /** Whether one request a second and ten a minute per token are counted. @defaultValue true */
  readonly limits?: boolean;
  /** Refused requests in a row, per token, until 1025 locks it; the number is not published. @defaultValue 25 */
  readonly failuresMax?: number;
  /** How long 1025 lasts. @defaultValue 14400000 (four hours) */
  readonly lockMs?: number;
  /** What SendRequest tells as `Url`. @defaultValue the live text, on gdcdyn.interactivebrokers.com */
  readonly statementUrl?: string;
  /** Also starts the Client Portal Web API; it needs the package `selfsigned`. @defaultValue none */
  readonly portal?: PortalOptions;
  /** Also starts the socket of TWS. @defaultValue none */
  readonly tws?: TwsOptions;
}

/** One request, as the simulator saw it; the token is replaced by "[redacted]". */
export interface SimulatedRequest {
  readonly method: string;
  /** The path without its query. */
  readonly path: string;
  /** The last part of the path, such as "SendRequest". */
  readonly step: string;
  /** Which of the simulator's servers was asked. */
  readonly server: "main" | "mirror" | "hostile";
  readonly parameters: Readonly<Record<string, string>>;
  readonly userAgent: string | null;
  /** By the simulator's clock. */
  readonly atMs: number;
  /** "ok", "error 1018", "HTTP 403" or "fault: <kind>"; "pending" while there is no answer. */
  readonly outcome: string;
  /** The HTTP status answered; 0 when there was no answer. */
  readonly status: number;
}

/** A running simulator of Interactive Brokers, on loopback addresses. Its faces all show the same book. */
export interface IbkrSimulator extends AsyncDisposable {
  /** The Flex Web Service, up to and without "/SendRequest". */
  readonly url: string;
  /** The same service on another port, as gdcdyn is beside ndcdyn. */
  readonly mirrorUrl: string;
  /** A server that nobody should send a token to: it answers with a good-looking statement and notes the request. */
  readonly hostileUrl: string;
  /** The Client Portal Web API. Throws when the simulator was started without. */
  readonly portal: SimulatedPortal;
  /** The socket of TWS or IB Gateway. Throws when the simulator was started without. */
  readonly tws: SimulatedTws;
  readonly account: SimulatedAccount;
  readonly accounts: readonly SimulatedAccount[];
  /** The first token. */
  readonly token: FlexToken;
  readonly tokens: readonly FlexToken[];
  readonly queries: readonly FlexQuery[];
  /** The first query of the type; throws when there is none. */
  readonly query: (type: "AF" | "TCF") => FlexQuery;
  readonly requests: readonly SimulatedRequest[];
  /** How often each refusal happened: by Flex code, or "HTTP 403". */
  readonly refusals: Readonly<Record<string, number>>;
  readonly book: FillBook;
  /** Rows made elsewhere. Throws on a transaction id or exec id that is already there. */
  addEntries(...entries: readonly SimulatedEntry[]): void;
  /** Makes fills of facts; ids and times left out are given, times by the simulator's clock. */
  addFills(...facts: readonly SimulatedFillFacts[]): readonly SimulatedFill[];
  /** Takes back a fill, named by its exec id or transaction id, now or on a later `reportDay`. */
  cancel(id: string, options?: SimulatedCancelOptions): SimulatedCancel;
  /** Books a canceled fill again: same trade id, next revision, new transaction id, commission 0. */
  rebook(id: string, changes?: Partial<SimulatedFill>): SimulatedFill;
  /** Replaces a fill by its next revision without a cancel. */
  correct(id: string, changes: Partial<SimulatedFill>): SimulatedFill;
  /** What all rows together come to. */
  expected(): ExpectedResult;
  /** Replaces the first token: the old one answers 1015 from now on. */
  replaceToken(): FlexToken;
  inject(fault: SimulatorFault): InjectedFault;
  close(): Promise<void>;
}
