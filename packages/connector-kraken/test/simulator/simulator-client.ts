import { createHash, createHmac } from "node:crypto";
import type { KrakenSimulator, SimulatedKey, SimulatedTrade } from "../../src/simulator/index.ts";

/** A clock that stands still until a test moves it. */
export function movableClock(startMs = Date.UTC(2026, 6, 1)): { now(): number; advance(waitMs: number): void } {
  let nowMs = startMs;
  return {
    now: () => nowMs,
    advance(waitMs) {
      nowMs += waitMs;
    },
  };
}

/** Kraken's formula, written from its documentation a second time. */
export function signature(call: { path: string; nonce: string; body: string; secret: string }): string {
  const digest = createHash("sha256")
    .update(call.nonce + call.body)
    .digest();
  const message = Buffer.concat([Buffer.from(call.path), digest]);
  return createHmac("sha512", Buffer.from(call.secret, "base64")).update(message).digest("base64");
}

export interface CallOptions {
  readonly key?: SimulatedKey;
  readonly nonce?: string;
  /** Replaces the signature. */
  readonly sign?: string;
  /** Replaces the whole body; the nonce is still the one that is signed. */
  readonly body?: string;
  readonly signal?: AbortSignal;
}

let lastNonce = 1_700_000_000_000_000_000n;

/** A signed POST, as any client of Kraken would send it. */
export async function post(
  simulator: KrakenSimulator,
  method: string,
  parameters: Record<string, string> = {},
  options: CallOptions = {},
): Promise<Response> {
  lastNonce += 1n;
  const { key = simulator.key, nonce = String(lastNonce), signal } = options;
  const body = options.body ?? new URLSearchParams({ nonce, ...parameters }).toString();
  const path = `/0/private/${method}`;
  const sign = options.sign ?? signature({ path, nonce, body, secret: key.apiSecret });
  const headers = { "API-Key": key.apiKey, "API-Sign": sign, "Content-Type": "application/x-www-form-urlencoded" };
  return fetch(simulator.url + path, { method: "POST", headers, body, ...(signal ? { signal } : {}) });
}

/** The error list of a private call. */
export async function errorsOf(...call: Parameters<typeof post>): Promise<string[]> {
  const response = await post(...call);
  const answer = (await response.json()) as { error: string[] };
  return answer.error;
}

export interface ServedPage {
  readonly trades: Record<string, Record<string, unknown>>;
  readonly count?: number;
}

/** The result of a private call that is expected to succeed; throws with the errors when it did not. */
export async function resultOf<Result = ServedPage>(...call: Parameters<typeof post>): Promise<Result> {
  const response = await post(...call);
  const answer = (await response.json()) as { error: string[]; result: Result };
  if (answer.error.length > 0) throw new Error(answer.error.join(", "));
  return answer.result;
}

/** The ids that TradesHistory serves, in order. */
export async function idsOf(simulator: KrakenSimulator, parameters: Record<string, string> = {}): Promise<string[]> {
  return Object.keys((await resultOf(simulator, "TradesHistory", parameters)).trades);
}

/** A trade worth one dollar; tests name what matters. */
export function trade(txid: string, patch: Partial<SimulatedTrade> = {}): SimulatedTrade {
  return {
    txid,
    ordertxid: "OQCLML-BW3P3-BUCMWZ",
    pair: "XXBTZUSD",
    time: "1700000000.5",
    type: "buy",
    ordertype: "limit",
    price: "10000.00000",
    cost: "1.00000",
    fee: "0.00260",
    vol: "0.00010000",
    margin: "0.00000",
    misc: "",
    ...patch,
  };
}

/** Trades of one moment, TROW-0000 and up. */
export function tradesAt(count: number, time: string): SimulatedTrade[] {
  return Array.from({ length: count }, (_, index) => trade(`TROW-${String(index).padStart(4, "0")}`, { time }));
}
