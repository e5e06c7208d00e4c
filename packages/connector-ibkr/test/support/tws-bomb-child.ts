import { twsLibrary } from "../../src/tws-library.ts";
import { pullFrom } from "./raw-tws.ts";
import { watchStalls } from "./stall-watch.ts";

// Run by tws-bombs.ts with a port and limits as JSON: imports from that port, measures itself, and writes what it came to.

const { port, timeouts } = JSON.parse(process.argv[2] ?? "");
await twsLibrary();
// What is compiled for a first run is nothing that a peer makes it use.
await pullFrom(1, { timeouts: { connectMs: 100 } });
const restBytes = process.memoryUsage.rss();
let peakBytes = restBytes;
const sampler = setInterval(() => {
  peakBytes = Math.max(peakBytes, process.memoryUsage.rss());
}, 5);
using stalls = watchStalls();
const { records, most, cursor, error } = await pullFrom(port, { timeouts });
clearInterval(sampler);
const grownMegabytes = Math.round((peakBytes - restBytes) / 2 ** 20);
// A list that was read is read once more: nothing of it is new.
const again = error === null ? (await pullFrom(port, { timeouts }, cursor)).records : null;
const stallMs = Math.round(stalls.worstMs());
const [code, message] = [error?.code ?? null, error?.message ?? null];
process.stdout.write(`${JSON.stringify({ records, most, again, code, message, grownMegabytes, stallMs })}\n`);
process.exit(0);
