import type { BookStore } from "@fillbook/core/store";
import { anExecution, type ScriptedRecord } from "@fillbook/testkit";
import type { Repetition } from "../../../tools/bench-row.ts";
import { report, timeMs } from "../../../tools/bench-timer.ts";
import { aConnection, playPages } from "../../testkit/src/suite/play.ts";
import { withSchema } from "./bench-schema.ts";
import { withServer } from "./bench-server.ts";

// Goal: what recording its steps costs an import. Method: imports of 1,000 fills in pages of 100, in turn with steps and
// into the same store without them, each through a connection of its own. The difference is smaller than what a busy
// machine adds to an import, so a repetition takes the fastest of ten of each.

const REPETITIONS = 5;
const WARM_UPS = 1;
const IMPORTS = 10;
const PAGES = 10;
const PAGE_SIZE = 100;

let fills = 0;
const repetitions = await withServer((pool) =>
  withSchema(pool, "fillbook", async ({ store }) => {
    const withoutSteps: BookStore = { ...store, writeSteps: async () => undefined };
    const measured: Repetition[] = [];
    for (let round = -WARM_UPS; round < REPETITIONS; round += 1) {
      const [value, anchorValue] = await repetition([store, withoutSteps]);
      if (round >= 0) measured.push({ value, anchorValue });
    }
    return measured;
  }),
);
report([
  {
    name: "PostgreSQL import with its steps",
    unit: "ms",
    anchor: "the same imports without recording steps",
    goal: { of: "ratio", relation: "<=", bound: 1.05 },
    repetitions,
  },
]);

async function repetition([first, second]: readonly [BookStore, BookStore]): Promise<readonly [number, number]> {
  const fastest: [number, number] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
  const measure = async (place: 0 | 1) => {
    fastest[place] = Math.min(fastest[place], await importMs(place === 0 ? first : second));
  };
  for (let number = 0; number < IMPORTS; number += 1) {
    // Who comes first has the colder tables: they take turns.
    for (const place of number % 2 === 0 ? ([0, 1] as const) : ([1, 0] as const)) await measure(place);
  }
  return fastest;
}

async function importMs(store: BookStore): Promise<number> {
  const connectionId = await aConnection(store);
  const pages = Array.from({ length: PAGES }, () => ({ records: Array.from({ length: PAGE_SIZE }, newFill) }));
  return timeMs(async () => void (await playPages(store, connectionId, pages)));
}

function newFill(): ScriptedRecord {
  fills += 1;
  const order = { permanentId: `O${Math.floor(fills / 4)}` };
  const executedAt = new Date(Date.UTC(2026, 0, 2) + fills * 1000).toISOString();
  return { kind: "execution", execution: anExecution({ familyId: `E${fills}`, executedAt, order }) };
}
