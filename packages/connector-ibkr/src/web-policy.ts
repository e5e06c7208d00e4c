import {
  type FetchLike,
  type HttpTimeouts,
  policyReader,
  type Random,
  type RetryPolicy,
  systemRandom,
} from "@fillbook/connector-kit";
import { type GatewaysOption, type OwnersGateways, ownersGateways } from "./ibkr-gateways.ts";
import { type IbkrGateway, oauthUrls, readOauthPlace, readWebPlace, type TlsPin, type WebPlace } from "./web-place.ts";
import { type ResetWindow, readResetWindows, resetWindows, type WebRegion } from "./web-windows.ts";

/** Options of `ibkrWeb()`: what holds for all accounts of a host. */
export interface IbkrWebPolicy {
  /**
   * The gateways that connections may name, each with the owners that may, or a function that answers with one owner's. A
   * gateway asks nobody who he is: whoever may name it reads all that its login opens.
   *
   * @defaultValue none: only OAuth credentials are accepted then
   */
  readonly gateways?: GatewaysOption<IbkrGateway>;
  /** Of the OAuth access, tried in turn where one answers 410. @defaultValue the three hosts of IBKR */
  readonly oauthUrls?: readonly string[];
  /** For `oauthUrls` on loopback addresses. @defaultValue none */
  readonly oauthTls?: TlsPin;
  /**
   * Names the address that OAuth requests of this process come from: IBKR's penalty box is per address. Gateways share it
   * only where they are given the same name.
   *
   * @defaultValue "default"
   */
  readonly egress?: string;
  /** How long a gateway or an address is silent after a 429. IBKR says 10 and 15 minutes. @defaultValue 900_000 */
  readonly penaltyMs?: number;
  /** Least time between two calls for trades on one session. IBKR allows one in 5 seconds. @defaultValue 5_500 */
  readonly tradesEveryMs?: number;
  /** Most records of one page, from 1 to 1,000. @defaultValue 500 */
  readonly pageRecords?: number;
  /** When IBKR resets its systems, by region. @defaultValue what IBKR's pages say */
  readonly resetWindows?: Readonly<Record<WebRegion, readonly ResetWindow[]>>;
  /** IBKR refuses requests without one. @defaultValue "fillbook" */
  readonly userAgent?: string;
  /** Replaces the transport; certificates are its duty then. @defaultValue one of Node's https with the pins above */
  readonly fetch?: FetchLike;
  readonly timeouts?: Partial<HttpTimeouts>;
  readonly retries?: Partial<RetryPolicy>;
  /**
   * Longest list of trades after decompression, in bytes. The default holds about 9,000 fills in seven days, with which a
   * run takes up to 150 MB of memory; an account that has more needs a larger bound, and memory for it. Other answers have
   * smaller bounds of their own.
   *
   * @defaultValue 8_388_608
   */
  readonly maxBodyBytes?: number;
  /** Source of jitter, for tests. */
  readonly random?: Random;
}

/** The policy with its defaults, checked. */
export interface ReadWebPolicy {
  readonly gateways: OwnersGateways<WebPlace>;
  readonly oauth: readonly [WebPlace, ...WebPlace[]];
  readonly penaltyMs: number;
  readonly tradesEveryMs: number;
  readonly pageRecords: number;
  readonly resetWindows: Readonly<Record<WebRegion, readonly ResetWindow[]>>;
  readonly userAgent: string;
  readonly fetch: FetchLike | undefined;
  readonly timeouts: HttpTimeouts;
  readonly retries: RetryPolicy;
  readonly maxBodyBytes: number;
  readonly random: Random;
}

const read = policyReader("ibkrWeb()");

/** @throws ImportError `OPTION_INVALID` that names the option. */
export function readWebPolicy(policy: IbkrWebPolicy): ReadWebPolicy {
  const timeouts = read.timeouts(policy.timeouts);
  const egress = read.word("egress", policy.egress ?? "default");
  const places = (policy.oauthUrls ?? oauthUrls).map((url) => readOauthPlace(url, policy.oauthTls ?? {}, egress));
  const [first, ...others] = places;
  if (first === undefined) throw read.invalid("oauthUrls", "is empty");
  return {
    gateways: ownersGateways(policy.gateways ?? [], {
      factory: "ibkrWeb()",
      read: (gateway) => readWebPlace("gateways", gateway),
    }),
    oauth: [first, ...others],
    penaltyMs: read.whole("penaltyMs", policy.penaltyMs ?? 900_000, [600_000, DAY_MS]),
    tradesEveryMs: read.whole("tradesEveryMs", policy.tradesEveryMs ?? 5_500, [5_001, DAY_MS]),
    pageRecords: read.whole("pageRecords", policy.pageRecords ?? 500, [1, 1_000]),
    resetWindows: readResetWindows(policy.resetWindows ?? resetWindows),
    userAgent: read.word("userAgent", policy.userAgent ?? "fillbook"),
    fetch: policy.fetch,
    timeouts,
    retries: read.retries(policy.retries),
    maxBodyBytes: read.whole("maxBodyBytes", policy.maxBodyBytes ?? 8 * 2 ** 20, [1, 2 ** 30]),
    random: policy.random ?? systemRandom,
  };
}

const DAY_MS = 86_400_000;
