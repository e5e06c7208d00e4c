import { Worker } from "node:worker_threads";

// Run as a process of its own with a worker's file and the names of bombs: for each a thread runs it and this one measures.
// A stall is the processor time that the process uses between two beats, and memory what it grows beyond the process at
// rest: a busy machine makes neither. Prints one line of JSON for each.

const [file = "", ...names] = process.argv.slice(2);

for (const name of names) console.log(JSON.stringify(await measured(name)));

async function measured(name: string): Promise<object> {
  const beats = new Int32Array(new SharedArrayBuffer(8));
  const worker = new Worker(new URL(file, import.meta.url), { workerData: { name, beats } });
  const seen = { restBytes: 0, growBytes: 0, stallMs: 0 };
  let last = { beat: 0, cpuMs: 0, atMs: 0 };
  const timer = setInterval(() => {
    const beat = Atomics.load(beats, 0);
    const now = { beat, cpuMs: cpuMs(), atMs: performance.now() };
    const isWatched = Atomics.load(beats, 1) === 1;
    if (isWatched) {
      seen.growBytes = Math.max(seen.growBytes, process.memoryUsage.rss() - seen.restBytes);
      seen.stallMs = Math.max(seen.stallMs, Math.min(now.cpuMs - last.cpuMs, now.atMs - last.atMs));
    } else if (Atomics.load(beats, 1) === 0) seen.restBytes = process.memoryUsage.rss();
    if (beat !== last.beat || !isWatched) last = now;
  }, 5);
  try {
    const result = await new Promise<object>((resolve, reject) => {
      worker.once("message", resolve);
      worker.once("error", reject);
      worker.once("exit", (code) => reject(new Error(`the bomb ${name} ended with ${code} and said nothing`)));
    });
    return { name, ...seen, ...result };
  } finally {
    clearInterval(timer);
    await worker.terminate();
  }
}

function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}
