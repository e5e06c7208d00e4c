import { policyReader, type Random, type RetryPolicy, systemRandom } from "@fillbook/connector-kit";
import { ImportError } from "@fillbook/core";
import { type GatewaysOption, type GatewayUsers, type OwnersGateways, ownersGateways } from "./ibkr-gateways.ts";
import { type TwsSettings, twsHostForm } from "./tws-settings.ts";

/** A TWS or IB Gateway that the host allows. */
export interface TwsGateway extends GatewayUsers {
  /** A name or an IPv4 address, such as "127.0.0.1"; connections spell it in the same way. */
  readonly host: string;
  /** TWS: 7496 live, 7497 paper; IB Gateway: 4001 live, 4002 paper. */
  readonly port: number;
}

/** Limits of one run in milliseconds of real time, since a socket knows no other clock. */
export interface TwsTimeouts {
  /** Until TWS has said which accounts it opens. @defaultValue 10_000 */
  readonly connectMs: number;
  /** From the request until the end of the list of executions. @defaultValue 30_000 */
  readonly answerMs: number;
  /** After that, for commissions that are not there yet. @defaultValue 2_000 */
  readonly commissionMs: number;
}

/** Options of `ibkrTws()`: what holds for all accounts of a host. */
export interface IbkrTwsPolicy {
  /**
   * The gateways that connections may name, each with the owners that may, or a function that answers with one owner's. The
   * socket asks nobody who he is: whoever may name a gateway reads all that its login opens.
   *
   * @defaultValue none: no connection is made
   */
  readonly gateways?: GatewaysOption<TwsGateway>;
  readonly timeouts?: Partial<TwsTimeouts>;
  /** For connections that break and client ids that are still taken. @defaultValue two more tries, from 1_000 ms */
  readonly retries?: Partial<RetryPolicy>;
  /** Most records of one page, from 1 to 1,000. @defaultValue 500 */
  readonly pageRecords?: number;
  /** Source of jitter, for tests. */
  readonly random?: Random;
}

/** The policy with its defaults, checked. */
export interface ReadTwsPolicy {
  readonly gateways: OwnersGateways<TwsPlace>;
  readonly timeouts: TwsTimeouts;
  readonly retries: RetryPolicy;
  readonly pageRecords: number;
  readonly random: Random;
}

const read = policyReader("ibkrTws()");

/** @throws ImportError `OPTION_INVALID` that names the option. */
export function readTwsPolicy(policy: IbkrTwsPolicy): ReadTwsPolicy {
  const { connectMs = 10_000, answerMs = 30_000, commissionMs = 2_000 } = policy.timeouts ?? {};
  return {
    gateways: ownersGateways(policy.gateways ?? [], { factory: "ibkrTws()", read: readGateway }),
    timeouts: {
      connectMs: read.whole("timeouts.connectMs", connectMs, [1, HOUR_MS]),
      answerMs: read.whole("timeouts.answerMs", answerMs, [1, HOUR_MS]),
      commissionMs: read.whole("timeouts.commissionMs", commissionMs, [0, HOUR_MS]),
    },
    retries: read.retries({ retriesMax: 2 }, policy.retries),
    pageRecords: read.whole("pageRecords", policy.pageRecords ?? 500, [1, 1_000]),
    random: policy.random ?? systemRandom,
  };
}

/** Where a gateway listens. */
interface TwsPlace {
  readonly host: string;
  readonly port: number;
}

function readGateway({ host, port }: TwsGateway): TwsPlace {
  // A host's code may be JavaScript.
  if (typeof host !== "string" || !twsHostForm.test(host))
    throw read.invalid("gateways", "has a host that is neither a name nor an IPv4 address");
  return { host: host.toLowerCase(), port: read.whole("gateways.port", port, [1, 65_535]) };
}

/** Who wants to reach which gateway. */
export interface TwsPlaceRequest {
  readonly userId: string;
  readonly settings: TwsSettings;
  readonly signal: AbortSignal;
}

/**
 * The gateway of a connection as host and port. Only what the host's code allows this owner is ever reached: settings may
 * come from the user. A refusal says nothing of the gateways of others.
 *
 * @throws ImportError `OPTION_INVALID` for one that the policy does not allow this owner.
 */
export async function twsPlace({ gateways }: ReadTwsPolicy, request: TwsPlaceRequest): Promise<TwsPlace> {
  const { userId, settings, signal } = request;
  const host = settings.host.toLowerCase();
  const own = await gateways({ userId, signal });
  const place = own.find((one) => one.host === host && one.port === settings.port);
  if (place !== undefined) return place;
  const message = "ibkrTws(): the host allows this owner no gateway at the connection's host and port";
  throw new ImportError("OPTION_INVALID", message);
}

const HOUR_MS = 3_600_000;
