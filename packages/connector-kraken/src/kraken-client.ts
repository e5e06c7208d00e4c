import { createHash } from "node:crypto";
import {
  createHttp,
  createKeyQueue,
  type Http,
  type KeyQueue,
  keyedSession,
  redact,
  retry,
  type Secret,
  secret,
} from "@fillbook/connector-kit";
import { type Clock, ImportError, isImportError, type Json, type Logger } from "@fillbook/core";
import type { SharedState } from "@fillbook/core/connector";
import { readKrakenAnswer } from "./kraken-answer.ts";
import { maintenanceRetryMs } from "./kraken-errors.ts";
import { krakenCallCost, krakenLimits } from "./kraken-limits.ts";
import type { ReadPolicy } from "./kraken-policy.ts";
import { krakenSystemStatus } from "./kraken-public.ts";
import type { KrakenCredentials, KrakenTier } from "./kraken-settings.ts";
import { krakenForm, krakenSign } from "./kraken-sign.ts";

/** A private method of Kraken's REST interface that this connector calls. */
type KrakenEndpoint = "TradesHistory" | "GetApiKeyInfo";

/** Signed calls with one API key, during one run. */
export interface KrakenClient {
  /** Waits for the key's turn, signs, sends, reads and retries, also when `read` throws. Throws ImportError. */
  call<Result>(request: {
    readonly endpoint: KrakenEndpoint;
    readonly parameters: Readonly<Record<string, string>>;
    readonly read: (result: Json) => Result;
  }): Promise<Result>;
}

/** What the clients of one `kraken()` share. */
export interface KrakenTransport {
  readonly policy: ReadPolicy;
  readonly http: Http;
  readonly queue: KeyQueue;
}

/** The transport of one `kraken()`. */
export function krakenTransport(policy: ReadPolicy): KrakenTransport {
  const { fetch, timeouts, maxBodyBytes } = policy;
  return { policy, http: createHttp({ fetch, timeouts, bodyBytesMax: maxBodyBytes }), queue: createKeyQueue() };
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
  const { policy, queue } = transport;
  const { clock, state, signal } = run;
  const caller: Caller = {
    ...run,
    transport,
    apiKey: secret(run.credentials.apiKey),
    apiSecret: secret(run.credentials.apiSecret),
    otp: run.credentials.otp === undefined ? null : secret(run.credentials.otp),
  };
  const session = keyedSession({
    stateKey: krakenStateKey(run.credentials.apiKey),
    state,
    queue,
    clock,
    signal,
    random: policy.random,
    limits: krakenLimits[run.tier],
    // A request and the look at SystemStatus, both at their longest.
    holdMs: 2 * policy.timeouts.totalMs + 5_000,
    pauseWaitMaxMs: policy.retries.waitMaxMs,
  });
  return {
    call({ endpoint, parameters, read }) {
      const call: Call = {
        endpoint,
        parameters,
        cost: costOf(endpoint, policy),
        nonceRefused: false,
        statusRead: false,
      };
      const attempt = () => session.run(call.cost, async (nonce) => read(await send(caller, call, nonce)));
      return retry(() => withFreshNonce(call, attempt), {
        policy: policy.retries,
        clock,
        signal,
        random: policy.random,
        onRetry: ({ error, waitMs }) => run.logger.info({ endpoint, code: error.code, waitMs }, "kraken: trying again"),
      });
    },
  };
}

/** Where the state of an API key is shared. A digest, because state is not sealed. */
function krakenStateKey(apiKey: string): string {
  return `kraken:key:${createHash("sha256").update(apiKey).digest("hex")}`;
}

interface Caller extends KrakenRun {
  readonly transport: KrakenTransport;
  readonly apiKey: Secret;
  readonly apiSecret: Secret;
  readonly otp: Secret | null;
}

interface Call {
  readonly endpoint: KrakenEndpoint;
  readonly parameters: Readonly<Record<string, string>>;
  readonly cost: number;
  nonceRefused: boolean;
  statusRead: boolean;
}

function costOf(endpoint: KrakenEndpoint, { historyCost }: ReadPolicy): number {
  return endpoint === "TradesHistory" ? historyCost : krakenCallCost;
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

async function send(caller: Caller, call: Call, nonce: string): Promise<Json> {
  const { transport, apiKey, apiSecret, otp, clock, logger, signal } = caller;
  const { endpoint } = call;
  const path = `/0/private/${endpoint}`;
  const body = krakenForm(nonce, { ...call.parameters, ...(otp === null ? {} : { otp: otp.reveal() }) });
  const response = await transport.http.request({
    method: "POST",
    url: `${transport.policy.baseUrl}${path}`,
    headers: {
      "API-Key": apiKey.reveal(),
      "API-Sign": krakenSign(apiSecret, { path, nonce, body }),
      "Content-Type": "application/x-www-form-urlencoded",
      "User-Agent": "fillbook-connector-kraken",
    },
    body,
    signal,
  });
  const secrets = otp === null ? [apiKey, apiSecret] : [apiKey, apiSecret, otp];
  const recoveryMs = Math.ceil((call.cost / krakenLimits[caller.tier].decayPerSecond) * 1000);
  const answer = readKrakenAnswer(response, { endpoint, nowMs: clock.now(), recoveryMs, secrets });
  if (answer.kind === "failed")
    throw answer.unavailable ? await unavailableError(caller, call, answer.error) : answer.error;
  if (answer.warnings.length > 0) {
    const warnings = answer.warnings.map((warning) => redact(warning, secrets).slice(0, 200));
    logger.warn({ endpoint, warnings }, "kraken: answered with warnings");
  }
  return answer.result;
}

/** Kraken says "unavailable" for maintenance and for a bad moment; SystemStatus tells them apart. */
async function unavailableError({ transport, signal }: Caller, call: Call, error: ImportError): Promise<ImportError> {
  if (call.statusRead) return error;
  call.statusRead = true;
  if ((await krakenSystemStatus(transport, signal)) !== "maintenance") return error;
  return new ImportError("MAINTENANCE", "Kraken is under maintenance", { retryAfterMs: maintenanceRetryMs });
}
