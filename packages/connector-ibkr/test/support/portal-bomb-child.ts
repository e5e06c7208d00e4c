import { Worker } from "node:worker_threads";

// One process that plays bombs, each in a worker of its own, and measures what the worker does to the process: memory beyond
// what it had at rest, and processor time during which the worker's event loop stood still.
// Prints one JSON line for each: { name, outcome, growBytes, stallMs }.

const names: readonly string[] = JSON.parse(process.argv[2] ?? "[]");

for (const name of names) console.log(JSON.stringify(await measured(name)));

async function measured(name: string) {
  const beats = new Int32Array(new SharedArrayBuffer(8));
  const worker = new Worker(new URL("./portal-bomb-worker.ts", import.meta.url), {
    workerData: { name, beats },
    resourceLimits: { maxOldGenerationSizeMb: 1_024 },
  });
  const seen = { rest: 0, peak: 0, stallMs: 0 };
  let last = { beat: -1, cpuMs: 0, atMs: 0 };
  const look = setInterval(() => {
    const beat = Atomics.load(beats, 0);
    const isWatched = Atomics.load(beats, 1) === 1;
    const cpuMs = usedMs();
    const atMs = performance.now();
    if (beat !== last.beat || !isWatched) last = { beat, cpuMs, atMs };
    if (!isWatched) return;
    const rss = process.memoryUsage.rss();
    if (seen.rest === 0) seen.rest = rss;
    seen.peak = Math.max(seen.peak, rss - seen.rest);
    seen.stallMs = Math.max(seen.stallMs, Math.min(cpuMs - last.cpuMs, atMs - last.atMs));
  }, 10);
  const outcome = await new Promise<string>((resolve) => {
    worker.once("message", resolve);
    worker.once("error", (error) => resolve(`threw ${error.message}`));
    worker.once("exit", (code) => resolve(`threw nothing and ended with ${code}`));
  });
  clearInterval(look);
  await worker.terminate();
  return { name, outcome, growBytes: seen.peak, stallMs: Math.round(seen.stallMs) };
}

function usedMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
}
