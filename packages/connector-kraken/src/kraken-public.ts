import { type Http, isJsonObject } from "@fillbook/connector-kit";
import { isImportError, type Json } from "@fillbook/core";
import { readKrakenAnswer } from "./kraken-answer.ts";
import { answerBytesMax } from "./kraken-bounds.ts";
import type { ReadPolicy } from "./kraken-policy.ts";

interface PublicTransport {
  readonly policy: ReadPolicy;
  readonly http: Http;
}

/**
 * One public call, without a retry: nothing public is needed badly enough.
 *
 * @param query such as "AssetPairs?aclass_base=tokenized_asset".
 * @throws ImportError
 */
export async function krakenPublic(transport: PublicTransport, query: string, signal: AbortSignal): Promise<Json> {
  const [endpoint = query] = query.split("?");
  const response = await transport.http.request({
    method: "GET",
    url: `${transport.policy.baseUrl}/0/public/${query}`,
    headers: { "User-Agent": "fillbook-connector-kraken" },
    bodyBytesMax: answerBytesMax(endpoint),
    signal,
  });
  const answer = readKrakenAnswer(response, { endpoint, nowMs: 0, recoveryMs: 1_000, secrets: [] });
  if (answer.kind === "failed") throw answer.error;
  return answer.result;
}

/** The `status` of SystemStatus, such as "online" or "maintenance"; null when it cannot be read. */
export async function krakenSystemStatus(transport: PublicTransport, signal: AbortSignal): Promise<string | null> {
  try {
    const result = await krakenPublic(transport, "SystemStatus", signal);
    return isJsonObject(result) && typeof result.status === "string" ? result.status : null;
  } catch (error) {
    if (!isImportError(error) || error.code === "ABORTED") throw error;
    return null;
  }
}
