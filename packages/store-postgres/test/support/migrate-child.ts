import { systemClock } from "@fillbook/core";
import { migrate } from "../../src/index.ts";

// Run by a test with options as JSON: migrates one schema many times at once, each time with a pool of its own. A
// migration that had to be repeated because it collided with another one fails.

const { databaseUrl, schema, times }: { databaseUrl: string; schema: string; times: number } = JSON.parse(
  process.argv[2] ?? "",
);
/** Waits before a repetition are shorter, waits for a connection are longer. */
const REPEAT_MS_MAX = 1_000;
const clock = {
  now: systemClock.now,
  async sleep(ms: number, signal?: AbortSignal): Promise<void> {
    if (ms <= REPEAT_MS_MAX) throw new Error("a migration collided with another one");
    await systemClock.sleep(ms, signal);
  },
};
await Promise.all(Array.from({ length: times }, () => migrate({ url: databaseUrl }, { schema, clock })));
