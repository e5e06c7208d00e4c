import { randomBytes } from "node:crypto";
import type { Pool } from "pg";
import type { CrashHistory } from "./crash-history.ts";
import { type CrashOutcome, crashAt } from "./crash-point.ts";
import type { HaltCounts, HaltPlace } from "./halt-at.ts";

/** What came of all kill points of one history. */
export interface CrashMatrix {
  readonly points: number;
  /** One letter a kill point, in order: `o` where the killed run's job was left open, `.` where not. */
  readonly open: string;
  /** What differs from the run that never died, each with its kill point. */
  readonly differences: readonly string[];
}

/** More at once do not end sooner. */
const AT_ONCE = 3;

/** Kills a process at each place that a whole run has, in schemas of their own. */
export async function crashMatrix(options: {
  readonly history: () => Promise<CrashHistory>;
  readonly places: (whole: HaltCounts) => readonly HaltPlace[];
  readonly pool: Pool;
  readonly databaseUrl: string;
}): Promise<CrashMatrix> {
  const { pool, databaseUrl } = options;
  const crash = async (place: HaltPlace | null) => {
    await using history = await options.history();
    const schema = `t_${randomBytes(8).toString("hex")}`;
    return await crashAt(place, { history, pool, databaseUrl, schema });
  };
  const whole = await crash(null);
  const places = options.places(whole.counts);
  const results = await mapAtOnce(places, (place) => compare(() => crash(place), whole));
  const differences = results.flatMap((result, index) =>
    result.differences.map((one) => `${JSON.stringify(places[index])}: ${one}`),
  );
  const open = results.map(({ abandoned }) => (abandoned ? "o" : ".")).join("");
  return { points: places.length, open, differences: [...whole.faults, ...differences] };
}

/** Every call of a whole run, before and after it took effect. */
export function allCalls({ calls }: HaltCounts): readonly HaltPlace[] {
  return numbers(calls).flatMap((call) => [
    { call, moment: "before" },
    { call, moment: "after" },
  ]);
}

/** Before every statement of a whole run. */
export function allStatements({ statements }: HaltCounts): readonly HaltPlace[] {
  return numbers(statements).map((statement) => ({ statement }));
}

/** So many of the places, evenly spread, the first and the last among them. */
export function spread(places: readonly HaltPlace[], count: number): readonly HaltPlace[] {
  const step = (places.length - 1) / (count - 1);
  const chosen = new Set(Array.from({ length: count }, (_, index) => Math.round(index * step)));
  return places.filter((_, index) => chosen.has(index));
}

function numbers(count: number): readonly number[] {
  return Array.from({ length: count }, (_, index) => index + 1);
}

/** One kill. What goes wrong on the way is a difference, too: the other kill points are still tried. */
async function compare(
  crash: () => Promise<CrashOutcome>,
  whole: CrashOutcome,
): Promise<{ readonly abandoned: boolean; readonly differences: readonly string[] }> {
  try {
    const found = await crash();
    return { abandoned: found.abandoned, differences: [...found.faults, ...differencesOf(found, whole)] };
  } catch (error) {
    return { abandoned: false, differences: [String(error)] };
  }
}

function differencesOf(found: CrashOutcome, whole: CrashOutcome): readonly string[] {
  const parts: Readonly<Record<string, keyof CrashOutcome>> = { book: "book", cursor: "cursor", statistics: "stats" };
  return Object.entries(parts).flatMap(([name, part]) => {
    const [left, right] = [JSON.stringify(found[part]), JSON.stringify(whole[part])];
    return left === right ? [] : [`${name} ${left} instead of ${right}`];
  });
}

async function mapAtOnce<Item, Result>(
  items: readonly Item[],
  work: (item: Item) => Promise<Result>,
): Promise<readonly Result[]> {
  const results: Result[] = [];
  const rest = items.entries();
  const workOff = async () => {
    // The workers share one iterator, so each item is taken once.
    for (const [index, item] of rest) results[index] = await work(item);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, workOff));
  return results;
}
