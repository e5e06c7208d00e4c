import type { Json } from "@fillbook/core";
import type { Connector, SettingsInput } from "@fillbook/core/connector";
import { krakenCatalog } from "./kraken-catalog.ts";
import { krakenCheck } from "./kraken-check.ts";
import { krakenTransport } from "./kraken-client.ts";
import { type KrakenCursor, krakenCursorSchema, refuseModeChange } from "./kraken-cursor.ts";
import { krakenFile } from "./kraken-file.ts";
import { type KrakenContext, krakenNormalize } from "./kraken-normalize.ts";
import { type KrakenPolicy, readKrakenPolicy } from "./kraken-policy.ts";
import { krakenPull } from "./kraken-pull.ts";
import {
  type KrakenCredentials,
  type KrakenSettings,
  krakenCredentialsSchema,
  krakenSettingsSchema,
} from "./kraken-settings.ts";

export type KrakenConnector = Connector<
  "kraken",
  KrakenCredentials,
  KrakenSettings,
  Json,
  KrakenContext,
  KrakenCursor,
  SettingsInput<KrakenSettings>
>;

/**
 * Fills of a Kraken Spot account, from the REST method TradesHistory. An API key needs the right "Query closed orders &
 * trades"; with "Query ledger entries" fees are what was really taken, and what Kraken's app bought, sold and converted
 * is imported too; with "Export data" a first run and a backfill read a long history from an export. Keys are used by one request at a
 * time among all processes that share the store.
 *
 * `importFile` reads tables of trades and of ledgers that a person downloaded, as CSV, TSV or ZIP.
 *
 * Not imported: Kraken Futures.
 *
 * @throws ImportError `OPTION_INVALID` that names the option.
 * @example
 * createFillbook({ store, connectors: [kraken()] });
 */
export function kraken(policy: KrakenPolicy = {}): KrakenConnector {
  const transport = krakenTransport(readKrakenPolicy(policy));
  const catalog = krakenCatalog(transport);
  return {
    id: "kraken",
    broker: "kraken",
    contract: 1,
    credentials: krakenCredentialsSchema,
    settings: krakenSettingsSchema,
    cursor: krakenCursorSchema,
    check: (request) => krakenCheck(transport, request),
    checkSettings: async ({ settings, cursor }) => refuseModeChange(cursor, settings.consolidateTaker),
    pull: (request) => krakenPull({ transport, catalog }, request),
    readFile: (stream, request) => krakenFile({ policy: transport.policy, catalog }, stream, request),
    normalize: krakenNormalize,
  };
}
