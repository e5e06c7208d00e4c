import { setTimeout as wait } from "node:timers/promises";
import { parentPort, workerData } from "node:worker_threads";
import { createHttp } from "@fillbook/connector-kit";
import { kraken } from "@fillbook/connector-kraken";
import { createFillbook } from "@fillbook/core";
import { memoryStore } from "@fillbook/store-memory";
import { bombs } from "./bombs.ts";

// Run by bomb-process.ts in a thread of its own: imports one file, and beats meanwhile as a timer of a host would.

const { name, beats }: { readonly name: string; readonly beats: Int32Array } = workerData;
setInterval(() => Atomics.add(beats, 0, 1), 5);

const bomb = bombs[name];
if (bomb === undefined) throw new Error(`there is no bomb called ${name}`);
const file = bomb.file();
const book = createFillbook({ store: memoryStore(), connectors: [kraken({ baseUrl: "http://127.0.0.1:9" })] });
const user = book.forUser("ada");
const { id } = await user.connect({ connector: "kraken", offline: true, accountRef: "account-1" });
// The first request loads the transport, which is no part of what a file costs; nobody listens there.
await createHttp({})
  .request({ method: "GET", url: "http://127.0.0.1:9", signal: AbortSignal.timeout(5_000) })
  .catch(() => null);
gc?.();
await wait(50);
Atomics.store(beats, 1, 1);
const report = await user.importFile(id, inPieces());
Atomics.store(beats, 1, 2);
if (report.status === "skipped") throw new Error("the import was skipped");
const { status, error, stats } = report;
const problems = (await user.problems({ limit: 200 })).items.map(({ kind, message }) => `${kind}: ${message}`);
parentPort?.postMessage({ status, code: error?.code ?? null, message: error?.message ?? null, stats, problems });

async function* inPieces(): AsyncGenerator<Uint8Array> {
  for (let start = 0; start < file.length; start += 65_536) yield file.subarray(start, start + 65_536);
}
