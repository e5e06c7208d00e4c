import type { SimulatedFill } from "./simulated-fill.ts";
import type { InjectedFault } from "./simulator-fault.ts";

/** Settings of the TWS face. */
export interface TwsOptions {
  /** The newest protocol that it speaks; the client's newest one is used where that is older. @defaultValue 200 */
  readonly serverVersion?: number;
  /** Days that the list of executions goes back, today included: 1 for IB Gateway, up to 7 for TWS. @defaultValue 1 */
  readonly logDays?: number;
  /** How executions spell their time. @defaultValue "20260413 15:27:04 US/Eastern" */
  readonly writeTime?: (atMs: number) => string;
  /** What the handshake says about now. @defaultValue as executions do */
  readonly writeConnectionTime?: (atMs: number) => string;
  /**
   * When and how commissions come: around their execution, after the list's end, twice, as the number that means
   * "not set", as empty text, or never. @defaultValue "after"
   */
  readonly commissions?: "after" | "before" | "late" | "twice" | "sentinel" | "empty" | "never";
  /** How long after its fill a commission is known. @defaultValue 0 */
  readonly commissionDelayMs?: number;
  /** The client that is told the commissions of all; others are told those of their own orders. @defaultValue everybody is told all */
  readonly masterClientId?: number;
  /** Whether the list of executions ends with a message. @defaultValue true */
  readonly sendsEnd?: boolean;
  /** Whether the execution before a correction stays in the list; what IBKR does is not known. @defaultValue true */
  readonly keepsRevisions?: boolean;
  /** Whether busted executions stay in the list; what IBKR does is not known. @defaultValue false */
  readonly keepsBusted?: boolean;
  /** Added to the order's number to make its permId. @defaultValue "1000000000" */
  readonly permIdBase?: string;
}

/** Where a fault strikes. Messages are those of the server on one connection: 1 is the version, 2 the accounts, 3 the next order id. */
export interface TwsFaultScope {
  readonly atMessage: number;
  /** On how many connections. @defaultValue 1 */
  readonly times?: number;
}

/** What goes wrong. */
export type TwsFault = TwsFaultScope &
  /** The connection is closed instead of the message. */
  (
    | { readonly kind: "close" }
    /** Half of the message, then the end of the connection. */
    | { readonly kind: "half" }
    /** Nothing comes from this message on, and the connection stays. */
    | { readonly kind: "silence" }
    /** These bytes come instead of the message. */
    | { readonly kind: "bytes"; readonly bytes: Uint8Array }
    /** These words come instead of the message. */
    | { readonly kind: "tokens"; readonly tokens: readonly string[] }
    /** A code comes before the message. */
    | { readonly kind: "code"; readonly code: number; readonly message?: string }
    /** Runs before the message. */
    | { readonly kind: "process"; readonly process: () => void }
  );

/** One message of a client, as the simulator saw it. */
export interface TwsRequest {
  readonly clientId: number | null;
  /** "startApi", "reqExecutions", "reqCurrentTime", or the message's number. */
  readonly name: string;
  readonly tokens: readonly string[];
  readonly atMs: number;
}

/** The socket of TWS or IB Gateway. */
export interface SimulatedTws {
  /** 127.0.0.1 */
  readonly host: string;
  readonly port: number;
  readonly requests: readonly TwsRequest[];
  /** Connections that are open. */
  readonly connections: number;
  /** Connections that were ever made. */
  readonly connected: number;
  /** Messages sent on the last connection. */
  readonly messages: number;
  /** TWS loses IBKR: 1100, and fills from then on are not seen. */
  lose(): void;
  /** TWS has IBKR again. What was missed is in the list, and is not told by itself. */
  restore(code: 1101 | 1102): void;
  /** Tells every client a code. */
  tell(code: number, message?: string): void;
  /** Tells every client of a fill as it happens, with the states of its order. */
  push(fill: SimulatedFill, order?: "usual" | "filled-first" | "canceled-first"): void;
  inject(fault: TwsFault): InjectedFault;
  close(): Promise<void>;
}
