import {
  bodyBytesMaxDefault,
  type FetchLike,
  type HttpTimeouts,
  policyReader,
  type Random,
  type RetryPolicy,
  systemRandom,
} from "@fillbook/connector-kit";

/** Options of `kraken()`: what holds for all accounts of a host. */
export interface KrakenPolicy {
  /** https, or http on a loopback address. @defaultValue "https://api.kraken.com" */
  readonly baseUrl?: string;
  /** Replaces the transport. @defaultValue undici with a pool of its own */
  readonly fetch?: FetchLike;
  /**
   * Points that one page of TradesHistory or Ledgers costs. Kraken's pages say 2 and 4 (docs.kraken.com, read 2026-05-27). Once
   * Kraken refuses a call that fits at this price and not at 4, pages count as 4 for that key. From 1 to 15. @defaultValue 2
   */
  readonly historyCost?: number;
  /**
   * How far behind the end of the last reading each run reads again, because fills can appear late. What changes further back
   * within a week is seen once a day. @defaultValue 3_600_000
   */
  readonly overlapMs?: number;
  /** Fills younger than this wait for the next run, because history lags the exchange. @defaultValue 10_000 */
  readonly safetyMs?: number;
  /** While older history is still being read, new fills are looked for only so often. @defaultValue 60_000 */
  readonly headEveryMs?: number;
  /** Most pages of one run; a run that reaches it says so and the next goes on. @defaultValue 5_000 */
  readonly pagesMax?: number;
  readonly timeouts?: Partial<HttpTimeouts>;
  readonly retries?: Partial<RetryPolicy>;
  /** Longest answer after decompression, in bytes; each method has a shorter bound of its own. @defaultValue 33_554_432 */
  readonly maxBodyBytes?: number;
  /** Longest export or downloaded file before it is unpacked, in bytes; it is held in memory. @defaultValue 67_108_864 */
  readonly maxExportBytes?: number;
  /** Longest file of an export unpacked, in bytes; it is read as it comes. @defaultValue 4_294_967_296 */
  readonly maxUnpackedBytes?: number;
  /** How long a run waits for an export in the making; the next run goes on. @defaultValue 600_000 */
  readonly exportWaitMs?: number;
  /** Source of jitter, for tests. */
  readonly random?: Random;
}

/** The policy with its defaults, checked. */
export interface ReadPolicy {
  readonly baseUrl: string;
  readonly fetch: FetchLike | undefined;
  readonly historyCost: number;
  readonly overlapSeconds: number;
  readonly safetySeconds: number;
  readonly headEverySeconds: number;
  readonly pagesMax: number;
  readonly timeouts: HttpTimeouts;
  readonly retries: RetryPolicy;
  readonly maxBodyBytes: number;
  readonly maxExportBytes: number;
  readonly maxUnpackedBytes: number;
  readonly exportWaitMs: number;
  readonly random: Random;
}

const read = policyReader("kraken()");

/** @throws ImportError `OPTION_INVALID` that names the option. */
export function readKrakenPolicy(policy: KrakenPolicy): ReadPolicy {
  const { whole } = read;
  const timeouts = read.timeouts(policy.timeouts);
  return {
    baseUrl: readBaseUrl(policy.baseUrl ?? "https://api.kraken.com"),
    fetch: policy.fetch,
    historyCost: whole("historyCost", policy.historyCost ?? 2, [1, 15]),
    overlapSeconds: Math.ceil(whole("overlapMs", policy.overlapMs ?? 3_600_000, [0, 31 * DAY_MS]) / 1000),
    safetySeconds: Math.ceil(whole("safetyMs", policy.safetyMs ?? 10_000, [0, DAY_MS]) / 1000),
    headEverySeconds: Math.ceil(whole("headEveryMs", policy.headEveryMs ?? 60_000, [0, DAY_MS]) / 1000),
    pagesMax: whole("pagesMax", policy.pagesMax ?? 5_000, [1, 1_000_000]),
    timeouts,
    retries: read.retries(policy.retries),
    maxBodyBytes: whole("maxBodyBytes", policy.maxBodyBytes ?? bodyBytesMaxDefault, [1, 2 ** 30]),
    maxExportBytes: whole("maxExportBytes", policy.maxExportBytes ?? 2 ** 26, [1, 2 ** 30]),
    maxUnpackedBytes: whole("maxUnpackedBytes", policy.maxUnpackedBytes ?? 2 ** 32, [1, 2 ** 40]),
    exportWaitMs: whole("exportWaitMs", policy.exportWaitMs ?? 600_000, [0, DAY_MS]),
    random: policy.random ?? systemRandom,
  };
}

const DAY_MS = 86_400_000;
const LOOPBACK = /^(?:127(?:\.\d{1,3}){3}|\[::1\]|localhost)$/;

/** The origin to talk to. Anything that could smuggle credentials or another path into it is refused. */
function readBaseUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null) throw read.invalid("baseUrl", "is not a URL");
  const secure = url.protocol === "https:" || (url.protocol === "http:" && LOOPBACK.test(url.hostname));
  if (!secure) throw read.invalid("baseUrl", "is neither https nor http on a loopback address");
  const bare =
    url.username === "" && url.password === "" && url.pathname === "/" && url.search === "" && url.hash === "";
  if (!bare) throw read.invalid("baseUrl", "holds more than scheme, host and port");
  return url.origin;
}
