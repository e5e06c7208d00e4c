import type { Json } from "@fillbook/core";
import type { BookStore, CommitBatch } from "@fillbook/core/store";
import { anExecution, type ExecutionDetails, newConnection, scripted } from "@fillbook/testkit";
import { pageBatch } from "../../core/src/page-batch.ts";

export const BATCH_SIZE = 1000;
export const FILLS = 100_000;

const now = "2026-01-05T12:00:00.000000Z" as CommitBatch["at"]; // Written in the one form that the brand promises.
const connector = scripted({ pages: [] });
const connectionId = "connection";
const owner = "owner";

/**
 * Raw records of the bench's fills: one second apart, `orderSize` neighbours to an order, all buys of one symbol.
 * `varied` gives each order another symbol and side than the next one's. `first` is a multiple of `orderSize`.
 */
export function prepareRecords(
  orderSize: number,
  { first = 0, count = FILLS, varied = false } = {},
): { readonly raw: Json }[] {
  return Array.from({ length: count }, (_, offset) => {
    const index = first + offset;
    const order = Math.floor(index / orderSize);
    const executedAt = new Date(Date.UTC(2026, 0, 2) + index * 1000).toISOString();
    const execution = anExecution({
      familyId: `E${index}`,
      executedAt,
      price: `${100 + (index % 97)}.${index % 100}1`,
      quantity: `${1 + (index % 7)}.5`,
      fees: [{ amount: "0.35", currency: "USD" }],
      ...(varied ? variety(order) : {}),
      order: { permanentId: `O${order}` },
    });
    // An execution of the builder holds texts, numbers, lists and nulls only.
    return { raw: { kind: "execution", execution } as unknown as Json };
  });
}

function variety(order: number): Pick<ExecutionDetails, "side" | "instrument"> {
  const symbol = `S${order % 25}`;
  return { side: order % 2 === 0 ? "buy" : "sell", instrument: { symbol, rawSymbol: symbol } };
}

/** The records as the commits that `ingest` makes of pages. */
export function prepareBatches(
  records: readonly { readonly raw: Json }[],
  { size = BATCH_SIZE, firstPage = 1 } = {},
): CommitBatch[] {
  const run = { connectionId, jobId: "job", token: 1 };
  const storedContexts = new Set<string>();
  return Array.from({ length: Math.ceil(records.length / size) }, (_, index) => {
    const page = { records: records.slice(index * size, (index + 1) * size), context: {}, cursor: index };
    const pageNumber = firstPage + index;
    const batch = pageBatch(page, { connector, owner, run, pageNumber, at: now, storedContexts });
    for (const { contextHash } of batch.contexts) storedContexts.add(contextHash);
    return batch;
  });
}

export interface OpenRun {
  readonly jobId: string;
  readonly token: number;
}

/** Begins a run on an empty store. */
export async function openRun(store: BookStore): Promise<OpenRun> {
  await store.createConnection(newConnection({ connection: { id: connectionId, userId: owner } }));
  const started = await store.beginRun({ connectionId, mode: "manual", window: {}, leaseMs: 1e9 });
  if (started.kind !== "started") throw new Error(`the run is ${started.kind}`);
  return { jobId: started.jobId, token: started.token };
}

/** The batches as the run's own. */
export function batchesOf({ jobId, token }: OpenRun, batches: readonly CommitBatch[]): CommitBatch[] {
  return batches.map((batch) => (batch.run === null ? batch : { ...batch, run: { ...batch.run, jobId, token } }));
}

/** The same fills as later pages of the same run; a page with an old number would be answered without being read. */
export function repeated(batches: readonly CommitBatch[]): CommitBatch[] {
  return batches.map((batch) => {
    if (batch.run === null) return batch;
    const page = batch.run.page + batches.length;
    return { ...batch, id: `${batch.run.jobId}/${page}`, run: { ...batch.run, page } };
  });
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

export function expectInserted(inserted: number, expected: number): void {
  if (inserted !== expected) throw new Error(`${inserted} fills were new, not ${expected}`);
}
