import { type HttpResponse, isJsonObject, type JsonReading, parseJson } from "@fillbook/connector-kit";
import { ImportError, type Json } from "@fillbook/core";
import { refuseLongList } from "./kraken-bounds.ts";
import { type FailureContext, isKrakenWarning, krakenFailure } from "./kraken-errors.ts";
import { withMarkedIds } from "./kraken-id.ts";

/** What Kraken answered. */
export type KrakenAnswer =
  | { readonly kind: "result"; readonly result: Json; readonly warnings: readonly string[] }
  | { readonly kind: "failed"; readonly error: ImportError; readonly unavailable: boolean };

/** Amounts and times of rows are kept as they are written: how many digits they have tells how they were rounded. */
const rows: JsonReading = {
  textKeys: new Set("time price cost fee vol margin cprice ccost cfee cvol cmargin net amount balance".split(" ")),
};
/** Answers with a list by id. */
const byId: ReadonlySet<string> = new Set(["TradesHistory", "Ledgers"]);
/** Answers that are a list themselves, of which an empty one may be null or left out. */
const lists: ReadonlySet<string> = new Set(["ExportStatus"]);
/** The large answers, of which no amount is read. */
const listings: ReadonlyMap<string, JsonReading> = new Map([
  ["AssetPairs", { numbers: "float" }],
  ["Assets", { numbers: "float" }],
]);

/**
 * Reads an answer: first Kraken's own errors, which come with any HTTP status, then the status, then the body. Whatever
 * is not a whole answer is a failure, so that a gateway's page is never "no trades".
 */
export function readKrakenAnswer(response: HttpResponse, context: FailureContext): KrakenAnswer {
  try {
    return readAnswer(response, context);
  } catch (error) {
    if (error instanceof ImportError) return { kind: "failed", error, unavailable: false };
    throw error;
  }
}

function readAnswer(response: HttpResponse, context: FailureContext): KrakenAnswer {
  const { endpoint } = context;
  const isJson = response.body.trimStart().startsWith("{");
  if (!isJson || response.status !== 200) {
    // A gateway's status counts even if its body is broken JSON.
    const envelope = isJson ? parsedOrNull(response.body, endpoint) : null;
    const errors = envelope === null ? [] : errorsOf(envelope);
    if (errors.length > 0) return { kind: "failed", ...krakenFailure(errors, context) };
    throw statusError(response, context);
  }
  if (listings.has(endpoint)) refuseLongList(response.body, endpoint);
  const body = byId.has(endpoint) ? withMarkedIds(response.body) : response.body;
  const envelope = parseJson(body, endpoint, listings.get(endpoint) ?? rows);
  if (!isJsonObject(envelope) || !Array.isArray(envelope.error)) {
    throw new ImportError("PROTOCOL", `Kraken answered ${endpoint} without its envelope`);
  }
  const errors = errorsOf(envelope);
  if (errors.length > 0) return { kind: "failed", ...krakenFailure(errors, context) };
  const { result = null } = envelope;
  if (result === null && !lists.has(endpoint))
    throw new ImportError("PROTOCOL", `Kraken answered ${endpoint} without a result`);
  const warnings = envelope.error.slice(0, ERRORS_MAX).filter((entry) => typeof entry === "string");
  return { kind: "result", result, warnings };
}

function parsedOrNull(body: string, endpoint: string): Json {
  try {
    return parseJson(body, endpoint);
  } catch {
    return null;
  }
}

/** Entries of the list that are read: real ones have one or two. */
const ERRORS_MAX = 100;
const ERROR_LENGTH_MAX = 1_000;

/** The entries that are not warnings; one that is not even text counts as an error. */
function errorsOf(envelope: Json): readonly string[] {
  if (!isJsonObject(envelope) || !Array.isArray(envelope.error)) return [];
  const errors = envelope.error.filter((entry: Json) => typeof entry !== "string" || !isKrakenWarning(entry));
  return errors
    .slice(0, ERRORS_MAX)
    .map((entry: Json) => (typeof entry === "string" ? entry : JSON.stringify(entry)).slice(0, ERROR_LENGTH_MAX));
}

/** "Status codes other than 200 indicate an issue with the request reaching our servers" (docs.kraken.com, 2026-05-26). */
function statusError(response: HttpResponse, { endpoint, nowMs }: FailureContext): ImportError {
  const { status } = response;
  const where = `Kraken's gateway answered ${endpoint} with HTTP ${status}`;
  if (status === 429) {
    const retryAfterMs = retryAfter(response.header("retry-after"), nowMs);
    return new ImportError("RATE_LIMITED", where, { retryAfterMs });
  }
  if (status >= 500 || status === 408 || status === 425) return new ImportError("BROKER_UNAVAILABLE", where);
  if (status === 403) {
    const message = `${where}: its firewall may refuse this machine's address or country`;
    return new ImportError("BROKER_UNAVAILABLE", message);
  }
  if (status === 200 && response.body.trimStart().startsWith("<")) {
    return new ImportError("BROKER_UNAVAILABLE", `${where} and a web page`);
  }
  const size = response.body === "" ? "an empty body" : `${response.body.length} characters that are no answer`;
  return new ImportError("PROTOCOL", `${where} and ${size}`);
}

const RETRY_AFTER_MIN_MS = 1_000;
const RETRY_AFTER_MAX_MS = 3_600_000;
const RETRY_AFTER_DEFAULT_MS = 5_000;

/** Retry-After in either of its forms, seconds or a date. */
function retryAfter(header: string | null, nowMs: number): number {
  const text = header?.trim() ?? "";
  const askedMs = /^\d{1,9}$/.test(text) ? Number(text) * 1000 : Date.parse(text) - nowMs;
  if (Number.isNaN(askedMs)) return RETRY_AFTER_DEFAULT_MS;
  return Math.min(Math.max(askedMs, RETRY_AFTER_MIN_MS), RETRY_AFTER_MAX_MS);
}
