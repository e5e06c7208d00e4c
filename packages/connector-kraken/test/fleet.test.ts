import { expect, test } from "vitest";
import { expectedEvents, fleetCounts, fleetFindings, rareEvents } from "./support/fleet-checks.ts";
import { driveFleet } from "./support/fleet-drive.ts";
import { type FleetOptions, fleetWorld } from "./support/fleet-world.ts";

// Goal: a host may run for a month through everything that goes wrong, and nothing is lost, invented, asked too often or
// left open. Method: 50 connections and two worker processes over one store on a clock that only moves when all wait;
// brokers, ways, stores, processes and people fail as a seed draws them; at the end a few quiet hours, then everything
// stored is compared with what the brokers know. FLEET_DAYS=9 is the long run of `.ci/run`, FLEET_SEED repeats one.

const days = Number(process.env.FLEET_DAYS ?? 2);
const seed = Number(process.env.FLEET_SEED ?? 20260301);
// Runs over sockets are the slow ones: four connections of Kraken in the test command, ten in the long run.
const size = days > 2 ? { desks: 40, krakens: 7 } : { desks: 46, krakens: 3 };
const timeout = 60_000 + days * 60_000;

/** Lives through the days; answers with what is wrong and what happened. */
async function live(options: FleetOptions) {
  const world = await fleetWorld(options);
  try {
    await driveFleet(world);
    return { findings: await fleetFindings(world), counts: fleetCounts(world) };
  } catch (cause) {
    throw new Error(`FLEET_SEED=${options.seed} FLEET_DAYS=${options.days}: ${world.watch.violations.join("\n")}`, {
      cause,
    });
  } finally {
    for (const { simulator } of world.krakens) await simulator.close();
  }
}

test(
  `a fleet of 50 connections: ${days} days of faults, and all is well at the end (FLEET_SEED=${seed})`,
  async () => {
    const { findings, counts } = await live({ seed, days, ...size });
    if (days !== 2) console.log(counts);
    expect(findings, `FLEET_SEED=${seed}`).toEqual([]);
    const expected = days > 2 ? [...expectedEvents, ...rareEvents] : expectedEvents;
    expect(
      expected.filter((name) => (counts[name] ?? 0) === 0),
      `never happened with FLEET_SEED=${seed}`,
    ).toEqual([]);
  },
  timeout,
);

const small = { seed, days: 0.1, desks: 10, krakens: 0 };

test("the checks find nothing in a small fleet whose store does what it should", async () => {
  expect((await live(small)).findings).toEqual([]);
}, 60_000);

test.each([
  ["lose an execution", /^(execution|trade) lost/],
  ["double an execution", /^execution invented/],
  ["leave a job open", /still running$/],
] as const)(
  "the checks find a store that should %s",
  async (sabotage, finding) => {
    const { findings } = await live({ ...small, sabotage });
    expect(
      findings.some((text) => finding.test(text)),
      findings.join("\n"),
    ).toBe(true);
  },
  60_000,
);
