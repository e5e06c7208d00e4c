import { createHash } from "node:crypto";
import {
  createHttp,
  createKeyQueue,
  type Http,
  type KeyQueue,
  keyedSession,
  retry,
  secret,
} from "@fillbook/connector-kit";
import { type Clock, type Instant, isImportError, type Json, type Logger } from "@fillbook/core";
import type { SharedState } from "@fillbook/core/connector";
import { unlessLockedOut } from "./kraken-address.ts";
import { historyCost } from "./kraken-cost.ts";
import { krakenCallCost, krakenLimits } from "./kraken-limits.ts";
import type { ReadPolicy } from "./kraken-policy.ts";
import { type Call, type Caller, sendCall, sendForFile } from "./kraken-send.ts";
import type { KrakenCredentials, KrakenTier } from "./kraken-settings.ts";

/** A private method of Kraken's REST interface that this connector calls. */
export type KrakenEndpoint =
  | "TradesHistory"
  | "Ledgers"
  | "GetApiKeyInfo"
  | "AddExport"
  | "ExportStatus"
  | "RetrieveExport"
  | "RemoveExport";

interface KrakenRequest {
  readonly endpoint: KrakenEndpoint;
  readonly parameters: Readonly<Record<string, string>>;
}

type ReadAnswer<Result> = (result: Json, reportedAt: Instant | null) => Result;

/** Signed calls with one API key, during one run. */
export interface KrakenClient {
  /**
   * Waits for the key's turn, signs, sends, reads and retries, also when `read` throws. `read` hears when Kraken gave the
   * answer, too. Throws ImportError.
   */
  call<Result>(request: KrakenRequest & { readonly read: ReadAnswer<Result> }): Promise<Result>;
  /** The same for an answer that is a ZIP file. */
  file(request: KrakenRequest): Promise<Buffer>;
}

/** What the clients of one `kraken()` share. */
export interface KrakenTransport {
  readonly policy: ReadPolicy;
  readonly http: Http;
  /** For exports, which may be longer than other answers. */
  readonly files: Http;
  readonly queue: KeyQueue;
}

/** The transport of one `kraken()`. */
export function krakenTransport(policy: ReadPolicy): KrakenTransport {
  const { fetch, timeouts, maxBodyBytes, maxExportBytes } = policy;
  return {
    policy,
    http: createHttp({ fetch, timeouts, bodyBytesMax: maxBodyBytes }),
    files: createHttp({ fetch, timeouts, bodyBytesMax: maxExportBytes }),
    queue: createKeyQueue(),
  };
}

/** What a run gives its client. */
export interface KrakenRun {
  readonly credentials: KrakenCredentials;
  readonly tier: KrakenTier;
  readonly state: SharedState;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly signal: AbortSignal;
}

/** Opens a client for one run. */
export function krakenClient(transport: KrakenTransport, run: KrakenRun): KrakenClient {
  const { policy } = transport;
  const { clock, signal } = run;
  const caller: Caller = {
    ...run,
    transport,
    apiKey: secret(run.credentials.apiKey),
    apiSecret: secret(run.credentials.apiSecret),
    otp: run.credentials.otp === undefined ? null : secret(run.credentials.otp),
  };
  const inTurn = pacedCalls(transport, run);
  const perform = <Result>({ endpoint, parameters }: KrakenRequest, job: Job<Result>): Promise<Result> => {
    const flags = { nonceRefused: false, statusRead: false };
    const call: Call = { endpoint, parameters, cost: krakenCallCost, ...flags };
    return retry(() => withFreshNonce(call, () => inTurn(call, job)), {
      policy: policy.retries,
      clock,
      signal,
      random: policy.random,
      onRetry: ({ error, waitMs }) => run.logger.info({ endpoint, code: error.code, waitMs }, "kraken: trying again"),
    });
  };
  return {
    call: (request) =>
      perform(request, async (call, nonce) => {
        const { result, reportedAt } = await sendCall(caller, call, nonce);
        return request.read(result, reportedAt);
      }),
    file: (request) => perform(request, (call, nonce) => sendForFile(caller, call, nonce)),
  };
}

type Job<Result> = (call: Call, nonce: string) => Promise<Result>;

/** Sends a call when the key's turn has come and its counter has room, and learns from a refusal what it costs. */
function pacedCalls({ policy, queue }: KrakenTransport, { credentials, tier, state, clock, signal }: KrakenRun) {
  const stateKey = krakenStateKey(credentials);
  const limits = krakenLimits[tier];
  const cost = historyCost({ state, stateKey, clock }, policy.historyCost);
  const session = keyedSession({
    ...{ stateKey, state, queue, clock, signal, limits },
    random: policy.random,
    // A request and the look at SystemStatus, both at their longest.
    holdMs: 2 * policy.timeouts.totalMs + 5_000,
    pauseWaitMaxMs: policy.retries.waitMaxMs,
  });
  return async <Result>(call: Call, job: Job<Result>): Promise<Result> => {
    const points = async () => {
      if (isHistory(call.endpoint)) call.cost = await cost.read();
      return call.cost;
    };
    const send = (nonce: string) => cost.learning(() => job(call, nonce));
    return unlessLockedOut({ state, clock }, () => session.run(points, send));
  };
}

/**
 * Where the state of an API key is shared: a digest, because state is not sealed, and of the secret too, or anyone who
 * names another's key could take its turns and silence it.
 */
function krakenStateKey({ apiKey, apiSecret }: KrakenCredentials): string {
  const digest = createHash("sha256").update(`${apiKey}\n`).update(Buffer.from(apiSecret, "base64")).digest("hex");
  return `kraken:key:${digest}`;
}

function isHistory(endpoint: KrakenEndpoint): boolean {
  return endpoint === "TradesHistory" || endpoint === "Ledgers";
}

/** A refused nonce is tried once more at once; a second time, somebody else uses the key. */
async function withFreshNonce<T>(call: Call, attempt: () => Promise<T>): Promise<T> {
  try {
    return await attempt();
  } catch (error) {
    if (!isImportError(error) || error.code !== "NONCE_REJECTED" || call.nonceRefused) throw error;
    call.nonceRefused = true;
    return attempt();
  }
}
