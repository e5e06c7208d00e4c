import { createFillbook, ImportError } from "@fillbook/core";
import { memoryStore } from "@fillbook/store-memory";
import { fakeClock, scripted } from "@fillbook/testkit";
import type { PgBoss } from "pg-boss";
import { expect, it } from "vitest";
import { IMPORTS } from "../src/import-queue.ts";
import { readSettings } from "../src/settings.ts";
import { startWorker } from "../src/worker.ts";

// Goal: what becomes of a job is decided by the error's recovery. Method: the worker's own handler, called as pg-boss does.

type Handler = (jobs: readonly object[]) => Promise<void>;

async function openWorker(error: Error) {
  const clock = fakeClock();
  const connector = scripted({ pages: () => [{ error }] });
  const options = { store: memoryStore({ clock }), connectors: [connector], clock };
  const book = { ...options, credentials: async () => ({ token: "t" }) };
  const user = createFillbook(book).forUser("ada");
  const { id: connectionId } = await user.connect({ connector: "scripted" });
  const handlers = new Map<string, Handler>();
  const sent: unknown[] = [];
  const boss = {
    work: async (queue: string, _options: object, handler: Handler) => void handlers.set(queue, handler),
    send: async (...job: unknown[]) => void sent.push(job),
  };
  // The worker uses no more of it before it stops.
  await startWorker({ boss: boss as unknown as PgBoss, book, concurrency: 1 });
  const run = () => handlers.get(IMPORTS)?.([{ data: { connectionId }, signal: new AbortController().signal }]);
  return { run, sent, connectionId, connector };
}

const limited = (retryAfterMs: number | null) => new ImportError("RATE_LIMITED", "slower", { retryAfterMs });

it("worker: a failure that a retry may mend fails the job, so that pg-boss tries it again", async () => {
  const { run, sent } = await openWorker(new ImportError("BROKER_UNAVAILABLE", "away"));
  await expect(run()).rejects.toMatchObject({ code: "BROKER_UNAVAILABLE" });
  expect(sent).toEqual([]);
});

it("worker: a broker that asks for time is asked again after it, and not before", async () => {
  const { run, sent, connectionId, connector } = await openWorker(limited(5000));
  await run();
  expect(sent).toEqual([[IMPORTS, { connectionId }, { singletonKey: connectionId, startAfter: 6 }]]);
  expect(connector.pulled()).toBe(1);
  // A job that was waiting when the pause began.
  await run();
  expect([connector.pulled(), sent.length]).toEqual([1, 1]);
});

it.each([
  ["a wait that is too long for the queue", limited(3_600_000)],
  ["a wait of unknown length", limited(null)],
  ["credentials that the broker refuses", new ImportError("CREDENTIALS_INVALID", "refused")],
])("worker: %s ends the job and is left to the schedule", async (_name, error) => {
  const { run, sent } = await openWorker(error);
  await run();
  expect(sent).toEqual([]);
});

it("settings: what is missing is named", () => {
  expect(() => readSettings({ DATABASE_URL: "postgres://127.0.0.1/app" })).toThrow("FILLBOOK_VAULT_KEY");
});
