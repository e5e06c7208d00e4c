import { createHash } from "node:crypto";
import {
  createHttp,
  createKeyQueue,
  type Http,
  type KeyedSession,
  type KeyQueue,
  keyedSession,
  retry,
  type Secret,
  secret,
} from "@fillbook/connector-kit";
import { type Clock, isImportError, type Logger } from "@fillbook/core";
import type { SharedState } from "@fillbook/core/connector";
import { type FlexAnswer, readFlexAnswer } from "./flex-answer.ts";
import type { DayRange } from "./flex-days.ts";
import type { FlexStep } from "./flex-errors.ts";
import { statementPlace } from "./flex-place.ts";
import type { ReadFlexPolicy } from "./flex-policy.ts";

/** Requests with one token, during one run. */
export interface FlexClient {
  /** Asks for a statement; without days for the period that is saved with the query. Throws ImportError. */
  sendRequest(request: { readonly queryId: string; readonly days: DayRange | null }): Promise<FlexAnswer>;
  /** Asks once whether the statement is there. `url` is tried where the first address fails. Throws ImportError. */
  getStatement(request: { readonly reference: string; readonly url: string | null }): Promise<FlexAnswer>;
}

/** What the clients of one `ibkrFlex()` share. */
export interface FlexTransport {
  readonly policy: ReadFlexPolicy;
  readonly http: Http;
  readonly queue: KeyQueue;
}

/** The transport of one `ibkrFlex()`. */
export function flexTransport(policy: ReadFlexPolicy): FlexTransport {
  const { fetch, timeouts, maxStatementBytes } = policy;
  return { policy, http: createHttp({ fetch, timeouts, bodyBytesMax: maxStatementBytes }), queue: createKeyQueue() };
}

/** What a run gives its client. */
export interface FlexClientRun {
  readonly token: string;
  readonly state: SharedState;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly signal: AbortSignal;
}

/** Opens a client for one run. */
export function flexClient(transport: FlexTransport, run: FlexClientRun): FlexClient {
  const caller: Caller = { ...run, transport, token: secret(run.token), session: openSession(transport, run) };
  return {
    async sendRequest({ queryId, days }) {
      const period: Readonly<Record<string, string>> =
        days === null ? {} : { fd: compact(days.from), td: compact(days.to) };
      const url = `${transport.policy.baseUrl}/SendRequest`;
      const answer = await tried(caller, "SendRequest", () =>
        exchange(caller, { step: "SendRequest", url, parameters: { q: queryId, v: "3", ...period } }),
      );
      return answer.kind === "sent" ? { ...answer, url: allowed(caller, answer.url) } : answer;
    },
    getStatement: ({ reference, url }) =>
      tried(caller, "GetStatement", () => fetchStatement(caller, { reference, url })),
  };
}

/** Where the state of a token is shared. A digest, because state is not sealed. */
export function flexStateKey(token: string): string {
  return `flex:token:${createHash("sha256").update(token).digest("hex")}`;
}

/**
 * One request a second and ten a minute (code 1018 of the Flex Web Service). Spread evenly: in no 60 seconds are more
 * than ten, wherever they begin.
 */
const limits = { max: 1, decayPerSecond: 9 / 60 };

/** Longest silence that is remembered, in milliseconds. */
const PAUSE_MAX_MS = 6 * 3_600_000;

interface Caller extends Omit<FlexClientRun, "token"> {
  readonly transport: FlexTransport;
  readonly token: Secret;
  readonly session: KeyedSession;
}

interface Call {
  readonly step: FlexStep;
  readonly url: string;
  readonly parameters: Readonly<Record<string, string>>;
}

function openSession({ policy, queue }: FlexTransport, { token, state, clock, signal }: FlexClientRun): KeyedSession {
  const { random, timeouts, retries } = policy;
  return keyedSession({
    ...{ stateKey: flexStateKey(token), state, queue, clock, signal, random, limits },
    holdMs: timeouts.headersMs + 2 * timeouts.bodyIdleMs + 5_000,
    pauseMaxMs: PAUSE_MAX_MS,
    pauseWaitMaxMs: retries.waitMaxMs,
  });
}

function tried<Result>({ transport, clock, signal, logger }: Caller, step: FlexStep, attempt: () => Promise<Result>) {
  const { retries, random } = transport.policy;
  return retry(attempt, {
    ...{ policy: retries, clock, signal, random },
    onRetry: ({ error, waitMs }) => logger.info({ step, code: error.code, waitMs }, "ibkr flex: trying again"),
  });
}

/** IBKR's answers name another host now and then, and either host fails for some accounts: the other one is tried. */
async function fetchStatement(
  caller: Caller,
  { reference, url }: { readonly reference: string; readonly url: string | null },
): Promise<FlexAnswer> {
  const parameters = { q: reference, v: "3" };
  const first = `${caller.transport.policy.baseUrl}/GetStatement`;
  // The address may come back from the store: it is looked at again before it gets the token.
  const other = allowed(caller, url);
  try {
    return await exchange(caller, { step: "GetStatement", url: first, parameters });
  } catch (error) {
    if (other === null || other === first || !isImportError(error) || !elsewhere.has(error.code)) throw error;
    // IBKR's own codes are the same everywhere.
    if (error.retryAfterMs !== null) throw error;
    caller.logger.info({ step: "GetStatement", code: error.code }, "ibkr flex: trying the other address");
    return await exchange(caller, { step: "GetStatement", url: other, parameters }).catch((second: unknown) => {
      // The first address is the one that should work: where the other cannot even be reached, its error says more.
      throw isImportError(second) && unreachable.has(second.code) ? error : second;
    });
  }
}

const unreachable: ReadonlySet<string> = new Set(["NETWORK", "TIMEOUT"]);

const elsewhere: ReadonlySet<string> = new Set(["NETWORK", "TIMEOUT", "PROTOCOL", "BROKER_UNAVAILABLE"]);

function exchange(caller: Caller, { step, url, parameters }: Call): Promise<FlexAnswer> {
  const { transport, session, token, signal } = caller;
  const { http, policy } = transport;
  return session.run(1, async () => {
    const query = new URLSearchParams({ t: token.reveal(), ...parameters });
    const headers = { "User-Agent": policy.userAgent, Accept: "*/*" };
    const stream = await http.open({ method: "GET", url: `${url}?${query}`, headers, signal });
    return readFlexAnswer(stream, { step, secrets: [token], sizeBytesMax: policy.maxStatementBytes, signal });
  });
}

function allowed({ transport, logger }: Caller, url: string | null): string | null {
  const place = statementPlace(url, transport.policy.loopbackOrigins);
  if (url !== null && place === null)
    logger.warn({}, "ibkr flex: the statement's address is not one of IBKR's; not used");
  return place;
}

function compact(day: string): string {
  return day.replaceAll("-", "");
}
