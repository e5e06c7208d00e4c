import { instantFromUnixMs, isImportError } from "@fillbook/core";
import { tradeAtDesk } from "./fleet-desk.ts";
import { tradeAtKraken } from "./fleet-kraken.ts";
import { breakForGood, endFaults, type FleetEvent, fleetPlan } from "./fleet-plan.ts";
import {
  connectFleet,
  credentialsOf,
  EVERY_MS,
  type FleetConnection,
  type FleetWorker,
  type FleetWorld,
} from "./fleet-world.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
/** The host gives a tick so long. */
const TICK_MAX_MS = 4 * MINUTE_MS;
/** A lease, a claim, a run that hangs, a process that stands still and a tick, one after the other. */
const SLACK_MS = 20 * MINUTE_MS;

/** Lives the days through, minute by minute, and the quiet hours behind them. */
export async function driveFleet(world: FleetWorld): Promise<void> {
  const { clock, options, startMs, quietMs, endMs } = world;
  await connectFleet(world);
  const events = fleetPlan(world);
  let isQuiet = false;
  for (let nowMs = startMs + MINUTE_MS; nowMs <= endMs; nowMs += MINUTE_MS) {
    await clock.runUntil(nowMs, () => isIdle(world));
    if (!isQuiet && nowMs >= quietMs) {
      isQuiet = true;
      endFaults(world);
    }
    liveOneMinute(world, { nowMs, events, isQuiet });
    if (world.watch.violations.length > 20)
      throw new Error(`broken at day ${(nowMs - startMs) / HOUR_MS / 24} of ${options.days}`);
    if (nowMs % (10 * MINUTE_MS) === 0) await lookAround(world, isQuiet);
  }
  // Whoever is busy ends; nobody begins anything any more.
  await clock.runUntil(endMs + HOUR_MS, () => isIdle(world));
}

function isIdle({ workers, leaving }: FleetWorld): boolean {
  for (const worker of leaving) if (worker.pending === 0 || worker.process.isDead) leaving.delete(worker);
  return leaving.size === 0 && workers.every(({ pending, process }) => pending === 0 || process.isDead);
}

function liveOneMinute(
  world: FleetWorld,
  { nowMs, events, isQuiet }: { nowMs: number; events: FleetEvent[]; isQuiet: boolean },
): void {
  const { random, workers, watch, connections, endMs } = world;
  for (const [place, worker] of workers.entries()) if (worker.process.isDead) replaceDead(world, place);
  while (!isQuiet && events[0] !== undefined && events[0].atMs <= nowMs) events.shift()?.start();
  if (nowMs < endMs - 2 * HOUR_MS && random.oneIn(4)) tradeSomewhere(world, nowMs);
  if (random.oneIn(isQuiet ? 60 : 8)) {
    const impatient = random.pick(connections);
    for (let clicks = random.oneIn(4) ? 2 : 1; clicks > 0; clicks -= 1) syncByHand(world, impatient);
  }
  if (nowMs < Math.max(world.hostsBackMs, world.nextTickMs)) return;
  world.nextTickMs = nowMs + (4 + random.below(5)) * MINUTE_MS;
  for (const worker of workers) if (!worker.isTicking) begin(world, worker, tick(world, worker));
  if (workers.every(({ isTicking }) => isTicking)) watch.count("host: two workers tick at once");
}

function replaceDead({ workers, newWorker, watch }: FleetWorld, place: number): void {
  workers[place]?.work.forget();
  workers[place] = newWorker();
  watch.count("host: a process was replaced");
}

function tradeSomewhere({ random, connections, watch, startMs, quietMs }: FleetWorld, nowMs: number): void {
  const { account, doom } = random.pick(connections);
  // Whose access will be broken for good stops trading before, so that nothing is left behind.
  if (doom !== null && nowMs > (startMs + quietMs) / 2) return;
  watch.count(
    "simulator" in account ? tradeAtKraken(account, { random, nowMs }) : tradeAtDesk(account, { random, nowMs }),
  );
}

/** Keeps account of a call of the worker's book; its failures are judged here. */
function begin({ watch }: FleetWorld, worker: FleetWorker, work: Promise<unknown>): void {
  worker.pending += 1;
  const ended = work.catch((error: unknown) => {
    const code = isImportError(error) ? error.code : "";
    watch.count(`thrown: ${code}`);
    if (code !== "STORE_FAILED" && code !== "ABORTED")
      watch.violations.push(`thrown: ${error instanceof Error ? error.stack : error}`);
  });
  const counted = ended.finally(() => {
    worker.pending -= 1;
  });
  counted.catch(() => watch.violations.push("the count failed"));
}

async function tick({ clock, watch }: FleetWorld, worker: FleetWorker): Promise<void> {
  worker.isTicking = true;
  const deadline = new AbortController();
  const done = new AbortController();
  const guard = clock.sleep(TICK_MAX_MS, done.signal).then(
    () => {
      watch.count("host: a tick was aborted");
      deadline.abort();
    },
    () => undefined,
  );
  try {
    const results = await worker.book.ingestDue({ limit: 500, concurrency: 6, signal: deadline.signal });
    for (const { connectionId, report, error } of results) {
      watch.count("runs");
      const code = error?.code ?? (report?.status === "skipped" ? "skipped" : (report?.error?.code ?? report?.status));
      watch.count(`run: ${code}`);
      if (error !== null && error.code !== "STORE_FAILED") watch.violations.push(`${connectionId}: ${error.message}`);
    }
  } finally {
    worker.isTicking = false;
    done.abort();
  }
  await guard;
}

function syncByHand(world: FleetWorld, { id, owner }: FleetConnection): void {
  const { random, workers, watch, clock } = world;
  const worker = random.pick(workers);
  const request = random.oneIn(3) ? { after: instantFromUnixMs(clock.now()) } : {};
  const sync = async () => {
    const report = await worker.book.forUser(owner).syncNow(id, request);
    const followUp = report.status === "skipped" && report.followUp === true ? " and queued another" : "";
    watch.count(report.status === "skipped" ? `a person met a running job${followUp}` : "a person synced");
  };
  begin(world, worker, sync());
}

/** Every ten minutes: owners mend what is theirs to mend, and nobody has been forgotten. */
async function lookAround(world: FleetWorld, isQuiet: boolean): Promise<void> {
  for (const connection of world.connections) {
    const { status, pausedUntil } = await storedConnection(world, connection);
    if (connection.doom !== null && (await isTimeToBreak(world, connection)))
      breakForGood(connection.account, connection.doom);
    if (status === "active") judgeWait(world, connection, pausedUntil);
    else if (!connection.isBroken) mend(world, connection, isQuiet);
    await readAgain(world, connection);
  }
}

async function storedConnection({ store }: FleetWorld, { owner, id }: FleetConnection) {
  const connection = await store.connection(owner, id);
  if (connection === null) throw new Error(`connection ${id} is gone`);
  return connection;
}

async function isTimeToBreak(world: FleetWorld, connection: FleetConnection): Promise<boolean> {
  const { lastSucceededAt } = await storedConnection(world, connection);
  const frozenMs = (world.startMs + world.quietMs) / 2;
  // Everything that was traded has been read by then.
  const isRead = lastSucceededAt !== null && Date.parse(lastSucceededAt) > frozenMs + HOUR_MS;
  if (connection.isBroken || !isRead) return false;
  connection.isBroken = true;
  world.watch.count("access was broken for good");
  return true;
}

function judgeWait(world: FleetWorld, { id, mendAtMs }: FleetConnection, pausedUntil: string | null): void {
  const { clock, watch, hostsBackMs, startMs } = world;
  const pausedMs = pausedUntil === null ? startMs : Date.parse(pausedUntil);
  const sinceMs = Math.max(watch.triedAtMs(id), pausedMs, hostsBackMs, mendAtMs ?? startMs, startMs);
  const waitedMs = clock.now() - sinceMs;
  if (waitedMs <= 1.1 * EVERY_MS + SLACK_MS) return;
  watch.violations.push(`${id}: not tried for ${waitedMs / MINUTE_MS} minutes although it could have been`);
}

function mend(world: FleetWorld, connection: FleetConnection, isQuiet: boolean): void {
  const { clock, random, watch, workers } = world;
  const nowMs = clock.now();
  if (connection.mendAtMs === null || connection.mendAtMs < nowMs - HOUR_MS)
    connection.mendAtMs = nowMs + (isQuiet ? 0 : (1 + random.below(5)) * HOUR_MS);
  if (connection.mendAtMs > nowMs) return;
  const worker = random.pick(workers);
  const reconnect = async () => {
    const credentials = credentialsOf(connection, nowMs);
    const mended = await worker.book
      .forUser(connection.owner)
      .reconnect(connection.id, credentials)
      .then(
        () => true,
        // The broker is in trouble just now, or the store: the owner comes back later.
        (error: unknown) => (isImportError(error) ? false : Promise.reject(error)),
      );
    watch.count(mended ? "a person reconnected" : "a person could not reconnect");
  };
  begin(world, worker, reconnect());
}

/** What was rejected before the host had the new connector. */
async function readAgain(world: FleetWorld, { account, id: connectionId, owner }: FleetConnection): Promise<void> {
  if ("simulator" in account || !account.isUpgraded) return;
  const worker = world.random.pick(world.workers);
  const { items } = await world.store.openRejects(owner, { connectionId, limit: 1 });
  if (items.length === 0) return putAway(world, worker, { connectionId, owner });
  world.watch.count("rejects were read again");
  begin(world, worker, worker.book.forUser(owner).reprocessRejects({ connectionId }));
}

/** Once nothing is rejected any more, the owner puts the notice of the changed format away. */
async function putAway(
  world: FleetWorld,
  worker: FleetWorker,
  { connectionId, owner }: { connectionId: string; owner: string },
): Promise<void> {
  const { items } = await world.store.problems(owner, { connectionId, kind: "schema_drift" });
  for (const { id } of items) begin(world, worker, worker.book.forUser(owner).resolveProblem(id));
}
