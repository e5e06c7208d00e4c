import { setImmediate } from "node:timers/promises";
import type { Clock, Json } from "@fillbook/core";
import type { ExpectedBook } from "@fillbook/testkit/suite";

/** Dover, a made-up broker in memory, as a connector reaches it. */
export interface DoverBroker {
  /** Ends with the signal, as `fetch` does. */
  get(path: string, request: DoverCall): Promise<DoverAnswer>;
  /** From now on nothing is answered. */
  stall(): void;
}

interface DoverCall {
  readonly key: string;
  readonly signal: AbortSignal;
}

export interface DoverAnswer {
  readonly status: number;
  readonly body: Json;
  readonly dateMs: number;
}

export const DOVER_KEY = "dover-key-0123456789";
/** Longer than a float holds. */
const LONG = "0.123456789012345678";
const PAGE_EVENTS = 3;

/** What Dover says happened: buys, sells, a correction of a price, a bust, and what is no fill. Oldest first. */
export const doverEvents = [
  fill(1, { bs: "B", qty: "10", px: "187.25" }),
  fill(2, { bs: "S", qty: "4", px: "187.50" }),
  fill(3, { bs: "B", qty: LONG, px: "187.75" }),
  { type: "dividend", no: 4, amount: "3.20" },
  fill(5, { bs: "B", qty: "7", px: "188.00" }),
  fill(6, { bs: "S", qty: "5", px: "188.25" }),
  { ...fill(2, { bs: "S", qty: "4", px: "187.51" }), no: 7, version: 2 },
  { type: "bust", no: 8, id: "E5", version: 1, account: "D-1" },
  fill(9, { bs: "B", qty: "1", px: "188.50" }),
] satisfies Json[];

/** Different fills among them. */
export const doverFills = 6;

/** Worked out by hand from the list above. */
export const doverBook: ExpectedBook = {
  fills: [
    expected(1, { side: "buy", quantity: "10", price: "187.25" }),
    expected(2, { side: "sell", quantity: "4", price: "187.51" }),
    expected(3, { side: "buy", quantity: LONG, price: "187.75" }),
    expected(6, { side: "sell", quantity: "5", price: "188.25" }),
    expected(9, { side: "buy", quantity: "1", price: "188.5" }),
  ],
  positions: { AAPL: "2.123456789012345678" },
};

/** A Dover of its own clock. `/me` names the account, `/events?after=n` has the next three events. */
export function doverBroker(clock: Clock): DoverBroker {
  let isStalled = false;
  return {
    stall() {
      isStalled = true;
    },
    async get(path, { key, signal }) {
      signal.throwIfAborted();
      await setImmediate();
      if (isStalled) await untilAborted(signal);
      const answer = (status: number, body: Json) => ({ status, body, dateMs: Math.floor(clock.now() / 1000) * 1000 });
      if (key !== DOVER_KEY) return answer(401, null);
      if (path === "/me") return answer(200, { account: "D-1" });
      const after = Number(path.split("=")[1]);
      const later = doverEvents.filter(({ no }) => no > after);
      return answer(200, { events: later.slice(0, PAGE_EVENTS), more: later.length > PAGE_EVENTS });
    },
  };
}

function fill(no: number, facts: { readonly bs: "B" | "S"; readonly qty: string; readonly px: string }) {
  const order = `o${no}`;
  return { type: "fill", no, id: `E${no}`, version: 1, account: "D-1", order, at: momentOf(no), sym: "AAPL", ...facts };
}

function expected(no: number, facts: { side: "buy" | "sell"; quantity: string; price: string }) {
  return { executionId: `E${no}`, executedAt: momentOf(no), instrument: "AAPL", fees: { USD: "0.35" }, ...facts };
}

function momentOf(no: number): string {
  return `2026-01-05T09:3${no}:00Z`;
}

function untilAborted(signal: AbortSignal): Promise<never> {
  signal.throwIfAborted();
  return new Promise((_resolve, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
}
