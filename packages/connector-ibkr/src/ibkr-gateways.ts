import { throwIfAborted, untilAborted } from "@fillbook/connector-kit";
import { ImportError, isImportError } from "@fillbook/core";

/** Who may name a gateway in a connection's settings. */
export interface GatewayUsers {
  /**
   * The owners that may read there; an empty list is nobody. Left out, the gateway is for every user of the host: only for a
   * host with one user, or to share on purpose, since a gateway asks nobody who he is.
   *
   * @defaultValue every user of the host
   */
  readonly userIds?: readonly string[];
}

/**
 * The gateways of a host: a list, or a function that is asked at the start of each run and check which of them this owner
 * may name.
 */
export type GatewaysOption<Gateway extends GatewayUsers> =
  | readonly Gateway[]
  | ((owner: { readonly userId: string }) => readonly Gateway[] | Promise<readonly Gateway[]>);

/** The gateways that an owner may name. */
export type OwnersGateways<Place> = (owner: {
  readonly userId: string;
  readonly signal: AbortSignal;
}) => Promise<readonly Place[]>;

/** How a connector reads its gateways. */
interface GatewayReading<Gateway, Place> {
  /** As a host writes it, such as "ibkrWeb()". */
  readonly factory: string;
  /** @throws ImportError `OPTION_INVALID` that names the option. */
  readonly read: (gateway: Gateway) => Place;
}

/**
 * Reads a host's gateways: a list at once, a function's answers when it is asked.
 *
 * @throws ImportError `OPTION_INVALID` that names the option, and from the function it returns as well;
 * `CREDENTIALS_UNAVAILABLE` from there when the host's function fails.
 */
export function ownersGateways<Gateway extends GatewayUsers, Place>(
  option: GatewaysOption<Gateway>,
  reading: GatewayReading<Gateway, Place>,
): OwnersGateways<Place> {
  if (typeof option !== "function") {
    const listed = readList(option, reading);
    return async ({ userId }) => allowed(listed, userId);
  }
  return async ({ userId, signal }) => {
    throwIfAborted(signal);
    const list = await untilAborted(
      askHost(reading.factory, async () => option({ userId })),
      signal,
    );
    return allowed(readList(list, reading), userId);
  };
}

interface ListedGateway<Place> {
  readonly place: Place;
  readonly userIds: readonly string[] | null;
}

/** A host's code may be JavaScript: a text in place of a list would allow every owner whose id is a part of it. */
function readList<Gateway extends GatewayUsers, Place>(
  list: readonly Gateway[],
  { factory, read }: GatewayReading<Gateway, Place>,
): readonly ListedGateway<Place>[] {
  if (!Array.isArray(list)) throw new ImportError("OPTION_INVALID", `${factory}: gateways is not a list`);
  return list.map((gateway) => {
    if (typeof gateway !== "object" || gateway === null)
      throw new ImportError("OPTION_INVALID", `${factory}: a gateway of the list is none`);
    const { userIds = null } = gateway;
    const isList = userIds === null || (Array.isArray(userIds) && userIds.every((id) => typeof id === "string"));
    if (!isList) throw new ImportError("OPTION_INVALID", `${factory}: userIds of a gateway is not a list of user ids`);
    return { place: read(gateway), userIds };
  });
}

function allowed<Place>(listed: readonly ListedGateway<Place>[], userId: string): readonly Place[] {
  return listed.flatMap(({ place, userIds }) => (userIds === null || userIds.includes(userId) ? [place] : []));
}

/** What the host's function throws is its trouble, and never a reason to log in again. */
async function askHost<List>(factory: string, ask: () => Promise<List>): Promise<List> {
  try {
    return await ask();
  } catch (cause) {
    if (isImportError(cause)) throw cause;
    const message = `${factory}: the host's gateways function failed; nothing was sent to the broker`;
    throw new ImportError("CREDENTIALS_UNAVAILABLE", message, { cause });
  }
}
