import { ImportError, type SyncResult, silentLogger } from "@fillbook/core";
import { expect, it } from "vitest";
import { jsonLogger } from "../src/json-logger.ts";
import { openBook } from "../src/open-book.ts";
import { readSettings } from "../src/settings.ts";
import { startWorker } from "../src/worker.ts";

const EVERY_SECOND = "* * * * * *";

it("worker: a tick that fails is logged, and the next one comes", async () => {
  const lines: string[] = [];
  let ticks = 0;
  const book = {
    async ingestDue(): Promise<SyncResult[]> {
      ticks += 1;
      throw new ImportError("STORE_FAILED", "the database is away");
    },
  };
  const worker = startWorker({ book, pattern: EVERY_SECOND, logger: jsonLogger((line) => lines.push(line)) });
  await expect.poll(() => ticks).toBeGreaterThan(1);
  await worker.stop();
  expect(JSON.parse(lines[0] ?? "")).toMatchObject({ level: "error", message: "tick failed", code: "STORE_FAILED" });
});

it("worker: ticks never overlap, and stop aborts the one that is going on and waits for it", async () => {
  let running = 0;
  let most = 0;
  const ingestDue = async ({ signal }: { signal?: AbortSignal } = {}): Promise<SyncResult[]> => {
    running += 1;
    most = Math.max(most, running);
    await new Promise<void>((resolve) => signal?.addEventListener("abort", () => resolve()));
    running -= 1;
    return [];
  };
  const worker = startWorker({ book: { ingestDue }, pattern: EVERY_SECOND, logger: silentLogger });
  await new Promise((resolve) => setTimeout(resolve, 1100));
  expect(most).toBe(1);
  await worker.stop();
  expect(running).toBe(0);
});

it("settings: a bad value is named", () => {
  expect(() => readSettings({ FILLBOOK_SYNC_EVERY_MS: "soon" })).toThrow("FILLBOOK_SYNC_EVERY_MS");
});

it("open book: real credentials need the key that sealed them", async () => {
  const options = { databaseUrl: "postgres://127.0.0.1:1/none", vaultKey: null, logger: silentLogger };
  await expect(openBook(options)).rejects.toThrow("FILLBOOK_VAULT_KEY");
});
