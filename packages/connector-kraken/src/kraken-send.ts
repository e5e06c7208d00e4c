import { httpDate, redact, type Secret } from "@fillbook/connector-kit";
import { type Clock, ImportError, type Instant, type Json, type Logger } from "@fillbook/core";
import { type KrakenAnswer, readKrakenAnswer } from "./kraken-answer.ts";
import { firstBytes, isArchive, joined } from "./kraken-blocks.ts";
import { answerBytesMax } from "./kraken-bounds.ts";
import type { KrakenEndpoint, KrakenTransport } from "./kraken-client.ts";
import { maintenanceRetryMs } from "./kraken-errors.ts";
import { heldBytes } from "./kraken-held.ts";
import { krakenLimits } from "./kraken-limits.ts";
import { krakenSystemStatus } from "./kraken-public.ts";
import type { KrakenTier } from "./kraken-settings.ts";
import { krakenForm, krakenSign } from "./kraken-sign.ts";

/** Who calls, and with what key. */
export interface Caller {
  readonly transport: KrakenTransport;
  readonly tier: KrakenTier;
  readonly apiKey: Secret;
  readonly apiSecret: Secret;
  readonly otp: Secret | null;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly signal: AbortSignal;
}

/** One call with all its tries. */
export interface Call {
  readonly endpoint: KrakenEndpoint;
  readonly parameters: Readonly<Record<string, string>>;
  /** Of the try that is under way. */
  cost: number;
  nonceRefused: boolean;
  /** True once a try of it found the key's counter full. */
  statusRead: boolean;
}

interface CallResult {
  readonly result: Json;
  /** The answer's `Date`. */
  readonly reportedAt: Instant | null;
}

/** Signs and sends one request, and reads its envelope. */
export async function sendCall(caller: Caller, call: Call, nonce: string): Promise<CallResult> {
  const bodyBytesMax = answerBytesMax(call.endpoint);
  const response = await caller.transport.http.request({ ...signedRequest(caller, call, nonce), bodyBytesMax });
  const result = await resultOf(caller, call, readKrakenAnswer(response, failureContext(caller, call)));
  return { result, reportedAt: httpDate(response.header("date")) };
}

/**
 * The same for an answer that is a file: Kraken's content type does not tell (krakenex issue 114), so a body that starts
 * as no ZIP is read as an envelope.
 */
export async function sendForFile(caller: Caller, call: Call, nonce: string): Promise<Buffer> {
  const response = await caller.transport.files.open(signedRequest(caller, call, nonce));
  try {
    const pieces = response.body[Symbol.asyncIterator]();
    const head = await firstBytes(pieces);
    if (isArchive(head)) {
      return await heldBytes(joined(head, pieces), caller.transport.policy.maxExportBytes);
    }
    if (response.status === 200 && head[0] === BRACE && head.length >= ENVELOPE_BYTES_MAX) {
      const message = `Kraken answered ${call.endpoint} with no file, and with more than ${ENVELOPE_BYTES_MAX} bytes`;
      throw new ImportError("RESPONSE_TOO_LARGE", message);
    }
    const answered = { ...response, body: Buffer.from(head).subarray(0, ENVELOPE_BYTES_MAX).toString("utf8") };
    await resultOf(caller, call, readKrakenAnswer(answered, failureContext(caller, call)));
    throw new ImportError("PROTOCOL", `Kraken answered ${call.endpoint} without a file`);
  } finally {
    response.close();
  }
}

const ENVELOPE_BYTES_MAX = 65_536;
const BRACE = 0x7b;

function signedRequest(caller: Caller, call: Call, nonce: string) {
  const { transport, apiKey, apiSecret, otp, signal } = caller;
  const path = `/0/private/${call.endpoint}`;
  const body = krakenForm(nonce, { ...call.parameters, ...(otp === null ? {} : { otp: otp.reveal() }) });
  const headers = {
    "API-Key": apiKey.reveal(),
    "API-Sign": krakenSign(apiSecret, { path, nonce, body }),
    "Content-Type": "application/x-www-form-urlencoded",
    "User-Agent": "fillbook-connector-kraken",
  };
  return { method: "POST", url: `${transport.policy.baseUrl}${path}`, headers, body, signal } as const;
}

function failureContext(caller: Caller, { endpoint, cost }: Call) {
  const recoveryMs = Math.ceil((cost / krakenLimits[caller.tier].decayPerSecond) * 1000);
  return { endpoint, nowMs: caller.clock.now(), recoveryMs, secrets: secretsOf(caller) };
}

async function resultOf(caller: Caller, call: Call, answer: KrakenAnswer): Promise<Json> {
  if (answer.kind === "failed")
    throw answer.unavailable ? await unavailableError(caller, call, answer.error) : answer.error;
  if (answer.warnings.length > 0) {
    const warnings = answer.warnings.map((warning) => redact(warning, secretsOf(caller)).slice(0, 200));
    caller.logger.warn({ endpoint: call.endpoint, warnings }, "kraken: answered with warnings");
  }
  return answer.result;
}

function secretsOf({ apiKey, apiSecret, otp }: Caller): Secret[] {
  return otp === null ? [apiKey, apiSecret] : [apiKey, apiSecret, otp];
}

/** Kraken says "unavailable" for maintenance and for a bad moment; SystemStatus tells them apart. */
async function unavailableError({ transport, signal }: Caller, call: Call, error: ImportError): Promise<ImportError> {
  if (call.statusRead) return error;
  call.statusRead = true;
  if ((await krakenSystemStatus(transport, signal)) !== "maintenance") return error;
  return new ImportError("MAINTENANCE", "Kraken is under maintenance", { retryAfterMs: maintenanceRetryMs });
}
