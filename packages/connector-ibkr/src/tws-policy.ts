import { policyReader, type Random, type RetryPolicy, systemRandom } from "@fillbook/connector-kit";
import { ImportError } from "@fillbook/core";
import type { TwsSettings } from "./tws-settings.ts";

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
   * Where TWS or IB Gateway may run: "host", for every port, or "host:port". The socket has no login of its own, so a host
   * with several users names exactly the gateways that they may read. @defaultValue ["127.0.0.1", "localhost"]
   */
  readonly hosts?: readonly string[];
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
  readonly hosts: ReadonlySet<string>;
  readonly timeouts: TwsTimeouts;
  readonly retries: RetryPolicy;
  readonly pageRecords: number;
  readonly random: Random;
}

const read = policyReader("ibkrTws()");

/** @throws ImportError `OPTION_INVALID` that names the option. */
export function readTwsPolicy(policy: IbkrTwsPolicy): ReadTwsPolicy {
  const { connectMs = 10_000, answerMs = 30_000, commissionMs = 2_000 } = policy.timeouts ?? {};
  const hosts = policy.hosts ?? ["127.0.0.1", "localhost"];
  const bad = hosts.find((host) => !/^[A-Za-z0-9._-]{1,253}(?::[1-9]\d{0,4})?$/.test(host));
  if (bad !== undefined) throw read.invalid("hosts", `is neither host nor host:port: ${bad}`);
  return {
    hosts: new Set(hosts),
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

/**
 * The gateway of a connection as host and port.
 *
 * @throws ImportError `OPTION_INVALID` for one that the policy does not allow: settings may come from the user.
 */
export function twsPlace({ hosts }: ReadTwsPolicy, { host, port }: TwsSettings): string {
  const place = `${host}:${port}`;
  if (hosts.has(host) || hosts.has(place)) return place;
  throw new ImportError("OPTION_INVALID", `ibkrTws(): the policy's hosts do not allow ${place}`);
}

const HOUR_MS = 3_600_000;
