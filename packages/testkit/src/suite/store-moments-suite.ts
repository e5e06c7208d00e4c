import assert from "node:assert/strict";
import { instantFromUnixMs } from "@fillbook/core";
import type { BookStore } from "@fillbook/core/store";
import { anExecution } from "../an-execution.ts";
import { type ScriptedRecord, scripted } from "../scripted.ts";
import { aConnection, play, playPages } from "./play.ts";
import type { StoreSuiteOptions } from "./store-suite-options.ts";

/** More than a store is likely to read in one piece. */
const FILLS = 1_200;
const MOVES = 6;

/**
 * Goal: an answer is of one moment. Method: corrections move fills from one end of the list to the other while it is read
 * all the time; a read that mixes two moments counts a fill twice or not at all.
 */
export function storeMomentsSuite({ test, makeStore }: StoreSuiteOptions): void {
  test("moments: all fills are read as of one moment, whatever is committed meanwhile", async () => {
    const store = await makeStore();
    const connectionId = await aConnection(store);
    await play(
      store,
      connectionId,
      Array.from({ length: FILLS }, (_, number) => fill(number, 0)),
    );
    const moving = moved(store, connectionId);
    let reads = 0;
    for (let isMoving = true; isMoving; reads += 1) {
      isMoving = await Promise.race([moving.then(() => false), readOnce(store).then(() => true)]);
    }
    await readOnce(store);
    assert.ok(reads > 0);
  });

  test("moments: the inbox has the manual trades of its own days beside it, and no others", async () => {
    const store = await makeStore();
    const manual = { id: "manual", broker: "manual" };
    const entered = await aConnection(store, { connector: manual.id, broker: manual.broker });
    const days = ["2026-01-03", "2026-01-04", "2026-01-05"];
    for (const day of days) {
      const told = { broker: manual.broker, source: { connector: manual.id, authority: 1 } } as const;
      const order = { permanentId: day };
      const execution = anExecution({ ...told, familyId: day, executedAt: `${day}T23:59:59.999999Z`, order });
      await playPages(store, entered, [{ records: [{ kind: "execution", execution }] }], {
        connector: scripted({ ...manual, pages: [] }),
      });
    }
    await play(store, await aConnection(store), [fill(0, 0), fill(86_400, 0), fill(86_401, 0)]);
    const page = async (limit: number) => {
      const { items, manuals } = await store.inbox("owner", { broker: "scripted", limit });
      return [items.length, manuals.map(({ lastExecutedAt }) => lastExecutedAt.slice(0, 10)).sort()];
    };
    assert.deepEqual(await page(2), [2, ["2026-01-04"]]);
    assert.deepEqual(await page(3), [3, ["2026-01-03", "2026-01-04"]]);
    assert.deepEqual(await store.inbox("stranger", {}), { items: [], next: null, manuals: [] });
  });
}

async function moved(store: BookStore, connectionId: string): Promise<void> {
  for (let move = 1; move <= MOVES; move += 1) {
    // To the newest end and back to the oldest.
    const number = move % 2 === 1 ? FILLS + move : -move;
    await play(store, connectionId, [fill(number, move, "E0"), fill(-number, move, "E1")]);
  }
}

async function readOnce(store: BookStore): Promise<void> {
  const fills = await store.fills("owner", {});
  assert.deepEqual([fills.length, new Set(fills.map(({ tradeId }) => tradeId)).size], [FILLS, FILLS]);
  const times = fills.map(({ executedAt }) => executedAt);
  assert.deepEqual(times, times.toSorted().reverse());
}

/** So many seconds after the first one. */
function fill(second: number, revision: number, familyId = `E${second}`): ScriptedRecord {
  const executedAt = instantFromUnixMs(Date.UTC(2026, 0, 3, 8) + second * 1000);
  return {
    kind: "execution",
    execution: anExecution({ familyId, revision, executedAt, order: { permanentId: familyId } }),
  };
}
