import type { ImportError, Logger } from "@fillbook/core";
import { twsError } from "./tws-codes.ts";
import type { TwsCollector } from "./tws-collector.ts";
import { type TwsLine, twsLimit } from "./tws-line.ts";
import type { TwsTimeouts } from "./tws-policy.ts";

/** How a list of executions ended: whole, or without the message that says so. */
export type TwsListEnd = { readonly kind: "whole" } | { readonly kind: "no-end" };

export interface TwsListRequest {
  readonly line: TwsLine;
  readonly collector: TwsCollector;
  readonly account: string;
  /** "yyyymmdd-hh:mm:ss", UTC. */
  readonly from: string;
  readonly timeouts: TwsTimeouts;
  readonly signal: AbortSignal;
  readonly logger: Logger;
}

/**
 * Reads the executions of an account into the collector. When TWS loses IBKR and has it again, nothing that was missed is
 * told by itself, so it is asked anew.
 *
 * @throws ImportError `TIMEOUT` when nobody answers any more, `BROKER_UNAVAILABLE` when TWS has no connection to IBKR,
 * and what breaks the line.
 */
export async function readTwsList(request: TwsListRequest): Promise<TwsListEnd> {
  const { line, account, from, timeouts } = request;
  const limit = twsLimit(timeouts.answerMs);
  for (let reqId = 1; reqId <= ASKS_MAX; reqId += 1) {
    const { restored } = line.facts;
    line.ask({ reqId, account, from });
    const isTold = await line.until(
      (facts) => facts.restored > restored || (facts.ended === reqId && !facts.lost),
      limit,
    );
    if (!isTold) return unended(request);
    if (line.facts.restored > restored) continue;
    await commissions(request);
    return { kind: "whole" };
  }
  throw lost(line);
}

/** A connection to IBKR that comes and goes this often within a run is none. */
const ASKS_MAX = 10;
const KNOCK_MS = 5_000;

/** Some gateways never end a list, mostly an empty one; others hang. The time of the day tells which. */
async function unended({ line, timeouts }: TwsListRequest): Promise<TwsListEnd> {
  if (line.facts.lost) throw lost(line);
  const { clockTold } = line.facts;
  line.knock();
  const isThere = await line.until(
    (facts) => facts.clockTold > clockTold,
    twsLimit(Math.min(KNOCK_MS, timeouts.connectMs)),
  );
  if (isThere) return { kind: "no-end" };
  throw twsError("TIMEOUT", { place: line.place, what: `did not answer for ${timeouts.answerMs} ms` });
}

// The list is whole by now: what breaks here costs the commissions, and the next run asks for them again.
async function commissions({ line, collector, timeouts, signal, logger }: TwsListRequest): Promise<void> {
  try {
    await line.until(() => collector.isPriced(), twsLimit(timeouts.commissionMs));
  } catch (error) {
    if (signal.aborted) throw error;
    logger.warn({ err: error }, "ibkr tws: the connection broke while commissions were awaited");
  }
}

function lost({ place }: TwsLine): ImportError {
  return twsError("BROKER_UNAVAILABLE", { place, what: "has no connection to IBKR (1100); it is restored by itself" });
}
