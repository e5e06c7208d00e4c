export { type KrakenConnector, kraken } from "./kraken.ts";
export type { KrakenCursor } from "./kraken-cursor.ts";
export type { KrakenContext } from "./kraken-normalize.ts";
export type { KrakenPair } from "./kraken-pairs.ts";
export type { KrakenPolicy } from "./kraken-policy.ts";
export type { KrakenCredentials, KrakenSettings, KrakenTier } from "./kraken-settings.ts";
