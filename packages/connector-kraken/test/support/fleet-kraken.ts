import { type KrakenPolicy, kraken } from "@fillbook/connector-kraken";
import {
  type InjectedFault,
  type KrakenSimulator,
  type SimulatedKey,
  type SimulatorFault,
  startKrakenSimulator,
} from "@fillbook/connector-kraken/simulator";
import type { Clock } from "@fillbook/core";
import type { AnyConnector } from "@fillbook/core/connector";
import type { SeededRandom } from "../../src/simulator/seeded-random.ts";
import type { FleetClock, RealWork } from "./fleet-clock.ts";
import type { ModelAccount } from "./fleet-model.ts";
import { aTrade, tradeId } from "./made-trades.ts";

/** An account with a simulator of its own. */
export interface KrakenAccount extends ModelAccount {
  readonly simulator: KrakenSimulator;
  readonly faults: { readonly name: string; readonly fault: SimulatorFault; readonly injected: InjectedFault }[];
}

export async function krakenAccount(
  ref: string,
  { clock, keyEndsMs }: { clock: FleetClock; keyEndsMs: readonly (readonly number[])[] },
): Promise<KrakenAccount> {
  // The dearer of the two prices that Kraken's pages name is the harder one to keep to.
  const keys = keyEndsMs.flatMap((ends, holder) =>
    ends.map((endMs, place) => ({
      ...{ iban: ref, apiKey: `${ref} key ${holder}.${place}`.replaceAll(" ", "-") },
      validUntilSeconds: Number.isFinite(endMs) ? Math.floor(endMs / 1000) : 0,
    })),
  );
  const simulator = await startKrakenSimulator({ clock, historyCost: 4, keys });
  return { broker: "kraken", ref, executions: new Map(), simulator, faults: [] };
}

/** The keys that one holder gets, one after the other. */
export function keysOf({ simulator }: KrakenAccount, holder: number): readonly SimulatedKey[] {
  return simulator.keys.filter(({ apiKey }) => apiKey.includes(`-key-${holder}.`));
}

/** Fills show up late, but well inside the hour that each run reads again. */
const LATE_MAX_MS = 40 * 60_000;

export function tradeAtKraken(
  account: KrakenAccount,
  { random, nowMs }: { random: SeededRandom; nowMs: number },
): string {
  const number = account.executions.size + 1;
  const before = [...account.executions.values()].at(-1);
  const order = before === undefined || !random.oneIn(3) ? null : before;
  const made = {
    ...{ id: tradeId(number), orderId: order?.orderId ?? `OAAAAA-AAAAA-${tradeId(number).slice(-6)}` },
    ...{ side: order?.side ?? random.pick(["buy", "sell"] as const), revision: 0, isCanceled: false },
    quantity: `0.0${1000 + random.below(9000)}000`,
    price: `${29_000 + random.below(2000)}.${10 + random.below(90)}000`,
  };
  const { id: txid, orderId: ordertxid, side: type, quantity: vol, price } = made;
  const time = `${Math.floor((nowMs - random.below(LATE_MAX_MS)) / 1000)}.${1000 + random.below(9000)}`;
  account.simulator.addTrades(aTrade(number, { txid, ordertxid, type, vol, price, time }));
  account.executions.set(txid, made);
  return "an execution";
}

/** What Kraken and the way to it can do wrong. */
export const krakenFaults = {
  "kraken: server error": (random) => {
    return { kind: "http", status: random.pick([500, 502, 503, 520]), times: 1 + random.below(8) };
  },
  "kraken: error page": (random) => ({ kind: "http", status: 200, times: 1 + random.below(6) }),
  "kraken: broken body": (random) => {
    return { kind: random.pick(["truncated-json", "empty-body", "null-body"] as const), times: 1 + random.below(4) };
  },
  "kraken: socket cut": (random) => {
    return { kind: random.pick(["reset-before-answer", "reset-after-half"] as const), times: 1 + random.below(4) };
  },
  "kraken: too many requests": (random) => {
    return { kind: "error", errors: ["EAPI:Rate limit exceeded"], times: 1 + random.below(3) };
  },
  "kraken: throttled": () => ({ kind: "error", errors: ["EService:Throttled"], times: 2 }),
  "kraken: locked out": () => ({ kind: "error", errors: ["EGeneral:Temporary lockout"] }),
  "kraken: nonce refused": (random) => {
    return { kind: "error", errors: ["EAPI:Invalid nonce"], times: 1 + random.below(2) };
  },
  "kraken: busy": (random) => ({ kind: "error", errors: ["EService:Busy"], times: 1 + random.below(6) }),
  "kraken: no answer": () => ({ kind: "never-answers" }),
  "kraken: out for hours": () => ({ kind: "http", status: 503, times: Number.POSITIVE_INFINITY }),
} as const satisfies Record<string, (random: SeededRandom) => SimulatorFault>;

export function injectFault(
  account: KrakenAccount,
  name: keyof typeof krakenFaults,
  random: SeededRandom,
): InjectedFault {
  const fault: SimulatorFault = { ...krakenFaults[name](random), afterRequests: random.below(2) };
  const injected = account.simulator.inject(fault);
  account.faults.push({ name, fault, injected });
  return injected;
}

/** Refusals that no fault asked for: the connector called too often, or with a bad nonce or signature. */
export function ownRefusals({ simulator, faults, ref }: KrakenAccount): readonly string[] {
  const errors = [
    "EAPI:Rate limit exceeded",
    "EAPI:Invalid nonce",
    "EAPI:Invalid signature",
    "EGeneral:Temporary lockout",
  ];
  return errors.flatMap((error) => {
    const answered = simulator.requests.filter(({ outcome }) => outcome === error).length;
    const asked = faults.filter(({ fault }) => fault.kind === "error" && fault.errors.includes(error));
    const injected = asked.reduce((sum, one) => sum + one.injected.fired, 0);
    // What a page costs is learned from one refusal for each key.
    const lessons = error === "EAPI:Rate limit exceeded" ? simulator.keys.length : 0;
    const isFine = answered >= injected && answered <= injected + lessons;
    return isFine ? [] : [`${ref}: ${error} ${answered} times, ${injected} of them injected`];
  });
}

/** The connector of one process. It finds the account's simulator by the API key, as Kraken finds the account. */
export function krakenOf(
  accounts: readonly KrakenAccount[],
  { clock, work }: { clock: FleetClock; work: RealWork },
): AnyConnector {
  const urls = new Map(
    accounts.flatMap(({ simulator }) => simulator.keys.map(({ apiKey }) => [apiKey, simulator.url])),
  );
  const [anyUrl = "http://127.0.0.1:9"] = urls.values();
  const inner = kraken({
    baseUrl: "http://127.0.0.1:9",
    timeouts: { headersMs: 200 },
    fetch: (url, init) => {
      const origin = urls.get(init.headers["API-Key"] ?? "") ?? anyUrl;
      const { pathname, search } = new URL(url);
      return clock.request(() => wholeAnswer(`${origin}${pathname}${search}`, init));
    },
  });
  return {
    ...inner,
    async check(request) {
      work.begin();
      try {
        return await inner.check({
          ...request,
          clock: restingClock({ now: clock.now, sleep: request.clock.sleep }, work),
        });
      } finally {
        work.end();
      }
    },
    async *pull(request) {
      work.begin();
      try {
        yield* inner.pull({ ...request, clock: restingClock({ now: clock.now, sleep: request.clock.sleep }, work) });
      } finally {
        work.end();
      }
    },
  };
}

/**
 * Who sleeps waits for the clock, and the clock not for him. The time is the true one, also for a worker whose own clock is
 * wrong: the workers of one key reckon its pace and its penalties by their own clocks, which therefore have to agree.
 */
function restingClock(clock: Clock, work: RealWork): Clock {
  return {
    now: clock.now,
    async sleep(ms, signal) {
      work.end();
      try {
        await clock.sleep(ms, signal);
      } finally {
        work.begin();
      }
    },
  };
}

type Fetch = NonNullable<KrakenPolicy["fetch"]>;

/** Reads the answer to its end before it is handed on, so that the clock knows when it has come. A cut is thrown where it was. */
async function wholeAnswer(url: string, init: Parameters<Fetch>[1]): ReturnType<Fetch> {
  const { status, headers, body } = await fetch(url, init);
  const pieces: Uint8Array[] = [];
  let cut: unknown = null;
  try {
    for await (const piece of body ?? []) pieces.push(piece);
  } catch (error) {
    cut = error;
  }
  return { status, headers, body: replay(pieces, cut) };
}

async function* replay(pieces: readonly Uint8Array[], cut: unknown): AsyncGenerator<Uint8Array> {
  yield* pieces;
  if (cut !== null) throw cut;
}
