import type { BucketLimits } from "@fillbook/connector-kit";
import type { KrakenTier } from "./kraken-settings.ts";

/**
 * The call counter of an API key by tier (docs.kraken.com spot-rest-ratelimits and support.kraken.com, read 2026-05-27):
 * each call raises it, and it falls by so many points a second.
 */
export const krakenLimits: Readonly<Record<KrakenTier, BucketLimits>> = {
  starter: { max: 15, decayPerSecond: 0.33 },
  intermediate: { max: 20, decayPerSecond: 0.5 },
  pro: { max: 20, decayPerSecond: 1 },
};

/** What the calls that this connector makes cost, apart from TradesHistory, whose cost is a policy. */
export const krakenCallCost = 1;
