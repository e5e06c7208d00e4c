import { isJsonObject } from "@fillbook/connector-kit";
import { type Clock, ImportError, isImportError } from "@fillbook/core";
import type { SharedState } from "@fillbook/core/connector";
import { lockoutMs } from "./kraken-errors.ts";

const STATE_KEY = "kraken:address";

/**
 * Kraken locks out the address and not only the key (support.kraken.com, read 2026-05-27): whoever calls on with another
 * key makes it longer. Workers that share the store are taken to share an address.
 *
 * @throws ImportError `LOCKED_OUT`, without a request, while the address is locked out; and what the job throws.
 */
export async function unlessLockedOut<Result>(
  { state, clock }: { readonly state: SharedState; readonly clock: Clock },
  job: () => Promise<Result>,
): Promise<Result> {
  const { untilMs } = await readLockout(state);
  const leftMs = untilMs - clock.now();
  // An end further away than any that is ever written comes from before the clock was put back.
  if (leftMs > 0 && leftMs <= lockoutMs) {
    const message = `Kraken locked this address out; no request was sent, ${leftMs} ms are left`;
    throw new ImportError("LOCKED_OUT", message, { retryAfterMs: leftMs });
  }
  try {
    return await job();
  } catch (error) {
    if (isImportError(error) && error.code === "LOCKED_OUT")
      await writeLockout(state, clock.now() + (error.retryAfterMs ?? 0));
    throw error;
  }
}

async function readLockout(state: SharedState): Promise<{ readonly untilMs: number; readonly version: number }> {
  const stored = await state.read(STATE_KEY);
  const untilMs = isJsonObject(stored?.value) ? stored.value.untilMs : null;
  return { untilMs: typeof untilMs === "number" ? untilMs : 0, version: stored?.version ?? 0 };
}

/** Of several workers that are locked out at once one writes, which is enough. */
async function writeLockout(state: SharedState, endMs: number): Promise<void> {
  const { untilMs, version } = await readLockout(state);
  if (endMs > untilMs) await state.write(STATE_KEY, { untilMs: endMs }, version);
}
