import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { type PortalBomb, portalBombs } from "./support/portal-bombs.ts";
import { stallMaxMs } from "./support/stall-watch.ts";

// Goal: no answer of a gateway takes the memory of the process or stops its timers, and what is refused is refused for
// what is wrong with it. Method: a process that plays each answer in a worker and measures itself.
// LONG_TESTS=1 is the long run of `.ci/run`: all of them. Else it is four.

const isLong = process.env.LONG_TESTS === "1";
const GROWTH_MAX_BYTES = 150_000_000;
const brief: ReadonlySet<string> = new Set([
  "trades: as many real ones as the bound allows",
  "trades: empty objects",
  "/tickle: longer than it may be",
  "/trsrv/secdef: empty objects",
]);
const played = portalBombs.filter(({ name }) => isLong || brief.has(name));

test("bombs: whatever Client Portal answers, memory and stalls are bounded, and the reason is true", async () => {
  const child = join(import.meta.dirname, "support/portal-bomb-child.ts");
  const names = JSON.stringify(played.map(({ name }) => name));
  const { stdout } = await promisify(execFile)(process.execPath, [child, names], { maxBuffer: 2 ** 24 });
  const seen = stdout.trim().split("\n");
  expect(seen).toHaveLength(played.length);
  for (const [index, line] of seen.entries()) expectBounded(played[index], JSON.parse(line));
}, 300_000);

function expectBounded(
  bomb: PortalBomb | undefined,
  measured: { readonly name: string; readonly outcome: string; readonly growBytes: number; readonly stallMs: number },
): void {
  expect(measured.name).toBe(bomb?.name);
  if (bomb?.expected !== "any") expect(measured.outcome, measured.name).toMatch(new RegExp(`^${bomb?.expected}`));
  expect(measured.outcome, measured.name).not.toMatch(/^threw/);
  expect(measured.growBytes, measured.name).toBeLessThan(GROWTH_MAX_BYTES);
  expect(measured.stallMs, measured.name).toBeLessThan(stallMaxMs);
}
