import { createFillbook, type Fillbook } from "@fillbook/core";
import type { AnyConnector } from "@fillbook/core/connector";
import { aesVault } from "@fillbook/core/node";
import type { BookStore } from "@fillbook/core/store";
import { memoryStore } from "@fillbook/store-memory";
import { type SeededRandom, seededRandom } from "../../src/simulator/seeded-random.ts";
import { type FleetClock, fleetClock, type RealWork } from "./fleet-clock.ts";
import { type DeskAccount, deskAccount, deskConnector } from "./fleet-desk.ts";
import { type KrakenAccount, keysOf, krakenAccount, krakenOf } from "./fleet-kraken.ts";
import { type FleetProcess, fleetStore, type Sabotage } from "./fleet-store.ts";
import { type FleetWatch, fleetWatch } from "./fleet-watch.ts";

export interface FleetOptions {
  readonly seed: number;
  readonly days: number;
  /** Connections of desks; those of Kraken come on top. */
  readonly desks: number;
  /** Accounts of Kraken, of {@link holdersOf} each. */
  readonly krakens: number;
  readonly sabotage?: Sabotage["kind"];
}

export interface FleetConnection {
  readonly id: string;
  readonly owner: string;
  readonly account: DeskAccount | KrakenAccount;
  /** Whose keys of the account it uses. */
  readonly holder: number;
  /** Broken on purpose, for good, in the middle. */
  readonly doom: "needs_reauth" | "error" | null;
  isBroken: boolean;
  /** When its owner will enter new credentials. */
  mendAtMs: number | null;
}

/** A process of the host, with a book of its own. */
export interface FleetWorker {
  readonly process: FleetProcess;
  readonly book: Fillbook<readonly AnyConnector[]>;
  readonly work: RealWork;
  skewMs: number;
  isTicking: boolean;
  /** Calls of its book that have not ended. */
  pending: number;
}

export interface FleetWorld {
  readonly options: FleetOptions;
  readonly random: SeededRandom;
  readonly clock: FleetClock;
  readonly watch: FleetWatch;
  readonly store: BookStore;
  readonly desks: readonly DeskAccount[];
  readonly krakens: readonly KrakenAccount[];
  readonly connections: FleetConnection[];
  readonly workers: FleetWorker[];
  /** Workers that were closed and still end what they began. */
  readonly leaving: Set<FleetWorker>;
  readonly startMs: number;
  /** No fault after this. */
  readonly quietMs: number;
  readonly endMs: number;
  readonly newWorker: () => FleetWorker;
  /** Nobody ticks before this. */
  hostsBackMs: number;
  /** The hosts' schedulers tick together, every few minutes. */
  nextTickMs: number;
}

export const EVERY_MS = 900_000;
const HOUR_MS = 3_600_000;
/** Longer than the longest pause of a breaker, so that everything can settle. */
const QUIET_HOURS = 8;

/** Accounts of Kraken with the owners of their connections. Those behind serve the long check. */
const holdersOf = [["c", "d"], ["e"], ["g"], ["b", "b"], ["a"], ["f"], ["h", "h"]] as const;
/** Accounts whose connections share one key. */
const sharesKey: readonly number[] = [0, 3];
/** Accounts whose keys end and are replaced. */
const changesKeys: readonly number[] = [1, 6];
const doomedKraken = 2;

export async function fleetWorld(options: FleetOptions): Promise<FleetWorld> {
  const startMs = Date.UTC(2026, 2, 2);
  const quietMs = startMs + options.days * 24 * HOUR_MS;
  const endMs = quietMs + QUIET_HOURS * HOUR_MS;
  const clock = fleetClock(startMs);
  const watch = fleetWatch(() => clock.now());
  const store = memoryStore({ clock });
  const desks = Array.from({ length: options.desks }, (_, place) => deskAccount(`desk-${place}`));
  const krakens: KrakenAccount[] = [];
  for (let place = 0; place < options.krakens; place += 1) {
    const ends = changesKeys.includes(place) ? [0.35, 0.7, 1] : [1];
    const holders = sharesKey.includes(place) ? 1 : (holdersOf[place]?.length ?? 1);
    const endsMs = ends.map((share) =>
      share === 1 ? Number.POSITIVE_INFINITY : startMs + (quietMs - startMs) * share,
    );
    krakens.push(
      await krakenAccount(`kraken-${place}`, { clock, keyEndsMs: Array.from({ length: holders }, () => endsMs) }),
    );
  }
  const { sabotage: kind } = options;
  const isDue = () => kind !== "leave a job open" || clock.now() > endMs - 0.89 * EVERY_MS;
  const sabotage = kind === undefined ? null : { kind, isDue };
  const parts = { clock, watch, store, desks, krakens, sabotage };
  const newWorker = () => aWorker(parts);
  return {
    ...{ options, random: seededRandom(options.seed), clock, watch, store, desks, krakens, connections: [] },
    ...{ workers: [newWorker(), newWorker()], leaving: new Set(), startMs, quietMs, endMs, newWorker },
    ...{ hostsBackMs: startMs, nextTickMs: startMs },
  };
}

function aWorker(
  parts: Pick<FleetWorld, "clock" | "watch" | "store" | "desks" | "krakens"> & { readonly sabotage: Sabotage | null },
): FleetWorker {
  const { clock, watch, store, desks, krakens, sabotage } = parts;
  const process: FleetProcess = { isDead: false, fault: null };
  const work = clock.realWork();
  const connectors = [
    krakenOf(krakens, { clock, work }),
    deskConnector(new Map(desks.map((account) => [account.ref, account])), watch),
  ];
  const worker = { process, work, skewMs: 0, isTicking: false, pending: 0 };
  const book = createFillbook({
    store: fleetStore(store, { process, watch, clock, sabotage }),
    connectors: connectors.map((connector) => watched(connector, { watch, store })),
    vault: aesVault({ keys: [{ id: "fleet", key: new Uint8Array(32).fill(7) }], primary: "fleet" }),
    clock: { now: () => clock.now() + worker.skewMs, sleep: clock.sleep },
  });
  return Object.assign(worker, { book });
}

/** The connector, with every pull told to the watch. */
function watched(connector: AnyConnector, { watch, store }: Pick<FleetWorld, "watch" | "store">): AnyConnector {
  return {
    ...connector,
    async *pull(request) {
      const { id } = request.connection;
      const connection = await store.connection(watch.ownerOf(id), id);
      // Nobody in the fleet asks for a window of his own.
      const ended = watch.pulled(id, { connection, isGap: request.window.from !== undefined });
      try {
        yield* connector.pull(request);
      } finally {
        ended();
      }
    },
  };
}

/** Makes the connections through the book, as their owners do. */
export async function connectFleet(world: FleetWorld): Promise<void> {
  const { krakens, desks, workers } = world;
  const wanted: Omit<FleetConnection, "id">[] = krakens.flatMap((account, place) =>
    (holdersOf[place] ?? []).map((owner, number) => ({
      ...{ owner: `owner-${owner}`, account, holder: sharesKey.includes(place) ? 0 : number },
      ...{ doom: place === doomedKraken ? ("needs_reauth" as const) : null, isBroken: false, mendAtMs: null },
    })),
  );
  for (const [place, account] of desks.entries()) {
    const doom = ([null, "needs_reauth", "error"] as const)[place] ?? null;
    wanted.push({ owner: `owner-${place % 11}`, account, holder: 0, doom, isBroken: false, mendAtMs: null });
  }
  const [worker] = workers;
  for (const one of wanted) {
    const connector = one.account.broker;
    const credentials = credentialsOf(one, world.clock.now());
    // Some owners have two connections of one account.
    const request = { connector, credentials, syncEveryMs: EVERY_MS, allowSecond: true };
    const connection = await worker?.book.forUser(one.owner).connect(request);
    if (connection !== undefined) world.connections.push({ ...one, id: connection.id });
  }
}

/** What its owner types in at this moment. */
export function credentialsOf({ account, holder }: Omit<FleetConnection, "id">, nowMs: number): Record<string, string> {
  if (!("simulator" in account)) return { token: account.token };
  const keys = keysOf(account, holder);
  const isGood = (untilSeconds: number) => untilSeconds === 0 || untilSeconds * 1000 > nowMs;
  const key = keys.find(({ validUntilSeconds }) => isGood(validUntilSeconds)) ?? account.simulator.key;
  return { apiKey: key.apiKey, apiSecret: key.apiSecret };
}
