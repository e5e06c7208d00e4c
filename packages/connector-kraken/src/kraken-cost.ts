import { isJsonObject } from "@fillbook/connector-kit";
import { isImportError } from "@fillbook/core";
import type { SharedState } from "@fillbook/core/connector";

/** The dearer of the two costs of a page that Kraken's pages name (docs.kraken.com, read 2026-05-27). */
const COST_MAX_NAMED = 4;

/** What a page of history costs: as configured, until Kraken refuses what should have been allowed. */
export interface HistoryCost {
  read(): Promise<number>;
  /** Runs a call of history and learns from its refusal, for all workers and runs of the key. */
  learning<Result>(job: () => Promise<Result>): Promise<Result>;
}

/** @param stateKey of the API key. */
export function historyCost(
  { state, stateKey }: { readonly state: SharedState; readonly stateKey: string },
  configured: number,
): HistoryCost {
  const key = `${stateKey}:cost`;
  let learned: number | null = null;
  return {
    async read() {
      if (configured >= COST_MAX_NAMED) return configured;
      if (learned === null) {
        const stored = (await state.read(key))?.value ?? null;
        learned = isJsonObject(stored) && stored.cost === COST_MAX_NAMED ? COST_MAX_NAMED : configured;
      }
      return learned;
    },
    async learning(job) {
      try {
        return await job();
      } catch (error) {
        // Other limits say nothing of the counter.
        const refused = isImportError(error) && error.message.includes("EAPI:Rate limit exceeded");
        if (refused && configured < COST_MAX_NAMED && learned !== COST_MAX_NAMED) {
          learned = COST_MAX_NAMED;
          await state.write(key, { cost: COST_MAX_NAMED }, (await state.read(key))?.version ?? 0);
        }
        throw error;
      }
    },
  };
}
