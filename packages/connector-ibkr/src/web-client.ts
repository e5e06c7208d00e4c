import { randomBytes } from "node:crypto";
import {
  type HttpRequest,
  type KeyedSession,
  keyedSession,
  retry,
  type Secret,
  secret,
  wait,
} from "@fillbook/connector-kit";
import { type Clock, ImportError, type Logger } from "@fillbook/core";
import type { SharedState } from "@fillbook/core/connector";
import type { WebAccess } from "./web-access.ts";
import { readWebAnswer, type WebReply } from "./web-answer.ts";
import type { WebPlace } from "./web-place.ts";
import { changeShared, notePenalty, penaltyLeftMs, takeMoment } from "./web-shared.ts";
import { type Signing, signWithSession } from "./web-sign.ts";
import type { WebAnswerSize, WebTransport } from "./web-transport.ts";

/** One call of the Client Portal Web API. */
export interface WebCall {
  readonly method: "GET" | "POST";
  /** Below "/v1/api". */
  readonly path: string;
  readonly parameters?: Readonly<Record<string, string>>;
  /** JSON. */
  readonly body?: string;
  /** How long the answer may be. @defaultValue "short" */
  readonly answer?: WebAnswerSize;
  /** Signs the call otherwise than with the live session token. */
  readonly sign?: (signing: Signing) => string;
}

/** Calls on one session, during one run. */
export interface WebClient {
  readonly access: WebAccess;
  /** Waits for its turn, sends, reads and tries again. Throws ImportError for what no other call mends. */
  call(call: WebCall): Promise<WebReply>;
  /** Signs with this live session token from now on; null is none. */
  useToken(token: string | null): void;
  /** Asks another host from now on; false when there is none left. */
  nextPlace(): boolean;
}

export interface WebClientRun {
  readonly access: WebAccess;
  readonly state: SharedState;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly signal: AbortSignal;
}

/** Opens a client for one run. */
export function webClient(transport: WebTransport, run: WebClientRun): WebClient {
  const caller: Caller = { ...run, transport, session: openSession(transport, run), token: null, place: 0 };
  const { policy } = transport;
  const { clock, signal, logger } = run;
  return {
    access: run.access,
    call: (call) =>
      retry(() => exchange(caller, call), {
        ...{ policy: policy.retries, clock, signal, random: policy.random },
        onRetry: ({ error, waitMs }) =>
          logger.info({ path: call.path, code: error.code, waitMs }, "ibkr client portal: trying again"),
      }),
    useToken(token) {
      caller.token = token === null ? null : secret(token);
    },
    nextPlace() {
      if (caller.place + 1 >= run.access.places.length) return false;
      caller.place += 1;
      return true;
    },
  };
}

/** Ten a second are allowed to a session (IBKR Campus, Web API, read 2026-05-27); spread evenly, no second has more. */
const limits = { max: 1, decayPerSecond: 8 };

const TICKLE_EVERY_MS = 1_100;
const VALIDATE_EVERY_MS = 60_500;

interface Caller extends WebClientRun {
  readonly transport: WebTransport;
  readonly session: KeyedSession;
  token: Secret | null;
  place: number;
}

function openSession({ policy, queue }: WebTransport, { access, state, clock, signal }: WebClientRun): KeyedSession {
  const { random, timeouts, retries, penaltyMs } = policy;
  return keyedSession({
    ...{ stateKey: `web:turns:${access.key}`, state, queue, clock, signal, random, limits },
    subject: access.consumer === null ? "this gateway" : "this access token",
    holdMs: timeouts.totalMs + 5_000,
    pauseMaxMs: penaltyMs,
    pauseWaitMaxMs: retries.waitMaxMs,
  });
}

async function exchange(caller: Caller, call: WebCall): Promise<WebReply> {
  const { access, session } = caller;
  if (access.consumer !== null && call.sign === undefined && caller.token === null) {
    return { kind: "sign", sign: "logged-out", said: "there is no live session token yet" };
  }
  for (;;) {
    const sent = await session.run(1, (nonce) => sendInTime(caller, call, nonce));
    if (typeof sent !== "number") return sent;
    await wait(caller.clock, sent, caller.signal);
  }
}

/** The reply, or how many milliseconds the call is too early. Whoever waits does not keep others from their turn. */
async function sendInTime(caller: Caller, call: WebCall, nonce: string): Promise<WebReply | number> {
  await refuseInPenalty(caller);
  const { access, state, clock } = caller;
  const everyMs = everyMsOf(caller, call);
  const key = `web:moment:${access.key}:${call.path}`;
  const earlyMs = everyMs === 0 ? 0 : await takeMoment(state, key, { clock, everyMs });
  if (earlyMs > 0) return earlyMs;
  try {
    return await send(caller, call, nonce);
  } finally {
    // IBKR counts from when the request reached it, which is before its answer came.
    if (everyMs > 0) await changeShared(state, key, () => ({ value: clock.now(), result: null }));
  }
}

function everyMsOf({ transport }: Caller, { path }: WebCall): number {
  if (path === "/tickle") return TICKLE_EVERY_MS;
  if (path === "/sso/validate") return VALIDATE_EVERY_MS;
  return path === "/iserver/account/trades" ? transport.policy.tradesEveryMs : 0;
}

async function send(caller: Caller, call: WebCall, nonce: string): Promise<WebReply> {
  const { transport, access, state, clock } = caller;
  const { penaltyMs } = transport.policy;
  const place = placeOf(caller);
  const { answer = "short" } = call;
  const response = await transport.http(place, answer).request(requestOf(caller, call, nonce));
  if (response.status === 429 && place.egress !== null) await notePenalty(state, place.egress, { clock, penaltyMs });
  const secrets = caller.token === null ? access.secrets : [...access.secrets, caller.token];
  return readWebAnswer(response, { call: `${call.method} ${call.path}`, secrets, penaltyMs, answer });
}

function requestOf(caller: Caller, call: WebCall, nonce: string): HttpRequest {
  const { method, path, parameters = {}, body } = call;
  const { userAgent } = caller.transport.policy;
  const url = `${placeOf(caller).url}${path}`;
  const query = new URLSearchParams(parameters).toString();
  const authorization = authorize(caller, call, { method, url, parameters, nonce });
  return {
    method,
    url: query === "" ? url : `${url}?${query}`,
    headers: {
      ...{ "User-Agent": userAgent, Accept: "*/*", "Accept-Encoding": "gzip, deflate" },
      ...(body === undefined ? {} : { "Content-Type": "application/json" }),
      ...(authorization === null ? {} : { Authorization: authorization }),
    },
    ...(body === undefined ? {} : { body }),
    signal: caller.signal,
  };
}

/** Timestamps come from the turn's number, which never goes back, whichever process takes it. */
function authorize(
  { access, token }: Caller,
  { sign }: WebCall,
  { nonce, ...rest }: Pick<Signing, "method" | "url" | "parameters" | "nonce">,
): string | null {
  const { consumer } = access;
  if (consumer === null) return null;
  const timestamp = String(BigInt(nonce) / 1_000_000_000n);
  const ids = { consumerKey: consumer.consumerKey, accessToken: consumer.accessToken.reveal() };
  const signing: Signing = { ...rest, ...ids, nonce: randomBytes(16).toString("hex"), timestamp };
  return sign === undefined ? signWithSession(signing, token?.reveal() ?? "") : sign(signing);
}

/** A place with a way out of its own is paused by its turns alone. */
async function refuseInPenalty(caller: Caller): Promise<void> {
  const { state, clock, transport } = caller;
  const { penaltyMs } = transport.policy;
  const { egress } = placeOf(caller);
  const leftMs = egress === null ? 0 : await penaltyLeftMs(state, egress, { clock, penaltyMs });
  if (leftMs === 0) return;
  const message = `IBKR limited the requests of this address; nothing was sent, ${leftMs} ms are left`;
  throw new ImportError("RATE_LIMITED", message, { retryAfterMs: leftMs });
}

function placeOf({ access, place }: Caller): WebPlace {
  return access.places[place] ?? access.places[0];
}
