import { expect, test } from "vitest";
import { zonedMs } from "../src/flex-zone.ts";

// Goal: every reading of a clock around its change is read by the rule of decision 0021, in any zone. Method: a walk through
// the moments of the days around it notes what the platform's clock shows, and when first.

const STEP_MS = 900_000;

test.each([
  ["Pacific/Auckland", "2026-04-03", "2026-04-06"],
  ["Pacific/Auckland", "2026-09-25", "2026-09-28"],
  ["Pacific/Chatham", "2026-04-03", "2026-04-06"],
  ["Pacific/Chatham", "2026-09-25", "2026-09-28"],
  ["Australia/Lord_Howe", "2026-04-03", "2026-04-06"],
  ["Australia/Lord_Howe", "2026-10-02", "2026-10-05"],
  ["Pacific/Apia", "2026-04-03", "2026-04-06"],
  ["Pacific/Kiritimati", "2026-04-03", "2026-04-06"],
  ["Pacific/Pago_Pago", "2026-04-03", "2026-04-06"],
  ["Asia/Kathmandu", "2026-04-03", "2026-04-06"],
  ["Africa/Casablanca", "2026-02-13", "2026-02-17"],
  ["America/St_Johns", "2026-10-30", "2026-11-03"],
  ["America/New_York", "2026-03-06", "2026-03-10"],
  ["Europe/London", "2026-10-23", "2026-10-27"],
])("zones: in %s from %s to %s a reading shown twice is the first, a skipped one moves forward", (zone, from, to) => {
  const clock = new Intl.DateTimeFormat("sv-SE", { timeZone: zone, dateStyle: "short", timeStyle: "medium" });
  const shown = (ms: number) => Date.parse(`${clock.format(ms).replace(" ", "T")}Z`);
  const first = new Map<number, number>();
  for (let ms = Date.parse(from); ms < Date.parse(to); ms += STEP_MS) {
    if (!first.has(shown(ms))) first.set(shown(ms), ms);
  }
  const readings = [...first.keys()];
  const last = Math.max(...readings);
  let before = 0;
  let wall = Math.min(...readings);
  for (; wall <= last; wall += STEP_MS) {
    const moment = first.get(wall);
    if (moment !== undefined) before = wall - moment;
    expect(zonedMs(wall, zone), new Date(wall).toISOString()).toBe(moment ?? wall - before);
  }
});
