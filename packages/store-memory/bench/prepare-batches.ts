import type { Json } from "@fillbook/core";
import type { BookStore, CommitBatch } from "@fillbook/core/store";
import { memoryStore } from "@fillbook/store-memory";
import { anExecution, fakeClock, scripted } from "@fillbook/testkit";
import { pageBatch } from "../../core/src/page-batch.ts";

const BATCH_SIZE = 1000;
export const FILLS = 100_000;

const now = "2026-01-05T12:00:00.000000Z" as CommitBatch["at"]; // Written in the one form that the brand promises.
const connector = scripted({ pages: [] });
const connectionId = "connection";
const owner = "owner";

/** Raw records of the bench's fills: one second apart, `orderSize` neighbours to an order. */
export function prepareRecords(orderSize: number): { readonly raw: Json }[] {
  return Array.from({ length: FILLS }, (_, index) => {
    const executedAt = new Date(Date.UTC(2026, 0, 2) + index * 1000).toISOString();
    const execution = anExecution({
      familyId: `E${index}`,
      executedAt,
      price: `${100 + (index % 97)}.${index % 100}1`,
      quantity: `${1 + (index % 7)}.5`,
      fees: [{ amount: "0.35", currency: "USD" }],
      order: { permanentId: `O${Math.floor(index / orderSize)}` },
    });
    // An execution of the builder holds texts, numbers, lists and nulls only.
    return { raw: { kind: "execution", execution } as unknown as Json };
  });
}

/** The records as the commits that `ingest` makes of pages. */
export function prepareBatches(records: readonly { readonly raw: Json }[]): CommitBatch[] {
  return Array.from({ length: Math.ceil(records.length / BATCH_SIZE) }, (_, index) => {
    const page = {
      records: records.slice(index * BATCH_SIZE, (index + 1) * BATCH_SIZE),
      context: {},
      cursor: index,
    };
    const run = { connectionId, jobId: "job", token: 1 };
    return pageBatch(page, { connector, owner, run, pageNumber: index + 1, at: now, storedContexts: new Set() });
  });
}

/** An empty store with an open run, and the batches as that run's own. */
export async function openStore(batches: readonly CommitBatch[]): Promise<{ store: BookStore; own: CommitBatch[] }> {
  const store = memoryStore({ clock: fakeClock() });
  const times = {
    createdAt: now,
    updatedAt: now,
    syncEveryMs: 900_000,
    nextSyncAt: now,
    lastSyncAt: null,
    lastSucceededAt: null,
  };
  const names = { id: connectionId, userId: owner, connector: "scripted", broker: "scripted", accountRef: "A1" };
  await store.createConnection({ ...names, label: null, settings: {}, status: "active", health: "ok", ...times });
  const started = await store.beginRun({ connectionId, mode: "manual", window: {}, leaseMs: 1e9 });
  if (started.kind !== "started") throw new Error(`the run is ${started.kind}`);
  const { jobId, token } = started;
  const own = batches.map((batch) => (batch.run === null ? batch : { ...batch, run: { ...batch.run, jobId, token } }));
  return { store, own };
}

/** Commits the batches in order and answers with how many fills were new; a commit that is refused throws. */
export async function commitAll(store: BookStore, batches: readonly CommitBatch[]): Promise<number> {
  let inserted = 0;
  for (const batch of batches) {
    const result = await store.commit(batch);
    if (result.kind !== "committed") throw new Error(`batch ${batch.id} is ${result.kind}`);
    inserted += result.stats.inserted;
  }
  return inserted;
}
