import type { Json } from "@fillbook/core";
import type { Connector } from "@fillbook/core/connector";
import { twsCheck } from "./tws-check.ts";
import type { TwsContext } from "./tws-context.ts";
import { type TwsCursor, twsCursorSchema } from "./tws-cursor.ts";
import { normalizeTwsRecord } from "./tws-normalize.ts";
import { type IbkrTwsPolicy, readTwsPolicy, twsPlace } from "./tws-policy.ts";
import { twsPull } from "./tws-pull.ts";
import {
  type TwsCredentials,
  type TwsSettings,
  type TwsSettingsInput,
  twsCredentialsSchema,
  twsSettingsSchema,
} from "./tws-settings.ts";

export type IbkrTwsConnector = Connector<
  "ibkr-tws",
  TwsCredentials,
  TwsSettings,
  Json,
  TwsContext,
  TwsCursor,
  TwsSettingsInput
>;

/**
 * Fills of an Interactive Brokers account from the socket of a running TWS or IB Gateway, at once and since its midnight
 * (TWS: up to seven days). It needs the optional package `@stoqey/ib`, and in TWS the setting "Enable ActiveX and Socket
 * Clients"; the read-only API is enough. A Flex connection to the same account adds what the socket does not tell: older
 * days, busts, taxes, final commissions.
 *
 * @throws ImportError `OPTION_INVALID` that names the option.
 * @example
 * const gateways = [{ host: "127.0.0.1", port: 4001, userIds: ["ada"] }];
 * const book = createFillbook({ store, connectors: [ibkrTws({ gateways })] });
 * await book.forUser("ada").connect({ connector: "ibkr-tws", credentials: {}, settings: { port: 4001 } });
 */
export function ibkrTws(policy: IbkrTwsPolicy = {}): IbkrTwsConnector {
  const read = readTwsPolicy(policy);
  return {
    id: "ibkr-tws",
    broker: "ibkr",
    contract: 1,
    credentials: twsCredentialsSchema,
    settings: twsSettingsSchema,
    cursor: twsCursorSchema,
    check: (request) => twsCheck(read, request),
    checkSettings: async (request) => void (await twsPlace(read, request)),
    pull: (request) => twsPull(read, request),
    normalize: normalizeTwsRecord,
  };
}
