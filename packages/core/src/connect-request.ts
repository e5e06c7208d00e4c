import type * as z from "zod/mini";
import type { AnyConnector } from "./connector-contract.ts";

/** One of the connectors with its own credentials and settings. */
export type ConnectRequest<Connectors extends readonly AnyConnector[]> = {
  readonly [Index in keyof Connectors]: RequestOf<Connectors[Index]> &
    (LiveRequest<Connectors[Index]> | OfflineRequest);
}[number];

/** The credentials of one of the connectors. */
export type ConnectorCredentials<Connectors extends readonly AnyConnector[]> = z.output<
  Connectors[number]["credentials"]
>;

/** What differs by account; those left out keep what they have, at first the connector's defaults. */
export type ConnectorSettings<Connector extends AnyConnector> = Partial<z.output<Connector["settings"]>>;

interface RequestOf<Connector extends AnyConnector> {
  readonly connector: Connector["id"];
  readonly settings?: ConnectorSettings<Connector>;
  /** At most 200 characters. */
  readonly label?: string;
  /** Time between runs, from 1,000 to 2,678,400,000 (31 days). @defaultValue 900000 */
  readonly syncEveryMs?: number;
}

interface LiveRequest<Connector extends AnyConnector> {
  /** Sealed by the book's vault. Left out where the book has a `credentials` function, which is asked instead. */
  readonly credentials?: z.output<Connector["credentials"]>;
  /** @defaultValue the account that the credentials open */
  readonly accountRef?: string;
  readonly offline?: false;
}

/** A connection for files: nothing is asked of the broker. */
interface OfflineRequest {
  readonly offline: true;
  /** Taken at its word; files of another account are refused. */
  readonly accountRef: string;
}
