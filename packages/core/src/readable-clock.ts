import type { Clock } from "./clock.ts";
import { ImportError } from "./import-error.ts";
import { instantFromUnixMs } from "./instant.ts";

/**
 * The clock, whose readings are moments that can be stored.
 *
 * @throws ImportError `OPTION_INVALID` from `now`, for a reading outside of the years 2000 to 2099 or a clock that throws.
 */
export function readableClock(clock: Clock): Clock {
  const { simulated = false } = clock;
  return { simulated, now: () => readNow(clock), sleep: (ms, signal) => clock.sleep(ms, signal) };
}

function readNow(clock: Clock): number {
  let read = "nothing";
  try {
    const epochMs = clock.now();
    read = `${epochMs} ms since 1970`;
    instantFromUnixMs(epochMs);
    return epochMs;
  } catch (cause) {
    const message = `invalid option clock: it reads ${read}, no moment within the years 2000 to 2099`;
    throw new ImportError("OPTION_INVALID", message, { cause });
  }
}
