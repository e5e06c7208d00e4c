import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type LogLine, startWorkerProcess } from "./worker-process.ts";

// Goal: what a host copies from here survives its deploys. Method: the real process, started and ended as an operator does
// it, on the embedded store and the simulated brokers.

let dataDir: string;

beforeAll(async () => {
  dataDir = join(await mkdtemp(join(tmpdir(), "fillbook-cron-")), "book");
});

afterAll(() => rm(join(dataDir, ".."), { recursive: true, force: true }));

const start = () =>
  startWorkerProcess({
    FILLBOOK_DATA_DIR: dataDir,
    FILLBOOK_CRON: "* * * * * *",
    FILLBOOK_SYNC_EVERY_MS: "1000",
  });

const runs = (lines: readonly LogLine[]) => lines.filter(({ message }) => message === "run");
const inserted = (lines: readonly LogLine[]) => runs(lines).reduce((sum, line) => sum + Number(line.inserted), 0);
const connections = (lines: readonly LogLine[]) => new Set(runs(lines).map((line) => line.connectionId)).size;

it("worker: a tick imports the fills of both brokers, SIGTERM ends it with 0, a second start goes on", async () => {
  const first = start();
  await first.until((lines) => connections(lines) === 2);
  expect(await first.end("SIGTERM")).toBe(0);
  expect(inserted(first.lines)).toBe(80);
  expect(first.lines.at(-1)).toMatchObject({ level: "info", message: "worker stopped" });

  const second = start();
  await second.until((lines) => connections(lines) === 2);
  expect(await second.end("SIGINT")).toBe(0);
  expect(inserted(second.lines)).toBe(0);
  expect(runs(second.lines).every(({ status }) => status === "succeeded")).toBe(true);
}, 60_000);
