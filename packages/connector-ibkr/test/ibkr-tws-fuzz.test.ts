import type { Socket } from "node:net";
import { expect, test } from "vitest";
import { commissionWords, executionWords, frame, hello, listEnd, opened, pullFrom, rawTws } from "./support/raw-tws.ts";
import { stallMaxMs, watchStalls } from "./support/stall-watch.ts";

// Goal: whatever a broken gateway makes of a session, a run ends in its time, with the records of the session or a coded
// error, and nothing stands still. Method: one good session, changed in one byte or cut at one, at every place.
// LONG_TESTS=1 is the long run of `.ci/run`: every bit of every byte. Else it is a sample.

const isLong = process.env.LONG_TESTS === "1";
const farm = frame("4", "2", "-1", "2104", "Market data farm connection is OK:usfarm", "");
const session = [
  hello,
  Buffer.concat([opened, farm]),
  Buffer.concat([
    ...["0000e0d5.01.01", "0000e0d5.02.01"].flatMap((id) => [
      frame(...executionWords(id)),
      frame(...commissionWords(id)),
    ]),
    listEnd,
  ]),
];
const places = session.flatMap((bytes, part) => Array.from(bytes, (_byte, at) => ({ part, at })));
const sampled = (every: number) => places.filter((_place, index) => isLong || index % every === 0);

type Bent = (part: number, bytes: Buffer) => { readonly bytes: Buffer; readonly ends?: boolean };

/** Runs as many sessions as there are ways to bend one, some at a time; how each ended. */
async function runs(ways: readonly Bent[]) {
  const waiting = [...ways];
  await using peer = await rawTws((socket) => bend(socket, waiting.shift() ?? ((_part, bytes) => ({ bytes }))));
  using stalls = watchStalls();
  const timeouts = { connectMs: 150, answerMs: 150 };
  const ended: Awaited<ReturnType<typeof pullFrom>>[] = [];
  const lane = async () => {
    // The last connections may find no way left, and play the session as it is.
    while (waiting.length > 0) ended.push(await pullFrom(peer.port, { timeouts }));
  };
  await Promise.all(Array.from({ length: 16 }, lane));
  return { ended, worstMs: stalls.worstMs() };
}

function bend(socket: Socket, way: Bent): void {
  let part = 0;
  socket.on("data", () => {
    const good = session[part];
    if (good === undefined) return;
    const { bytes, ends = false } = way(part, good);
    part += 1;
    socket.write(bytes);
    if (ends) socket.end();
  });
}

const coded = new Set([
  ...["PROTOCOL", "TIMEOUT", "NETWORK", "RESPONSE_TOO_LARGE", "FEATURE_UNAVAILABLE", "ACCOUNT_MISMATCH"],
  ...["LOCKED_OUT", "BROKER_ERROR", "BROKER_UNAVAILABLE", "REQUEST_INVALID"],
]);

async function expectBounded(ways: readonly Bent[]) {
  const { ended, worstMs } = await runs(ways);
  expect(ended.length).toBeGreaterThanOrEqual(ways.length);
  for (const { records, error } of ended) {
    expect(records).toBeLessThanOrEqual(2);
    if (error === null) expect(records).toBeGreaterThan(0);
    else expect(coded).toContain(error.code);
  }
  expect(worstMs).toBeLessThan(stallMaxMs);
}

// First in this file: the library takes its time to load, once in a process.
test("fuzz: the session as it is has two executions", async () => {
  await using peer = await rawTws(session);
  expect(await pullFrom(peer.port)).toMatchObject({ records: 2, error: null });
});

test("fuzz: a byte changed at any place of a session", { timeout: 300_000 }, async () => {
  const bits = isLong ? [1, 2, 4, 8, 16, 32, 64, 128] : [1, 128];
  const ways = sampled(6).flatMap(({ part, at }) =>
    bits.map(
      (bit): Bent =>
        (one, bytes) => {
          if (one !== part) return { bytes };
          const changed = Buffer.from(bytes);
          changed[at] = (changed[at] ?? 0) ^ bit;
          return { bytes: changed };
        },
    ),
  );
  await expectBounded(ways);
});

test.each([true, false])(
  "fuzz: a session cut at any place (the connection ends: %s)",
  { timeout: 300_000 },
  async (ends) => {
    const ways = sampled(9).map(
      ({ part, at }): Bent =>
        (one, bytes) =>
          one === part ? { bytes: bytes.subarray(0, at), ends } : { bytes: one < part ? bytes : Buffer.alloc(0) },
    );
    await expectBounded(ways);
  },
);
