import { isJsonObject } from "@fillbook/connector-kit";
import { type Clock, type ImportError, isImportError } from "@fillbook/core";
import type { SharedState } from "@fillbook/core/connector";

/** The dearer of the two costs of a page that Kraken's pages name (docs.kraken.com, read 2026-05-27). */
const COST_MAX_NAMED = 4;

/**
 * How long a learned cost is believed. A refusal may have been the doing of another program with this key: then the slower
 * pace leaves room for it.
 */
const BELIEVED_MS = 30 * 86_400_000;

/** What a page of history costs: as configured, until Kraken refuses one although the counter should have had room. */
export interface HistoryCost {
  read(): Promise<number>;
  /** Runs a call and learns from its refusal, for all workers and runs of the key. */
  learning<Result>(job: () => Promise<Result>): Promise<Result>;
}

/** True where the key's counter was full: other limits say nothing of it. */
function isCounterFull(error: unknown): error is ImportError {
  return isImportError(error) && error.message.includes("EAPI:Rate limit exceeded");
}

/** @param stateKey of the API key. */
export function historyCost(
  { state, stateKey, clock }: { readonly state: SharedState; readonly stateKey: string; readonly clock: Clock },
  configured: number,
): HistoryCost {
  const key = `${stateKey}:cost`;
  const stored = async () => {
    const { value = null, version = 0 } = (await state.read(key)) ?? {};
    const leftMs = isJsonObject(value) && typeof value.untilMs === "number" ? value.untilMs - clock.now() : 0;
    return { isLearned: leftMs > 0 && leftMs <= BELIEVED_MS, version };
  };
  return {
    async read() {
      if (configured >= COST_MAX_NAMED) return configured;
      return (await stored()).isLearned ? COST_MAX_NAMED : configured;
    },
    async learning(job) {
      try {
        return await job();
      } catch (error) {
        if (configured < COST_MAX_NAMED && isCounterFull(error)) {
          const { isLearned, version } = await stored();
          if (!isLearned) await state.write(key, { untilMs: clock.now() + BELIEVED_MS }, version);
        }
        throw error;
      }
    },
  };
}
