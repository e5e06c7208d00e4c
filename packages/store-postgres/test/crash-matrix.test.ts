import { describe, expect, inject, test } from "vitest";
import { krakenHistory, revisedHistory } from "./support/crash-history.ts";
import { allCalls, allStatements, type CrashMatrix, crashMatrix, spread } from "./support/crash-matrix.ts";
import { testDatabaseUrl, testPool } from "./support/database.ts";
import type { HaltCounts, HaltPlace } from "./support/halt-at.ts";

// Goal: a process can die anywhere. Method: enumerate what a whole run does, kill a process with SIGKILL at each place,
// let its lease run out and let another run go on; then compare with the run that never died. The test command tries
// a sample of the places in a small account, `pnpm crash` tries them all.

const isWhole = inject("wholeCrashMatrix");
const timeout = isWhole ? 1_800_000 : 60_000;

describe("a process that is killed", { timeout }, () => {
  test("before or after any store call: the next run converges", async () => {
    // All places of 40 pages with the ledger would take an hour.
    const history = () => krakenHistory(isWhole ? 40 : 3, { ledger: !isWhole });
    const matrix = await play(`${isWhole ? 40 : 3} pages, store calls`, { history, all: allCalls, sample: 4 });
    // Nothing is left to clean up before the job is open and behind the call that closes it, which its steps follow.
    expect(matrix.open).toMatch(/^\.o+\.{1,3}$/);
  });

  test("before any SQL statement: the next run converges", async () => {
    const history = () => krakenHistory(isWhole ? 6 : 2, { ledger: true });
    const matrix = await play(`${isWhole ? 6 : 2} pages, statements`, { history, all: allStatements, sample: 3 });
    // The run's steps are written behind its end.
    expect(matrix.open).toMatch(/^\.+o+\.?$/);
  });

  test("before any SQL statement of corrections, cancels and rejects: the next run converges", async () => {
    const matrix = await play("revisions, statements", { history: revisedHistory, all: allStatements, sample: 4 });
    // The run's steps are written behind its end.
    expect(matrix.open).toMatch(/^\.+o+\.?$/);
  });
});

async function play(
  name: string,
  options: {
    readonly history: Parameters<typeof crashMatrix>[0]["history"];
    readonly all: (whole: HaltCounts) => readonly HaltPlace[];
    readonly sample: number;
  },
): Promise<CrashMatrix> {
  const { history, all, sample } = options;
  const places = (whole: HaltCounts) => (isWhole ? all(whole) : spread(all(whole), sample));
  const matrix = await crashMatrix({ history, places, pool: testPool(), databaseUrl: testDatabaseUrl() });
  console.log(`crash matrix, ${name}: ${matrix.points} kill points x ${matrix.differences.length} differences`);
  expect(matrix.differences).toEqual([]);
  return matrix;
}
