import { type DeskAccount, type DeskTrouble, tradeAtDesk } from "./fleet-desk.ts";
import { injectFault, type KrakenAccount, krakenFaults } from "./fleet-kraken.ts";
import type { StoreFault } from "./fleet-store.ts";
import type { FleetWorld } from "./fleet-world.ts";

/** Something that goes wrong, or that somebody does, at a moment. */
export interface FleetEvent {
  readonly atMs: number;
  readonly start: () => void;
}

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
/** Of each sort at least so many, so that each strikes also in a short check; of what lasts long not as many. */
const EVENTS_MIN = 6;
const RARE_EVENTS_MIN = 3;

/** Draws everything that will go wrong. What an event does later is drawn from the same numbers. */
export function fleetPlan(world: FleetWorld): FleetEvent[] {
  const { random, startMs, quietMs, options } = world;
  const events: FleetEvent[] = [];
  const spread = (perDay: number, start: () => void) => {
    const count = Math.max(perDay > 1 ? EVENTS_MIN : RARE_EVENTS_MIN, Math.round(perDay * options.days));
    for (let number = 0; number < count; number += 1)
      events.push({ atMs: startMs + random.below(quietMs - startMs), start });
  };
  for (const [perDay, start] of [...krakenEvents(world), ...deskEvents(world), ...hostEvents(world)])
    spread(perDay, start);
  return events.sort((left, right) => left.atMs - right.atMs);
}

type Sort = readonly [perDay: number, start: () => void];

function later(world: FleetWorld, ms: number, act: () => void): void {
  const asleep = world.clock.sleep(ms).then(act);
  asleep.catch((error: unknown) => world.watch.violations.push(`an event failed: ${String(error)}`));
}

function krakenEvents(world: FleetWorld): Sort[] {
  const { random, krakens } = world;
  const sound = krakens.filter((account) => !isDoomed(world, account));
  if (sound.length === 0) return [];
  const names = Object.keys(krakenFaults) as (keyof typeof krakenFaults)[];
  const perDay = (name: string) => (name === "kraken: no answer" ? 0.3 : name === "kraken: out for hours" ? 1 : 3);
  const faults = names.map((name): Sort => {
    const start = () => {
      const injected = injectFault(random.pick(sound), name, random);
      if (name === "kraken: out for hours") later(world, (1 + random.below(7)) * HOUR_MS, () => injected.remove());
    };
    return [perDay(name), start];
  });
  const setStatus = (status: "maintenance" | "online") => {
    for (const { simulator } of krakens) simulator.setSystemStatus(status);
  };
  const maintenance = () => {
    setStatus("maintenance");
    later(world, (20 + random.below(60)) * MINUTE_MS, () => setStatus("online"));
  };
  return [...faults, [0.5, maintenance]];
}

function isDoomed({ connections }: FleetWorld, account: DeskAccount | KrakenAccount): boolean {
  return connections.some((one) => one.account === account && one.doom !== null);
}

function deskEvents(world: FleetWorld): Sort[] {
  const { random, desks, clock } = world;
  const sound = desks.filter((account) => !isDoomed(world, account));
  const trouble = (kind: DeskTrouble, times: number) => (): void => {
    random.pick(sound).trouble = { kind, times, afterRequests: random.below(2) };
  };
  const lasting = (kind: DeskTrouble, hoursMax: number) => () => {
    const account = random.pick(sound);
    const begun = { kind, times: Number.POSITIVE_INFINITY, afterRequests: 0 };
    account.trouble = begun;
    later(world, (1 + random.below(60 * hoursMax)) * MINUTE_MS, () => {
      if (account.trouble === begun) account.trouble = null;
    });
  };
  const expire = () => {
    const account = random.pick(sound);
    account.token = `${account.ref} ${clock.now()}`;
  };
  return [
    ...[lasting("maintenance", 3), lasting("unavailable", 8), trouble("locked out", 1), expire].map(
      (start) => [4, start] as const,
    ),
    ...[trouble("too many requests", 2), trouble("cut off", 2), trouble("broken answer", 3)].map(
      (start) => [5, start] as const,
    ),
    ...[trouble("foreign error", 1), trouble("no answer", 1)].map((start) => [2, start] as const),
    [0.3, () => changeFormat(world, random.pick(sound))],
  ];
}

/** More records than a run may reject come in a form that is not known, until the host has another connector. */
function changeFormat(world: FleetWorld, account: DeskAccount): void {
  const { random, clock } = world;
  if (account.isNewFormat) return;
  account.isNewFormat = true;
  for (let number = 0; number < 60; number += 1) tradeAtDesk(account, { random, nowMs: clock.now() });
  later(world, (2 + random.below(5)) * HOUR_MS, () => {
    account.isUpgraded = true;
  });
}

function hostEvents(world: FleetWorld): Sort[] {
  const { random, clock, watch, workers } = world;
  const fault = (kind: StoreFault["kind"]) => () => {
    random.pick(workers).process.fault = { kind, inCalls: 1 + random.below(40) };
  };
  const skew = () => {
    watch.count("host: a worker's clock is wrong");
    random.pick(workers).skewMs = (random.below(9) - 4) * MINUTE_MS;
  };
  const outage = () => {
    watch.count("host: no ticks for hours");
    world.hostsBackMs = Math.max(world.hostsBackMs, clock.now() + (60 + random.below(240)) * MINUTE_MS);
  };
  const close = () => {
    const place = random.below(workers.length);
    const worker = workers[place];
    if (worker === undefined) return;
    watch.count("host: a worker is closed");
    workers[place] = world.newWorker();
    world.leaving.add(worker);
    worker.pending += 1;
    const closed = worker.book.close().finally(() => {
      worker.pending -= 1;
    });
    closed.catch((error: unknown) => watch.violations.push(`close failed: ${String(error)}`));
  };
  return [
    [6, fault("store fails")],
    [6, fault("store's answer is lost")],
    [4, fault("process dies before a call")],
    [4, fault("process dies after a call")],
    [4, fault("process stands still")],
    [2, skew],
    [0.4, outage],
    [2, close],
  ];
}

/** Ends everything that is still wrong; the expired keys stay expired until their owners come. */
export function endFaults(world: FleetWorld): void {
  const { krakens, desks, workers } = world;
  for (const { simulator, faults } of krakens) {
    simulator.setSystemStatus("online");
    for (const { injected } of faults) injected.remove();
  }
  for (const account of desks) {
    if (!isDoomed(world, account)) account.trouble = null;
    account.isUpgraded = true;
  }
  for (const worker of workers) {
    worker.process.fault = null;
    worker.skewMs = 0;
  }
}

/** From now on every run of this account ends with the need for its owner. */
export function breakForGood(account: DeskAccount | KrakenAccount, doom: "needs_reauth" | "error"): void {
  if ("simulator" in account) {
    const fault = { kind: "error", errors: ["EAPI:Invalid key"], times: Number.POSITIVE_INFINITY } as const;
    account.simulator.inject(fault);
  } else if (doom === "needs_reauth") account.token = "deleted";
  else account.trouble = { kind: "not for this account", times: Number.POSITIVE_INFINITY, afterRequests: 0 };
}
