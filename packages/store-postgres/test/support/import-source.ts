import { kraken } from "@fillbook/connector-kraken";
import type { IngestOptions } from "@fillbook/core";
import { scripted } from "@fillbook/testkit";
import type { ImportSource } from "./import-messages.ts";

/** What a killed process held of its key is free again after a little more than twice this time. */
const REQUEST_MS_MAX = 5_000;

/** A source as options of `ingest`. */
export function sourceOptions(source: ImportSource): Pick<IngestOptions, "connectors" | "credentials"> {
  if (source.kind === "scripted") {
    return { connectors: [scripted({ pages: source.pages })], credentials: async () => ({ token: "t" }) };
  }
  const { simulatorUrl, apiKey, apiSecret } = source;
  const timeouts = { totalMs: REQUEST_MS_MAX };
  return {
    connectors: [kraken({ baseUrl: simulatorUrl, historyCost: 1, timeouts })],
    credentials: async () => ({ apiKey, apiSecret }),
  };
}
