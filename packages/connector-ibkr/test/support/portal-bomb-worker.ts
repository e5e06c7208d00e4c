import { setTimeout as pause } from "node:timers/promises";
import { parentPort, workerData } from "node:worker_threads";
import { instantFromUnixMs } from "@fillbook/core";
import { ibkrWeb } from "../../src/ibkr-web.ts";
import { testClock } from "./ibkr-flex-world.ts";
import { bombAnswer, portalBombs } from "./portal-bombs.ts";
import { scriptedPortal } from "./scripted-portal.ts";

// Plays one bomb: pulls all pages and normalizes their rows, as core does, and keeps none of them.

const { name, beats }: { name: string; beats: Int32Array } = workerData;
const bomb = portalBombs.find((one) => one.name === name);
if (bomb === undefined) throw new Error(`no bomb ${name}`);
setInterval(() => Atomics.add(beats, 0, 1), 5);

const clock = testClock();
// A reply is made before it is watched: making it is no work of the connector's.
const made = new Map<string, ReturnType<typeof bombAnswer>>();
const { fetch } = scriptedPortal((question) => {
  const known = made.get(question.path);
  if (known !== undefined) return known;
  Atomics.store(beats, 1, 0);
  const reply = bombAnswer(bomb, question);
  if (question.path === bomb.path) made.set(question.path, reply);
  return reply;
});
const watched: typeof fetch = async (target, init) => {
  const response = await fetch(target, init);
  await pause(30);
  Atomics.add(beats, 0, 1);
  Atomics.store(beats, 1, 1);
  await pause(20);
  return response;
};

const connector = ibkrWeb({
  gateways: [{ url: "https://localhost:5000/v1/api" }],
  fetch: watched,
  retries: { retriesMax: 0 },
});
const state = new Map<string, string>();

async function play(): Promise<string> {
  const counted = { execution: 0, cancel: 0, ignored: 0, rejected: 0 };
  const pages = connector.pull({
    connection: { id: "c", userId: "ada", accountRef: "U1", settings: { region: "america", compete: false } },
    credentials: { kind: "gateway" },
    cursor: null,
    mode: "scheduled",
    window: {},
    signal: new AbortController().signal,
    clock,
    logger: { debug() {}, info() {}, warn() {}, error() {} },
    state: {
      read: async (key) => JSON.parse(state.get(key) ?? "null"),
      write: async (key, value, version) => {
        state.set(key, JSON.stringify({ value, version: version + 1 }));
        return true;
      },
    },
  });
  let longest = 0;
  for await (const page of pages) {
    longest = Math.max(longest, JSON.stringify(page.records).length);
    for (const { raw } of page.records) counted[connector.normalize(raw, page.context).kind] += 1;
    await pause(0);
  }
  return `ok ${JSON.stringify({ ...counted, longest, at: instantFromUnixMs(clock.now()).slice(0, 4) })}`;
}

const outcome = await play().catch(
  (error: { readonly code?: string; readonly message: string }) => `${error.code ?? "threw"}: ${error.message}`,
);
parentPort?.postMessage(outcome);
