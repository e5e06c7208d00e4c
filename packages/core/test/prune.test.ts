import { expect, test } from "vitest";
import { instant, unixMsOf } from "../src/instant.ts";
import { silentLogger } from "../src/logger.ts";
import { type PruneRequest, prune, type StorePrune } from "../src/prune.ts";

const storeNow = instant("2026-01-05T12:00:00Z");
const hour = 3_600_000;

async function asked(request: PruneRequest, apartMs = 0): Promise<Omit<StorePrune, "includeUndoable" | "limit">> {
  const requests: StorePrune[] = [];
  const store = {
    now: async () => storeNow,
    async prune(seen: StorePrune) {
      requests.push(seen);
      return { jobs: 0, steps: 0, problems: 0, audit: 0, more: false };
    },
  };
  const clock = { now: () => unixMsOf(storeNow) + apartMs, sleep: async () => {} };
  await prune({ store, clock, logger: silentLogger }, request);
  const [{ includeUndoable: _undoable, limit: _limit, ...moments } = { includeUndoable: false, limit: 0 }] = requests;
  return moments;
}

test("prune: an age from before the year 2000, the first that can be stored, deletes nothing", async () => {
  const jobsBefore = instant("2000-01-01T00:00:00Z");
  for (const jobsOlderThanMs of [30 * 365 * 24 * hour, 100 * 365 * 24 * hour, Number.MAX_SAFE_INTEGER])
    expect(await asked({ jobsOlderThanMs })).toEqual({ jobsBefore });
});

test("prune: ages go by the store's time, whatever the worker's clock reads", async () => {
  for (const apartMs of [0, hour, -hour, 40 * 24 * hour]) {
    expect(
      await asked({ stepsOlderThanMs: 0, resolvedProblemsOlderThanMs: hour, auditOlderThanMs: 2 * hour }, apartMs),
    ).toEqual({
      stepsBefore: storeNow,
      problemsBefore: instant("2026-01-05T11:00:00Z"),
      auditBefore: instant("2026-01-05T10:00:00Z"),
    });
  }
});
