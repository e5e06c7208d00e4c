import type { AnswerFault, InjectedFault } from "./simulator-fault.ts";

/** Settings of the Client Portal face. */
export interface PortalOptions {
  /** Whether a person has logged in at the gateway. @defaultValue true */
  readonly loggedIn?: boolean;
  /** Whether the gateway keeps its session alive; without, it times out after six minutes of silence. @defaultValue true */
  readonly gatewayTickles?: boolean;
  /** Whether the first trades call of a session answers `[]`. @defaultValue true */
  readonly firstTradesEmpty?: boolean;
  /** How long after its fill a row shows up. @defaultValue 0 */
  readonly tradeDelayMs?: number;
  /** How long after its fill a row has its commission. @defaultValue 0 */
  readonly commissionDelayMs?: number;
  /** How long after ssodh/init the session says `established: false` and /iserver answers 400 "no bridge". @defaultValue 0 */
  readonly startingMs?: number;
  /** How long an address stays in the penalty box after a 429. @defaultValue 600000 */
  readonly penaltyMs?: number;
  /** Whether the row before a correction stays in the list; what IBKR does is not known. @defaultValue true */
  readonly keepsRevisions?: boolean;
  /** Whether busted rows stay in the list; what IBKR does is not known. @defaultValue false */
  readonly keepsBusted?: boolean;
  /** @defaultValue "newest" */
  readonly rowOrder?: "newest" | "mixed";
  /** Whether each row comes twice. @defaultValue false */
  readonly duplicates?: boolean;
  /** `swapped`: price as number, conid as text, `conidex`, no `trade_time_r`. @defaultValue "usual" */
  readonly spelling?: "usual" | "swapped";
  /** What rows say about the account: `alias` puts it in `account` beside `accountCode`, `alias-only` leaves that out. @defaultValue "both" */
  readonly accountNames?: "both" | "alias" | "alias-only" | "none";
  /** Instruments that /trsrv/secdef leaves out. @defaultValue none */
  readonly unknownConids?: readonly string[];
  /** Added to the order's number; set it above 2^53 to see who reads it as a float. @defaultValue "17000000000" */
  readonly orderIdBase?: string;
  /** Message ids of the questions before an order is accepted, such as "o354". @defaultValue none */
  readonly orderQuestions?: readonly string[];
  /** The consumer of the OAuth face. @defaultValue a made-up one with keys of its own */
  readonly oauth?: PortalConsumerOptions;
}

/** The OAuth consumer that the simulator knows. Keys are PEM; made at start when left out. */
export interface PortalConsumerOptions {
  /** From then on the consumer is active; before 401 "invalid consumer". @defaultValue always */
  readonly activeFromMs?: number;
  /** The server's Diffie-Hellman numbers, as hex, used one after the other; then made-up ones. @defaultValue none */
  readonly serverRandoms?: readonly string[];
  /** Hex. @defaultValue RFC 3526 group 14 */
  readonly prime?: string;
  /** Of the access token secret, as hex. @defaultValue 24 made-up bytes */
  readonly secret?: string;
}

/** What a client needs to sign as the simulator's consumer. */
export interface PortalConsumer {
  readonly consumerKey: string;
  readonly accessToken: string;
  /** Base64, encrypted with the public encryption key. */
  readonly accessTokenSecret: string;
  /** PKCS#8 PEM. */
  readonly signatureKey: string;
  /** PKCS#8 PEM. */
  readonly encryptionKey: string;
  /** Hex. */
  readonly dhPrime: string;
}

/** One request of the Client Portal face, as the simulator saw it. */
export interface PortalRequest {
  readonly face: "gateway" | "oauth";
  readonly method: string;
  /** Without "/v1/api" and the query. */
  readonly path: string;
  readonly parameters: Readonly<Record<string, string>>;
  readonly body: string;
  readonly userAgent: string | null;
  /** The address that it came from. */
  readonly egress: string;
  readonly atMs: number;
  /** "ok", "HTTP 400" or "fault: <kind>"; "pending" while there is no answer. */
  readonly outcome: string;
  /** 0 when there was no answer. */
  readonly status: number;
}

/** Which requests a fault strikes; requests that limits or signatures refuse are not counted. */
export interface PortalFaultScope {
  /** Such as "/iserver/account/trades". @defaultValue every path */
  readonly path?: string;
  /** @defaultValue 1, and without end for a fault with `forMs` */
  readonly times?: number;
  /** How many requests of the path pass before. @defaultValue 0 */
  readonly afterRequests?: number;
  /** Strikes until so long after its first strike, by the simulator's clock. */
  readonly forMs?: number;
}

/** What goes wrong. */
export type PortalFault = PortalFaultScope &
  (
    | Exclude<AnswerFault, { readonly kind: "error" | "in-progress" | "url" | "csv" | "attack" }>
    | { readonly kind: "json"; readonly status: number; readonly body: string }
    | { readonly kind: "redirect"; readonly location: string }
    /** The answer is given, and the request has had its effect, but its status is this one. */
    | { readonly kind: "lost"; readonly status: number }
  );

/** The Client Portal Web API of a running simulator: a gateway, and the OAuth 1.0a access beside it. HTTPS both. */
export interface SimulatedPortal {
  /** Of the gateway, with "/v1/api". */
  readonly url: string;
  /** Of the OAuth access, with "/v1/api". */
  readonly oauthUrl: string;
  /** The self-signed certificate of both, PEM. */
  readonly certificate: string;
  /** "AA:BB:…" */
  readonly fingerprint256: string;
  readonly consumer: PortalConsumer;
  readonly requests: readonly PortalRequest[];
  /** What broke a limit: "trades", "second", "tickle", "box" (asked while in the penalty box), in the order of time. */
  readonly violations: readonly string[];
  /** A person logs in at the gateway. */
  login(): void;
  /** `sso`: all is lost until a login. `brokerage`: ssodh/init mends it. Of both accesses. */
  expire(what: "sso" | "brokerage"): void;
  /** Another program takes the brokerage session, or gives it back. */
  compete(competes: boolean): void;
  /** Another program selects an account. */
  select(accountId: string): void;
  /** The account that is selected at the gateway. */
  readonly selected: string;
  /** What the clients did to the other program: each ssodh/init with compete, and whether it threw it out. */
  readonly thrownOut: number;
  inject(fault: PortalFault): InjectedFault;
}
