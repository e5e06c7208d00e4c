import { generateTrades, type SimulatedTrade, startKrakenSimulator } from "@fillbook/connector-kraken/simulator";
import { expect, test } from "vitest";
import { ranReport } from "../../testkit/src/suite/play.ts";
import { driveKraken, testClock } from "./support/drive-kraken.ts";
import { aWorld } from "./support/kraken-world.ts";

// Goal: a busy account is never behind. Method: a thousand fills a day at tier starter, on the clock, one in twenty shown up to half an hour
// late; after each run every fill that Kraken showed before it is there, and calls stay near those that its pages need.

const DAY_MS = 86_400_000;
const FILLS_A_DAY = 1_000;
/** What a run may leave to the next: `safetyMs`. */
const SAFETY_MS = 11_000;
const LATE_MAX_MS = 1_800_000;
/** What Kraken still lists here: the connector looks no further back. */
const KEPT_MS = 9 * DAY_MS;
const permissions = ["query-funds", "query-open-trades", "query-closed-trades", "query-ledger", "export-data"];
const keys = [{ permissions }];

interface Shown {
  readonly trade: SimulatedTrade;
  readonly executedMs: number;
  readonly shownMs: number;
}

function aDay(day: number, startedMs: number): Shown[] {
  const fromMs = startedMs + day * DAY_MS;
  const trades = generateTrades({ count: FILLS_A_DAY, seed: 1_000 + day, fromMs, toMs: fromMs + DAY_MS });
  return trades.map((trade, number) => {
    const executedMs = Number(trade.time) * 1000;
    const lateMs = number % 20 === 7 ? (number * 7_919) % LATE_MAX_MS : 0;
    return { trade, executedMs, shownMs: executedMs + lateMs };
  });
}

/** Calls that the fills since the last run, and the overlap behind it, need. */
function callsMax(fills: number): number {
  return 4 + 1.1 * (Math.ceil(fills / 50) + Math.ceil((2 * fills) / 50));
}

// LONG_TESTS=1 is the long run of `.ci/run`.
const isLong = process.env.LONG_TESTS === "1";
const [days, everyMs] = isLong ? [365, 6 * 3_600_000] : [3, 4 * 3_600_000];

test(`${days} days of a busy account: every fill is there within one run of being shown`, async () => {
  const clock = testClock();
  await using simulator = await startKrakenSimulator({ clock, keys });
  const drive = driveKraken(simulator, { clock });
  const startedMs = clock.now();
  const stored = new Set<string>();
  const [waiting, listed]: [Shown[], Shown[]] = [[], []];
  let [day, shown, missed, tooMany] = [0, 0, 0, 0];
  for (let runMs = startedMs + everyMs; runMs <= startedMs + days * DAY_MS; runMs += everyMs) {
    while (startedMs + day * DAY_MS < runMs) waiting.push(...aDay(day++, startedMs));
    clock.set(Math.max(runMs, clock.now()));
    const fresh = waiting.filter(({ shownMs }) => shownMs <= runMs);
    waiting.splice(0, waiting.length, ...waiting.filter(({ shownMs }) => shownMs > runMs));
    simulator.addTrades(...fresh.map(({ trade }) => trade));
    listed.push(...fresh);
    shown += fresh.length;
    const [requests, nextDay] = [simulator.requests.length, drive.cursor?.key?.checkedAt ?? 0];
    const look = drive.cursor?.reread;
    await drive.run();
    for (const id of drive.executions.keys()) stored.add(id);
    for (const { trade, executedMs } of fresh) {
      if (executedMs <= runMs - SAFETY_MS && !stored.has(trade.txid)) missed += 1;
    }
    const since = runMs - everyMs - 3_600_000 - SAFETY_MS;
    const needed = callsMax(listed.filter(({ executedMs }) => executedMs > since).length);
    // The first run's export; and what is read again once a day, with up to three calls of its ledger a page.
    const again = drive.cursor?.reread;
    const pagesAgain = (again?.pages ?? 0) - (again?.at === look?.at ? (look?.pages ?? 0) : 0);
    const more = (drive.cursor?.key?.checkedAt === nextDay ? 0 : 30) + 4 * pagesAgain;
    if (simulator.requests.length - requests > needed + more) tooMany += 1;
    const gone = listed.findIndex(({ executedMs }) => executedMs > runMs - KEPT_MS);
    for (const { trade } of listed.splice(0, Math.max(0, gone))) simulator.removeTrade(trade.txid);
    for (const list of [drive.records, drive.cursors, drive.contexts, drive.coverages, drive.logLines]) list.length = 0;
    drive.executions.clear();
  }
  expect([missed, tooMany]).toEqual([0, 0]);
  expect(stored.size).toBeGreaterThan(shown - 20);
  expect([drive.rejected, drive.diagnostics]).toEqual([[], []]);
  expect(simulator.requests.filter(({ outcome }) => outcome !== "ok")).toEqual([]);
}, 3_600_000);

test("two days of a busy account in the inbox: each run inserts what was shown since the last", async () => {
  await using world = await aWorld({ keys });
  const startedMs = world.clock.now();
  const all = [...aDay(0, startedMs), ...aDay(1, startedMs)];
  let stored = 0;
  for (let hour = 2; hour <= 50; hour += 2) {
    const runMs = startedMs + hour * 3_600_000;
    const lastMs = runMs - 2 * 3_600_000;
    world.clock.set(Math.max(runMs, world.clock.now()));
    const fresh = all.filter(({ shownMs }) => shownMs <= runMs && shownMs > lastMs);
    world.simulator.addTrades(...fresh.map(({ trade }) => trade));
    const report = ranReport(await world.run({ mode: "scheduled" }));
    expect(report).toMatchObject({ status: "succeeded", stats: { rejected: 0, conflicts: 0 } });
    stored += report.stats.inserted;
    const due = all.filter(({ shownMs, executedMs }) => shownMs <= runMs && executedMs <= runMs - SAFETY_MS);
    expect(stored).toBeGreaterThanOrEqual(due.length);
  }
  const counted = (await world.executions()).filter(({ canonical }) => canonical);
  expect(new Set(counted.map(({ executionId }) => executionId)).size).toBe(2 * FILLS_A_DAY);
  expect(await world.problems()).toEqual([]);
}, 120_000);
