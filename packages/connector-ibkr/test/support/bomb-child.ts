import { Worker } from "node:worker_threads";

// node bomb-child.ts '{"names":[],"megabytes":1}': has a worker read the documents and looks on. Writes a line of JSON for
// each: what became of it, by how many megabytes the process grew so far, and the longest that its timers had to wait.

// A stall counts what the process computed meanwhile, so that a busy machine makes none.
const beats = new Int32Array(new SharedArrayBuffer(4));
// The test wrote it.
const { names, megabytes } = JSON.parse(process.argv[2] ?? "") as { names: readonly string[]; megabytes: number };
const worker = new Worker(new URL("./bomb-worker.ts", import.meta.url), { workerData: { beats, names, megabytes } });

let restBytes = 0;
let peakBytes = 0;
let worstMs = 0;
let last = { beat: -1, atMs: 0, cpuMs: 0 };

setInterval(() => {
  if (restBytes === 0) return;
  const atMs = performance.now();
  const beat = Atomics.load(beats, 0);
  if (beat !== last.beat) last = { beat, atMs, cpuMs: cpuMs() };
  worstMs = Math.max(worstMs, Math.min(atMs - last.atMs, cpuMs() - last.cpuMs));
  peakBytes = Math.max(peakBytes, process.memoryUsage.rss());
}, 5);

worker.on("message", (said: { begins?: string; name?: string; code?: string | null; message?: string }) => {
  if (said.begins !== undefined) {
    restBytes ||= process.memoryUsage.rss();
    worstMs = 0;
    return;
  }
  const growthMegabytes = Math.max(0, Math.round((peakBytes - restBytes) / 1e6));
  process.stdout.write(`${JSON.stringify({ ...said, growthMegabytes, stallMs: Math.round(worstMs) })}\n`);
});
worker.on("error", (error) => {
  process.stderr.write(`${error.stack ?? error.message}\n`);
  process.exitCode = 1;
});
worker.on("exit", () => process.exit());

function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}
