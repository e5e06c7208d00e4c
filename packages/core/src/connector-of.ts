import type { AnyConnector } from "./connector-contract.ts";
import { ImportError } from "./import-error.ts";

/** @throws ImportError `CONNECTOR_UNKNOWN` */
export function connectorOf(connectors: readonly AnyConnector[], id: string): AnyConnector {
  const connector = connectors.find((one) => one.id === id);
  if (connector !== undefined) return connector;
  throw new ImportError("CONNECTOR_UNKNOWN", `connector ${id} was not given to Fillbook`);
}
