import type { Json } from "@fillbook/core";
import type { Connector } from "@fillbook/core/connector";
import { flexCheck } from "./flex-check.ts";
import { flexTransport } from "./flex-client.ts";
import type { FlexContext } from "./flex-context.ts";
import { type FlexCursor, flexCursorSchema } from "./flex-cursor.ts";
import { flexFile } from "./flex-file.ts";
import { normalizeFlexRow } from "./flex-normalize.ts";
import { type IbkrFlexPolicy, readFlexPolicy } from "./flex-policy.ts";
import { flexPull } from "./flex-pull.ts";
import {
  type FlexCredentials,
  type FlexFileSettings,
  type FlexSettings,
  type FlexSettingsInput,
  flexCredentialsSchema,
  flexFileSettingsSchema,
  flexSettingsSchema,
} from "./flex-settings.ts";

type FlexConnector = Connector<
  "ibkr-flex",
  FlexCredentials,
  FlexSettings,
  Json,
  FlexContext,
  FlexCursor,
  FlexSettingsInput,
  FlexFileSettings
>;

// Statements can always be downloaded by hand too.
export type IbkrFlexConnector = FlexConnector & Required<Pick<FlexConnector, "readFile">>;

/**
 * Fills of an Interactive Brokers account from its Flex statements, by the Flex Web Service or from a downloaded file. It
 * needs a token of the Flex Web Service and the number of a Flex query in XML with the section Trades (final, a day late)
 * or Trade Confirmations (of today, not final), at the level Executions.
 *
 * @throws ImportError `OPTION_INVALID` that names the option.
 * @example
 * createFillbook({ store, connectors: [ibkrFlex()] });
 */
export function ibkrFlex(policy: IbkrFlexPolicy = {}): IbkrFlexConnector {
  const read = readFlexPolicy(policy);
  const transport = flexTransport(read);
  return {
    id: "ibkr-flex",
    broker: "ibkr",
    contract: 1,
    credentials: flexCredentialsSchema,
    settings: flexSettingsSchema,
    fileSettings: flexFileSettingsSchema,
    cursor: flexCursorSchema,
    check: (request) => flexCheck(transport, request),
    pull: (request) => flexPull(transport, request),
    readFile: (stream, request) => flexFile(read, stream, request),
    normalize: normalizeFlexRow,
  };
}
