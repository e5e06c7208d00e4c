import { isImportError } from "@fillbook/core";
import { expect, test } from "vitest";
import type { KrakenLedger } from "../src/kraken-ledger.ts";
import { ledgerStream } from "../src/kraken-ledger-stream.ts";

const entry = (id: string, time: string | null): KrakenLedger => ({ id, row: { refid: `R${id}`, time } });

/** Entries of one second each, newest first: `E100` lies in second 1,700,000,100. */
const entries = (count: number) =>
  Array.from({ length: count }, (_, number) =>
    entry(`E${count - 1 - number}`, `${1_700_000_000 + count - 1 - number}.5`),
  );

/** A stream over a list that may change between two calls. */
function aStream(list: KrakenLedger[]) {
  const calls: number[] = [];
  const stream = ledgerStream(async ({ from, to }, offset) => {
    calls.push(offset);
    const inSpan = list.filter(({ row }) => {
      const time = Number((row as { time: string | null }).time ?? to);
      return time > from && time <= to;
    });
    return { rows: inSpan.slice(offset, offset + 50), count: null };
  });
  const read = async (from: number, to: number, pagesMax = 60) => {
    const stretch = { from: 1_700_000_000 + from, to: 1_700_000_000 + to };
    const { readTo, ...read } = await stream.read(stretch, { floor: 1_700_000_000, pagesMax });
    return {
      ids: read.entries.map(({ id }) => id),
      around: read.around.map(({ id }) => id),
      readTo: readTo - 1_700_000_000,
    };
  };
  return { calls, list, read };
}

const ids = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, number) => `E${to - number}`);

test("stream: stretches one behind the other ask for each page once, and each entry is in its stretch", async () => {
  const { calls, read } = aStream(entries(1_000));
  const seen: string[] = [];
  for (let to = 999; to >= 0; to -= 40) seen.push(...(await read(Math.max(0, to - 39), to)).ids);
  expect(seen).toEqual(ids(0, 999));
  // Pages share one entry.
  expect(calls.length).toBeLessThanOrEqual(Math.ceil(1_000 / 49) + 1);
});

test("stream: stretches that overlap get the same entries, with what lies around them", async () => {
  const { read } = aStream(entries(300));
  expect((await read(200, 299)).ids).toEqual(ids(200, 299));
  const second = await read(150, 203);
  expect(second.ids).toEqual(ids(150, 203));
  expect(second.around).toEqual([...ids(204, 208), ...ids(145, 149)]);
});

test("stream: a stretch that does not follow is read by itself", async () => {
  const { calls, read } = aStream(entries(1_000));
  await read(960, 999);
  expect((await read(100, 110)).ids).toEqual(ids(100, 110));
  expect((await read(700, 710)).ids).toEqual(ids(700, 710));
  expect(calls).toHaveLength(3);
});

test("stream: a long stretch comes in parts, whose neighbors are known", async () => {
  const { read } = aStream(entries(1_000));
  const seen: string[] = [];
  for (let to = 999; to >= 0; ) {
    const part = await read(0, to, 3);
    seen.push(...part.ids);
    to = part.readTo - 1;
  }
  expect(seen).toEqual(ids(0, 999));
});

test("stream: entries that come in above push the pages down, and none is missed or doubled", async () => {
  const one = aStream(entries(400));
  const first = await one.read(330, 399);
  one.list.unshift(entry("LATE1", "1700000398.7"), entry("LATE2", "1700000397.7"));
  const second = await one.read(0, 329);
  expect([...first.ids, ...second.ids]).toEqual(ids(0, 399));
});

test("stream: entries that vanish above make it start again at its stretch", async () => {
  const one = aStream(entries(400));
  const first = await one.read(330, 399);
  one.list.splice(0, 3);
  expect([...first.ids, ...(await one.read(0, 329)).ids]).toEqual(ids(0, 399));
});

test("stream: entries that vanish again and again, or a page that never changes, end it", async () => {
  const moving = entries(4_000);
  const stuck = ledgerStream(async () => ({ rows: entries(50), count: null }));
  const walk = ledgerStream(async (_span, offset) => {
    moving.splice(0, 60);
    return { rows: moving.slice(offset, offset + 50), count: null };
  });
  for (const stream of [stuck, walk]) {
    const failed = await stream
      .read({ from: 0, to: 1_700_003_999 }, { floor: 0, pagesMax: 60 })
      .then(null, (error) => error);
    expect(isImportError(failed) && failed.code).toBe("PAGING_UNSTABLE");
  }
});

test("stream: a thousand entries of one second are one stretch", async () => {
  const second = Array.from({ length: 1_000 }, (_, number) => entry(`S${number}`, "1700000100.5"));
  const { read } = aStream([...entries(300).slice(0, 200), ...second, ...entries(300).slice(200)]);
  const bounded = await read(0, 100, 3);
  expect(bounded.ids).toEqual([]);
  expect(bounded.readTo).toBe(101);
  expect((await read(99, 100)).ids).toHaveLength(1_002);
});

test("stream: an entry without a time that can be read is given with those beside it", async () => {
  const list = entries(120);
  list.splice(0, 0, entry("FIRST", null));
  list.splice(60, 0, entry("MIDDLE", "yesterday"));
  const stream = ledgerStream(async (_span, offset) => ({ rows: list.slice(offset, offset + 50), count: null }));
  const read = await stream.read({ from: 1_700_000_000, to: 1_700_000_119 }, { floor: 1_700_000_000, pagesMax: 60 });
  expect(read.entries).toHaveLength(122);
});
