import { setTimeout as pause } from "node:timers/promises";
import { parentPort, workerData } from "node:worker_threads";
import { kraken } from "@fillbook/connector-kraken";
import { z } from "zod";
import { memoryState, testClock } from "./drive-kraken.ts";
import { jsonBombs } from "./json-bombs.ts";
import { scriptedKraken } from "./scripted-kraken.ts";

// Run by bomb-process.ts in a thread of its own: plays one answer, and normalizes the rows of all pages as core does.

const { name, beats }: { readonly name: string; readonly beats: Int32Array } = workerData;
setInterval(() => Atomics.add(beats, 0, 1), 5);

const bomb = jsonBombs.get(name);
if (bomb === undefined) throw new Error(`there is no bomb called ${name}`);
const { endpoint, mode = "scheduled", status = 200, isEndless = false } = bomb;
const made = bomb.body();
const whole = Buffer.from(typeof made === "string" ? made : "");

function* inPieces(bytes: Buffer): Generator<Uint8Array> {
  do {
    for (let start = 0; start < bytes.length; start += 65_536) yield bytes.subarray(start, start + 65_536);
  } while (isEndless);
}

const connector = kraken({
  fetch: scriptedKraken(endpoint, (parameters) => ({
    status,
    pieces: inPieces(typeof made === "string" ? whole : Buffer.from(made(parameters))),
  })),
  ...{ retries: { retriesMax: 0 }, exportWaitMs: 0, baseUrl: "http://127.0.0.1:9" },
});
const settings = z.parse(connector.settings, {});
const credentials = { apiKey: "key", apiSecret: "c2VjcmV0" };
const shared = { credentials, clock: testClock(), state: memoryState(), signal: new AbortController().signal };

async function play(): Promise<string> {
  if (mode === "check") return `ok ${JSON.stringify(await connector.check({ ...shared, userId: "ada", settings }))}`;
  const counted = { execution: 0, cancel: 0, ignored: 0, rejected: 0 };
  const pages = connector.pull({
    ...{ ...shared, mode, cursor: null, window: {} },
    connection: { id: "c", userId: "ada", accountRef: "account-1", settings },
    logger: { debug() {}, info() {}, warn() {}, error() {} },
  });
  for await (const page of pages) {
    JSON.stringify([page.records, page.cursor, page.diagnostics]);
    for (const { raw } of page.records) counted[connector.normalize(raw, page.context).kind] += 1;
    await pause(0);
  }
  return `ok ${JSON.stringify(counted)}`;
}

gc?.();
await pause(50);
Atomics.store(beats, 1, 1);
const outcome = await play().catch(
  (error: { readonly code?: string; readonly message: string }) => `${error.code ?? "threw"}: ${error.message}`,
);
Atomics.store(beats, 1, 2);
parentPort?.postMessage({ outcome });
