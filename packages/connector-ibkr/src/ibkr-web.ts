import type { Json } from "@fillbook/core";
import type { Connector, SettingsInput } from "@fillbook/core/connector";
import { webCheck } from "./web-check.ts";
import type { WebContext } from "./web-context.ts";
import { type WebCursor, webCursorSchema } from "./web-cursor.ts";
import type { WebInstrument } from "./web-instruments.ts";
import { normalizeWebRow } from "./web-normalize.ts";
import { type IbkrWebPolicy, readWebPolicy } from "./web-policy.ts";
import { webPull } from "./web-pull.ts";
import { type WebCredentials, type WebSettings, webCredentialsSchema, webSettingsSchema } from "./web-settings.ts";
import { webTransport } from "./web-transport.ts";

export type IbkrWebConnector = Connector<
  "ibkr-web",
  WebCredentials,
  WebSettings,
  Json,
  WebContext,
  WebCursor,
  SettingsInput<WebSettings>
>;

/**
 * Fills of an Interactive Brokers account from its Client Portal Web API, minutes after they happen and for seven days:
 * through a Client Portal Gateway at which a person logs in every day, or by OAuth 1.0a with keys of the user. A Flex
 * connection to the same account adds what the API does not tell: older days, busts, the currency of commissions.
 *
 * @throws ImportError `OPTION_INVALID` that names the option.
 * @example
 * ibkrWeb({ gateways: [{ url: "https://localhost:5000/v1/api", fingerprint256: "AA:BB:…" }] });
 */
export function ibkrWeb(policy: IbkrWebPolicy = {}): IbkrWebConnector {
  const transport = webTransport(readWebPolicy(policy));
  const cache = new Map<string, WebInstrument>();
  return {
    id: "ibkr-web",
    broker: "ibkr",
    contract: 1,
    credentials: webCredentialsSchema,
    settings: webSettingsSchema,
    cursor: webCursorSchema,
    check: (request) => webCheck(transport, request),
    pull: (request) => webPull({ transport, cache }, request),
    normalize: normalizeWebRow,
  };
}
