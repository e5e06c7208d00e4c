import {
  type FetchLike,
  type HttpTimeouts,
  policyReader,
  type Random,
  type RetryPolicy,
  systemRandom,
} from "@fillbook/connector-kit";
import { readFlexPlace } from "./flex-place.ts";

/** Options of `ibkrFlex()`: what holds for all accounts of a host. */
export interface IbkrFlexPolicy {
  /**
   * The Flex Web Service up to and without "/SendRequest": https on a host of IBKR, or a loopback address.
   * @defaultValue "https://ndcdyn.interactivebrokers.com/AccountManagement/FlexWebService"
   */
  readonly baseUrl?: string;
  /** Further places on loopback addresses whose statements may be fetched, for tests; IBKR's hosts are not, then. @defaultValue none */
  readonly loopbackUrls?: readonly string[];
  /** Replaces the transport. @defaultValue undici with a pool of its own */
  readonly fetch?: FetchLike;
  /** IBKR demands a User-Agent (IBKR Campus, Flex Web Service, read 2026-05-27). @defaultValue "Java/1.8 fillbook" */
  readonly userAgent?: string;
  /** Waits before the polls for a statement, in milliseconds; the last one repeats. @defaultValue [7000, 10000, 15000, 20000, 30000] */
  readonly pollMs?: readonly number[];
  /** How long one run waits for one statement; the next run goes on with the same one. @defaultValue 600_000 */
  readonly patienceMs?: number;
  /** Scheduled runs ask for a new statement only so often, since IBKR makes few. @defaultValue 300_000 */
  readonly headEveryMs?: number;
  /** Most records of one page, from 1 to 1,000. Other work of the process waits while a page is read. @defaultValue 300 */
  readonly pageRecords?: number;
  /** Longest statement or file after decompression, in bytes. @defaultValue 2_147_483_648 */
  readonly maxStatementBytes?: number;
  readonly timeouts?: Partial<HttpTimeouts>;
  readonly retries?: Partial<RetryPolicy>;
  /** Source of jitter, for tests. */
  readonly random?: Random;
}

/** The policy with its defaults, checked. */
export interface ReadFlexPolicy {
  readonly baseUrl: string;
  readonly loopbackOrigins: readonly string[];
  readonly fetch: FetchLike | undefined;
  readonly userAgent: string;
  readonly pollMs: readonly number[];
  readonly patienceMs: number;
  readonly headEveryMs: number;
  readonly pageRecords: number;
  readonly maxStatementBytes: number;
  readonly timeouts: HttpTimeouts;
  readonly retries: RetryPolicy;
  readonly random: Random;
}

const read = policyReader("ibkrFlex()");

/** @throws ImportError `OPTION_INVALID` that names the option. */
export function readFlexPolicy(policy: IbkrFlexPolicy): ReadFlexPolicy {
  const timeouts = read.timeouts(slowAnswers, policy.timeouts);
  const pollMs = policy.pollMs ?? [7_000, 10_000, 15_000, 20_000, 30_000];
  if (pollMs.length === 0) throw read.invalid("pollMs", "is empty");
  const base = readFlexPlace("baseUrl", policy.baseUrl ?? BASE_URL);
  const loopback = [base, ...(policy.loopbackUrls ?? []).map((text) => readFlexPlace("loopbackUrls", text))];
  return {
    baseUrl: base.href,
    loopbackOrigins: loopback.filter(({ isLoopback }) => isLoopback).map(({ origin }) => origin),
    fetch: policy.fetch,
    userAgent: read.word("userAgent", policy.userAgent ?? "Java/1.8 fillbook"),
    pollMs: pollMs.map((value) => read.whole("pollMs", value, [1, DAY_MS])),
    patienceMs: read.whole("patienceMs", policy.patienceMs ?? 600_000, [0, DAY_MS]),
    headEveryMs: read.whole("headEveryMs", policy.headEveryMs ?? 300_000, [0, DAY_MS]),
    pageRecords: read.whole("pageRecords", policy.pageRecords ?? 300, [1, PAGE_RECORDS_MAX]),
    maxStatementBytes: read.whole("maxStatementBytes", policy.maxStatementBytes ?? 2 ** 31, [1, 2 ** 36]),
    timeouts,
    retries: read.retries({ baseMs: 5_000 }, policy.retries),
    random: policy.random ?? systemRandom,
  };
}

const BASE_URL = "https://ndcdyn.interactivebrokers.com/AccountManagement/FlexWebService";
const DAY_MS = 86_400_000;
const PAGE_RECORDS_MAX = 1_000;

/** A statement of years is long in coming. */
const slowAnswers = { headersMs: 60_000, bodyIdleMs: 30_000, totalMs: 900_000 };
