import type * as z from "zod/mini";
import type { AnyConnector } from "./connector-contract.ts";

/** One of the connectors with its own credentials and settings. */
export type ConnectRequest<Connectors extends readonly AnyConnector[]> = RequestFor<Connectors[number]>;

/** One for each of a union of connectors. */
type RequestFor<Connector> = Connector extends AnyConnector
  ? RequestOf<Connector> & (LiveRequest<Connector> | OfflineRequest<Connector>)
  : never;

/** The credentials of one of the connectors. */
export type ConnectorCredentials<Connectors extends readonly AnyConnector[]> = z.output<
  Connectors[number]["credentials"]
>;

/** What differs by account; those left out keep what they have, at first the connector's defaults. */
export type ConnectorSettings<Connector extends AnyConnector> = Partial<z.input<Connector["settings"]>>;

/**
 * The same for a new connection: required where the connector has one without a default. By a name of its own (`infer`), because
 * a book of certain connectors would be no `Fillbook` to TypeScript 6 otherwise.
 */
type NewSettings<Connector extends AnyConnector> =
  z.input<Connector["settings"]> extends infer Given
    ? Record<never, never> extends Given
      ? { readonly settings?: Given }
      : { readonly settings: Given }
    : never;

interface RequestOf<Connector extends AnyConnector> {
  readonly connector: Connector["id"];
  /** At most 200 characters. */
  readonly label?: string;
  /** Time between runs, from 1,000 to 2,678,400,000 (31 days). @defaultValue 900000 */
  readonly syncEveryMs?: number;
  /**
   * Makes the connection although this person has one of the same account and connector, such as for another Flex query.
   * @defaultValue false
   */
  readonly allowSecond?: boolean;
}

type LiveRequest<Connector extends AnyConnector> = NewSettings<Connector> & {
  /** Sealed by the book's vault. Left out where the book has a `credentials` function, which is asked instead. */
  readonly credentials?: z.output<Connector["credentials"]>;
  /** @defaultValue the account that the credentials open */
  readonly accountRef?: string;
  readonly offline?: false;
  /**
   * `keepPending` keeps the connection, with its credentials sealed, when the broker cannot be asked now: it is `pending`
   * until a run has proven them. Credentials that the broker refuses fail all the same. @defaultValue "fail"
   */
  readonly whenUnreachable?: "fail" | "keepPending";
};

/** A connection for files: nothing is asked of the broker. */
interface OfflineRequest<Connector extends AnyConnector> {
  readonly offline: true;
  readonly settings?: ConnectorSettings<Connector>;
  /** Taken at its word; files of another account are refused. */
  readonly accountRef: string;
}
