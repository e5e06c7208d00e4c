import { Worker } from "node:worker_threads";

// Run as a process of its own with a bomb's name: one thread imports, this one measures. A stall is the processor time that
// the process uses between two beats, and memory what it grows beyond the process at rest: a busy machine makes neither.

const beats = new Int32Array(new SharedArrayBuffer(8));
const worker = new Worker(new URL("./bomb-worker.ts", import.meta.url), {
  workerData: { name: process.argv[2], beats },
});
const measured = { restBytes: 0, growBytes: 0, stallMs: 0 };
let last = { beat: 0, cpuMs: 0 };

const timer = setInterval(() => {
  const beat = Atomics.load(beats, 0);
  const now = cpuMs();
  if (Atomics.load(beats, 1) === 0) measured.restBytes = process.memoryUsage.rss();
  else if (Atomics.load(beats, 1) === 1) {
    measured.growBytes = Math.max(measured.growBytes, process.memoryUsage.rss() - measured.restBytes);
    measured.stallMs = Math.max(measured.stallMs, now - last.cpuMs);
  }
  if (beat !== last.beat) last = { beat, cpuMs: now };
}, 5);

worker.on("message", (result) => {
  clearInterval(timer);
  process.stdout.write(JSON.stringify({ ...measured, ...result }), () => process.exit(0));
});
worker.on("error", (error) => {
  process.stderr.write(String(error), () => process.exit(1));
});

function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}
