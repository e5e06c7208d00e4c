import {
  type HttpResponse,
  httpDate,
  isJsonObject,
  type JsonReading,
  parseJson,
  parseJsonList,
  redact,
  type Secret,
} from "@fillbook/connector-kit";
import { type ErrorCode, ImportError, type Instant, isImportError, type Json } from "@fillbook/core";
import type { WebAnswerSize } from "./web-transport.ts";

/** What the caller can repair by another call. */
export type WebSign =
  /** Refused: not logged in, or the token is not good any more. */
  | "logged-out"
  /** A page to log in, or the way to one. */
  | "login-page"
  /** No brokerage session, or none yet. */
  | "no-bridge"
  /** Nothing at all: what a bridge answers that another login kicked out, and a login that has ended. */
  | "empty"
  /** /iserver/accounts comes first. */
  | "accounts-first"
  /** The session lives on another host. */
  | "moved";

export type WebReply =
  /** `reportedAt` is the answer's `Date`. */
  | { readonly kind: "ok"; readonly value: Json; readonly reportedAt: Instant | null }
  | { readonly kind: "sign"; readonly sign: WebSign; readonly said: string };

/** What reading an answer needs to know. */
export interface WebReading {
  /** Such as "GET /iserver/accounts". */
  readonly call: string;
  readonly secrets: readonly Secret[];
  readonly penaltyMs: number;
  /** A list of rows may be long; amounts are read of it and of instruments, and of nothing else. */
  readonly answer: WebAnswerSize;
}

/**
 * Reads an answer by status and body: there is no one form of errors (IBKR Campus, Web API, read 2026-05-27; bodies seen
 * in recordings). Numbers keep their digits, and timers run while a long list is read.
 *
 * @throws ImportError for what no other call repairs.
 */
export async function readWebAnswer(response: HttpResponse, reading: WebReading): Promise<WebReply> {
  const { status, body } = response;
  if (status >= 300 && status < 400) return signed("login-page", "a redirect to the login");
  if (status >= 200 && status < 300) return readGood(response, reading);
  const said = saidBy(body, reading);
  const sign = signOf(status, said);
  if (sign !== null) return signed(sign, said);
  throw failure(status, said, reading);
}

/** As much of an answer as is looked at for words. */
const WORDS_LENGTH_MAX = 65_536;

async function readGood({ header, body }: HttpResponse, reading: WebReading): Promise<WebReply> {
  const words = body.slice(0, WORDS_LENGTH_MAX);
  if (/^\s*access denied/i.test(words)) throw failure(403, "Access Denied", reading);
  const isHtml = /html/i.test(header("content-type") ?? "") || /^\s*<(?:!doctype|html)/i.test(words);
  if (isHtml && /sso\/login|<form/i.test(words)) return signed("login-page", "a page to log in");
  if (isHtml) throw problem("BROKER_UNAVAILABLE", "answered with a page instead of data", reading);
  if (body.trim() === "") return signed("empty", "an empty answer");
  const value = await parsedBody(body, reading);
  const said = isJsonObject(value) && typeof value.error === "string" ? cleaned(value.error, reading) : null;
  if (said === null) return { kind: "ok", value, reportedAt: httpDate(header("date")) };
  const sign = /no session|not authenticated/i.test(said) ? "logged-out" : signOf(400, said);
  if (sign !== null) return signed(sign, said);
  throw problem("BROKER_ERROR", `failed (${JSON.stringify(said)})`, reading);
}

/** More than a list within the default bound of bytes can have, as long as its rows are trades. */
const ROWS_MAX = 30_000;

const floats: JsonReading = { numbers: "float" };

/** What is no list of rows where rows were asked for is read only where it is short: it can be no more than an error. */
async function parsedBody(body: string, { call, answer }: WebReading): Promise<Json> {
  if (answer !== "rows") return parseJson(body, call, answer === "instruments" ? {} : floats);
  if (!/^\s*\[/.test(body) && body.length > WORDS_LENGTH_MAX) {
    throw new ImportError("PROTOCOL", `the answer of ${call} is no list (${body.length} characters)`);
  }
  return (await parseJsonList(body, call, { rowsMax: ROWS_MAX })) ?? parseJson(body, call);
}

function signOf(status: number, said: string): WebSign | null {
  if (/invalid consumer|accountId is not valid|Access Denied/i.test(said)) return null;
  if (/query \/accounts first/i.test(said)) return "accounts-first";
  if (/no bridge/i.test(said)) return "no-bridge";
  if (/init session first/i.test(said) || status === 401) return "logged-out";
  return status === 410 ? "moved" : null;
}

const HOUR_MS = 3_600_000;

function failure(status: number, said: string, reading: WebReading): ImportError {
  const { penaltyMs } = reading;
  const told = said === "" ? `HTTP ${status}` : `HTTP ${status}: ${JSON.stringify(said)}`;
  const make = (code: ErrorCode, what: string, retryAfterMs?: number) =>
    problem(code, `${what} (${told})`, reading, retryAfterMs);
  if (/access denied/i.test(said)) {
    return make(
      "FEATURE_UNAVAILABLE",
      "refuses callers from here: add this address to ips.allow in the gateway's conf.yaml",
    );
  }
  if (/invalid consumer/i.test(said)) {
    return make(
      "LOCKED_OUT",
      "does not know the consumer key yet: it works after the next midnight reset",
      6 * HOUR_MS,
    );
  }
  if (/accountId is not valid|invalid account id/i.test(said))
    return make("ACCOUNT_MISMATCH", "does not open this account");
  if (status === 429) return make("RATE_LIMITED", "limits the requests of this address; all of them stop", penaltyMs);
  if (status === 403) return make("FEATURE_UNAVAILABLE", "refuses this address or program");
  if (status === 411) return make("REQUEST_INVALID", "misses the request's length");
  if (status === 404 || status === 408 || (status > 500 && status < 600))
    return make("BROKER_UNAVAILABLE", "is not available");
  return status >= 500 ? make("BROKER_ERROR", "had an error") : make("REQUEST_INVALID", "does not accept the request");
}

function signed(sign: WebSign, said: string): WebReply {
  return { kind: "sign", sign, said };
}

function problem(code: ErrorCode, what: string, { call }: WebReading, retryAfterMs?: number): ImportError {
  return new ImportError(code, `IBKR Client Portal ${what}; asked for ${call}`, { retryAfterMs: retryAfterMs ?? null });
}

/** The broker's own words: a JSON error, a problem's detail, or short text. */
function saidBy(whole: string, reading: WebReading): string {
  const body = whole.slice(0, WORDS_LENGTH_MAX);
  if (/^\s*</.test(body)) return "";
  try {
    const value = parseJson(body, reading.call, floats);
    if (!isJsonObject(value)) return "";
    const { error, detail } = value;
    return cleaned(typeof error === "string" ? error : typeof detail === "string" ? detail : "", reading);
  } catch (error) {
    if (!isImportError(error)) throw error;
    return cleaned(body, reading);
  }
}

function cleaned(text: string, { secrets }: WebReading): string {
  return redact(text, secrets)
    .replace(/[\p{Cc}\p{Cs}]+/gu, " ")
    .trim()
    .slice(0, 200);
}
