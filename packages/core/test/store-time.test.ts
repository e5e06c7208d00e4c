import { expect, test } from "vitest";
import { instantFromUnixMs } from "../src/instant.ts";
import { offsetMs, storeClock } from "../src/store-time.ts";

const storeMs = Date.UTC(2026, 0, 5, 12);
const storeNow = instantFromUnixMs(storeMs);
const day = 86_400_000;

test.each([
  ["a minute ahead", 60_000, false, -60_000],
  ["a minute behind", -60_000, false, 60_000],
  ["right", 0, false, 0],
  ["in another time zone", 14 * 3_600_000, false, -14 * 3_600_000],
  ["a day ahead", day, false, -day],
  ["more than a day ahead, which nobody's clock is", day + 1, false, 0],
  ["more than a day behind", -day - 1, false, 0],
  ["simulated", 60_000, true, 0],
])("a clock that is %s", async (_name, apartMs, simulated, offset) => {
  const clock = { now: () => storeMs + apartMs, sleep: async () => {}, simulated };
  expect(offsetMs(clock, { readMs: clock.now(), storeNow })).toBe(offset);
  const set = await storeClock({ now: async () => storeNow }, clock);
  expect(set.now()).toBe(storeMs + apartMs + offset);
});
