import { setTimeout as realWait } from "node:timers/promises";
import { type IbkrFlexPolicy, ibkrFlex } from "@fillbook/connector-ibkr";
import { generateFills, type IbkrSimulatorOptions, startIbkrSimulator } from "@fillbook/connector-ibkr/simulator";
import { type Clock, type IngestOptions, ingest, type Json } from "@fillbook/core";
import { memoryStore } from "@fillbook/store-memory";
import { aConnection, ranReport, readAll } from "../../../testkit/src/suite/play.ts";
import { recordingLogger } from "./recording-logger.ts";

/** 2026-03-02T12:00:00Z, a Monday; seven in the morning in New York. */
export const startMs = Date.UTC(2026, 2, 2, 12);

export const HOUR_MS = 3_600_000;
export const DAY_MS = 24 * HOUR_MS;

export interface TestClock extends Clock {
  advance(ms: number): void;
}

/** A clock whose sleep moves it at once; real sockets get a real turn meanwhile. */
export function testClock(atMs = startMs): TestClock {
  let nowMs = atMs;
  return {
    now: () => nowMs,
    advance: (ms) => {
      nowMs += ms;
    },
    async sleep(ms, signal) {
      await realWait(0, undefined, { signal: signal ?? undefined }).catch(() => signal?.throwIfAborted());
      nowMs += ms;
    },
  };
}

export interface FlexWorldOptions {
  readonly simulator?: IbkrSimulatorOptions;
  readonly policy?: IbkrFlexPolicy;
  readonly settings?: { readonly [name: string]: Json };
  readonly clock?: TestClock;
}

export type FlexWorld = Awaited<ReturnType<typeof aFlexWorld>>;

/** The simulated broker, the connector, the engine and a store, as a host puts them together. */
export async function aFlexWorld(options: FlexWorldOptions = {}) {
  const { clock = testClock() } = options;
  const simulator = await startIbkrSimulator({ clock, ...options.simulator });
  const store = memoryStore({ clock });
  const policy: IbkrFlexPolicy = { baseUrl: simulator.url, random: () => 0.5, ...options.policy };
  const queryId = simulator.queries[0]?.id ?? "1000001";
  const connect = ({ accountRef = simulator.account.accountId, ...settings }: Record<string, Json> = {}) =>
    aConnection(store, {
      ...{ connector: "ibkr-flex", broker: "ibkr", accountRef: String(accountRef) },
      settings: { queryId, ...options.settings, ...settings },
    });
  const connectionId = await connect();
  const logged: unknown[] = [];
  const logger = recordingLogger(logged);
  // A host's workers are processes: each has a connector of its own.
  const run = async (extra: Partial<IngestOptions> = {}) => {
    const connectors = [ibkrFlex(policy)];
    const credentials = async () => ({ token: simulator.token.token });
    const shared = { store, connectors, connectionId, mode: "scheduled", clock, logger, credentials } as const;
    return ranReport(await ingest({ ...shared, ...extra }));
  };
  return {
    ...{ clock, simulator, store, connectionId, connect, run, logged, policy },
    executions: () => readAll((after) => store.executions("owner", { limit: 200, ...after })),
    problems: async () =>
      (await readAll((after) => store.problems("owner", { limit: 200, ...after }))).map(shownProblem),
    /** The steps asked for so far, in order. */
    steps: () => simulator.requests.map(({ step, outcome }) => (outcome === "ok" ? step : `${step}: ${outcome}`)),
    sends: () => simulator.requests.filter(({ step }) => step === "SendRequest"),
    [Symbol.asyncDispose]: () => simulator.close(),
  };
}

/** Two accounts behind one token and one query, with 20 fills each in the same week: U1234567 and U7654321. */
export function twoAccounts(): Required<Pick<IbkrSimulatorOptions, "accounts" | "entries">> {
  const week = { count: 20, days: 5, fromDay: "2026-02-16" };
  const mine = generateFills({ ...week, seed: 1 });
  const theirs = generateFills({ ...week, seed: 2, accountId: "U7654321", firstRow: 4_900_000_001 });
  return { accounts: [{ accountId: "U1234567" }, { accountId: "U7654321" }], entries: [...mine, ...theirs] };
}

function shownProblem({ kind, message }: { readonly kind: string; readonly message: string }): string {
  return `${kind}: ${message}`;
}
