import {
  type ClosedWindowCursor,
  emptyWindowCursor,
  openHead,
  openRequested,
  type WalkedPage,
  walkClosedWindows,
  windowsMax,
} from "@fillbook/connector-kit";
import { expect, test } from "vitest";
import { fc, test as property } from "./support/property.ts";

interface Row {
  readonly id: string;
  readonly time: number;
}

const PAGE = 5;
const head = { historyStart: 0, overlapSeconds: 100, headEverySeconds: 60 };

/** A broker as simple as can be: rows by time, newest first, a page from an offset. */
function broker(rows: Row[]) {
  return async ({ from, to, offset }: { from: number; to: number; offset: number }) => {
    const inside = rows
      .filter(({ time }) => time > from && time <= to)
      .sort((left, right) => right.time - left.time || (left.id < right.id ? -1 : 1));
    return { rows: inside.slice(offset, offset + PAGE), count: inside.length };
  };
}

function walk(
  cursor: ClosedWindowCursor,
  fetchPage: ReturnType<typeof broker>,
  pagesMax = 1_000,
): AsyncGenerator<WalkedPage<Row>, void> {
  return walkClosedWindows({ cursor, fetchPage, idOf: ({ id }) => id, pageSize: PAGE, pagesMax });
}

async function collect<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const collected: Item[] = [];
  for await (const item of items) collected.push(item);
  return collected;
}

const rowsOf = (times: readonly number[]) => times.map((time, index) => ({ id: `row-${index}`, time }));

// Goal: whatever happens between two requests, every row that was there when its window opened and stays is yielded.
// Method: a naive mutable broker; rows come and go between requests, and the run is killed after any page and resumed
// with the last cursor that was yielded.
property(
  "closed windows: every row that stays is yielded, whatever comes and goes and wherever runs stop",
  fc.asyncProperty(
    fc.array(fc.integer({ min: 1, max: 50 }), { maxLength: 60 }),
    fc.array(
      fc.record({ add: fc.option(fc.integer({ min: 1, max: 60 })), remove: fc.option(fc.nat()), kill: fc.boolean() }),
      { maxLength: 40 },
    ),
    async (times, events) => {
      const rows = rowsOf(times);
      const stayed = new Set(rows.map(({ id }) => id));
      const yielded = new Set<string>();
      const script = events.values();
      const fetchPage = broker(rows);
      let cursor = emptyWindowCursor;
      let added = 0;
      let killed = false;
      const disturbed: typeof fetchPage = async (window) => {
        const page = await fetchPage(window);
        const event = script.next().value;
        killed = event?.kill ?? false;
        if (event?.add != null) rows.push({ id: `added-${added++}`, time: event.add });
        if (event?.remove != null && rows.length > 0)
          for (const { id } of rows.splice(event.remove % rows.length, 1)) stayed.delete(id);
        return page;
      };
      for (let runs = 0; runs < 100; runs += 1) {
        const opened = openHead(cursor, { ...head, safeNow: 50 + runs * 10 });
        try {
          for await (const page of walk(opened, disturbed)) {
            for (const { id } of page.rows) yielded.add(id);
            cursor = page.cursor;
            if (killed) break;
          }
        } catch (error) {
          expect(error).toMatchObject({ code: "PAGING_UNSTABLE" });
        }
        if (cursor.head !== null && cursor.windows.length === 0) break;
      }
      expect(cursor.windows).toEqual([]);
      for (const id of stayed) expect(yielded).toContain(id);
    },
  ),
  1_000,
);

test("closed windows: a still history is yielded once, newest first, with an overlap of one row", async () => {
  const rows = rowsOf(Array.from({ length: 23 }, (_, index) => index + 1));
  const pages = await collect(walk(openHead(emptyWindowCursor, { ...head, safeNow: 50 }), broker(rows)));
  expect(pages.flatMap((page) => page.rows.map(({ time }) => time))).toEqual(
    Array.from({ length: 23 }, (_, index) => 23 - index),
  );
  expect(pages.map(({ rows }) => rows.length)).toEqual([5, 4, 4, 4, 4, 2]);
  expect(pages[0]?.cursor).toEqual({ head: 50, windows: [{ from: 0, to: 50, offset: 4, lastId: "row-18" }] });
  expect(pages.at(-1)?.cursor).toEqual({ head: 50, windows: [] });
});

test("closed windows: the head is opened again only after a while, unless nothing is open", () => {
  const open = { head: 50, windows: [{ from: 0, to: 50, offset: 4, lastId: "x" }] };
  expect(openHead(open, { ...head, safeNow: 109 })).toEqual(open);
  const later = openHead(open, { ...head, safeNow: 200 });
  expect(later).toEqual({ head: 200, windows: [{ from: 0, to: 200, offset: 0, lastId: null }, ...open.windows] });
  expect(openHead({ head: 50, windows: [] }, { ...head, safeNow: 51 }).windows).toHaveLength(1);
  expect(openHead({ head: 5000, windows: [] }, { ...head, safeNow: 5060 }).windows[0]).toMatchObject({
    from: 4900,
    to: 5060,
  });
});

test("closed windows: a clock put back never lowers the head", () => {
  expect(openHead({ head: 5000, windows: [] }, { ...head, safeNow: 1000 })).toMatchObject({
    head: 5000,
    windows: [{ from: 900, to: 1000 }],
  });
});

test("closed windows: beyond eight the two oldest become one, and no span is lost", () => {
  let cursor = emptyWindowCursor;
  for (let run = 1; run <= 20; run += 1) cursor = openHead(cursor, { ...head, safeNow: run * 1_000 });
  expect(cursor.windows).toHaveLength(windowsMax);
  expect(cursor.windows.at(-1)).toMatchObject({ from: 0, offset: 0, lastId: null });
  for (let second = 1; second <= 20_000; second += 1) {
    expect(cursor.windows.some(({ from, to }) => second > from && second <= to)).toBe(true);
  }
});

test("closed windows: a requested span stands behind the head, once, and not where it is covered", () => {
  const fresh = openHead({ head: 5000, windows: [] }, { ...head, safeNow: 6000 });
  const requested = openRequested(fresh, { from: 10, to: 3000 });
  expect(requested.windows.map(({ from, to }) => [from, to])).toEqual([
    [4900, 6000],
    [10, 3000],
  ]);
  expect(openRequested(requested, { from: 10, to: 3000 })).toEqual(requested);
  expect(openRequested(requested, { from: 20, to: 2000 })).toEqual(requested);
  expect(openRequested(fresh, { from: 3000, to: 3000 })).toEqual(fresh);
});

test("closed windows: a head that is opened during a run comes first, even if it repeats the page before", async () => {
  const rows = rowsOf(Array.from({ length: 12 }, (_, index) => 40 + index));
  let safeNow = 60;
  const options = { fetchPage: broker(rows), idOf: ({ id }: Row) => id, pageSize: PAGE, pagesMax: 100 };
  const reopen = (cursor: ClosedWindowCursor) => openHead(cursor, { ...head, safeNow, headEverySeconds: 10 });
  const cursor = openHead(emptyWindowCursor, { ...head, safeNow });
  const pages: (readonly (readonly [number, number])[])[] = [];
  const yielded: string[] = [];
  for await (const page of walkClosedWindows({ ...options, cursor, reopen })) {
    if (pages.length === 0) safeNow = 100;
    pages.push(page.cursor.windows.map(({ to, offset }) => [to, offset] as const));
    yielded.push(...page.rows.map(({ id }) => id));
  }
  expect(pages.slice(0, 2)).toEqual([
    [[60, 4]],
    [
      [100, 4],
      [60, 4],
    ],
  ]);
  expect(pages.at(-1)).toEqual([]);
  expect(new Set(yielded).size).toBe(12);
});

test("closed windows: a broker that ignores the offset ends in an error, not in a loop", async () => {
  const rows = rowsOf([1, 2, 3, 4, 5, 6, 7, 8, 9]);
  const stuck = async () => broker(rows)({ from: 0, to: 50, offset: 0 });
  const running = collect(walk(openHead(emptyWindowCursor, { ...head, safeNow: 50 }), stuck));
  await expect(running).rejects.toMatchObject({ code: "PAGING_UNSTABLE" });
});

test("closed windows: a full page without a new row ends in an error", async () => {
  const repeated = async ({ offset }: { offset: number }) => ({
    rows: offset === 0 ? rowsOf([5, 4, 3, 2, 1]) : rowsOf([5, 4, 3, 2, 1]).reverse(),
    count: null,
  });
  const running = collect(
    walk(openHead(emptyWindowCursor, { ...head, safeNow: 50 }), async (window) => ({
      ...(await repeated(window)),
      count: 0,
    })),
  );
  await expect(running).rejects.toMatchObject({
    code: "PAGING_UNSTABLE",
    message: expect.stringMatching(/only rows of the page before/),
  });
});
