import { ImportError } from "@fillbook/core";
import { defaultTimeouts, type HttpTimeouts } from "./http.ts";
import { defaultRetryPolicy, type RetryPolicy } from "./retry.ts";

const DAY_MS = 86_400_000;

/** Checks what a host gave to a connector's factory. Each throws ImportError `OPTION_INVALID` that names the option. */
export interface PolicyReader {
  /** A whole number, both bounds included. */
  whole(name: string, value: number, bounds: readonly [number, number]): number;
  /** Printable ASCII text for a header, 1 to 200 characters. */
  word(name: string, text: string): string;
  /** Timeouts from 1 ms to a day, over the kit's defaults. */
  timeouts(...given: readonly (Partial<HttpTimeouts> | undefined)[]): HttpTimeouts;
  /** Retries over the kit's defaults: at most 20, waits of at most a day. */
  retries(...given: readonly (Partial<RetryPolicy> | undefined)[]): RetryPolicy;
  /** The error to throw for anything else. */
  invalid(name: string, why: string): ImportError;
}

/**
 * Makes a reader for one factory.
 *
 * @param factory as a host writes it, such as "kraken()".
 * @example
 * const read = policyReader("kit()");
 * const pageRecords = read.whole("pageRecords", policy.pageRecords ?? 500, [1, 1_000]);
 */
export function policyReader(factory: string): PolicyReader {
  const invalid = (name: string, why: string) => new ImportError("OPTION_INVALID", `${factory}: ${name} ${why}`);
  const whole: PolicyReader["whole"] = (name, value, [min, max]) => {
    if (Number.isInteger(value) && value >= min && value <= max) return value;
    throw invalid(name, `is not a whole number from ${min} to ${max}: ${value}`);
  };
  return {
    invalid,
    whole,
    word(name, text) {
      if (/^[\x20-\x7e]{1,200}$/.test(text) && text.trim() !== "") return text;
      throw invalid(name, "is not printable text");
    },
    timeouts(...given) {
      const timeouts: HttpTimeouts = Object.assign({ ...defaultTimeouts }, ...given);
      for (const [name, value] of Object.entries(timeouts)) whole(`timeouts.${name}`, value, [1, DAY_MS]);
      return timeouts;
    },
    retries(...given) {
      const { retriesMax, baseMs, waitMaxMs }: RetryPolicy = Object.assign({ ...defaultRetryPolicy }, ...given);
      return {
        retriesMax: whole("retries.retriesMax", retriesMax, [0, 20]),
        baseMs: whole("retries.baseMs", baseMs, [1, DAY_MS]),
        waitMaxMs: whole("retries.waitMaxMs", waitMaxMs, [0, DAY_MS]),
      };
    },
  };
}
