import { expect, test } from "vitest";
import type { TwsRow } from "../src/tws-collector.ts";
import { emptyTwsCursor, type TwsCursor, twsCursorSchema } from "../src/tws-cursor.ts";
import { type TwsPlannedPage, twsPages } from "../src/tws-pages.ts";

const row = (time: string, execId: string, commission: string | null = "1"): TwsRow => ({
  ...{ text: ["12", ...Array<string>(11).fill(""), execId, time].join("\0"), execId, time },
  ...{ atMs: null, isCombo: false, isOwn: true },
  commission: commission === null ? null : { text: `${execId}\0${commission}`, execId, isSet: true },
});
const monday = [row("20260302 10:00:00", "a"), row("20260302 10:00:01", "b"), row("20260302 10:00:02", "c")];
const tuesday = [row("20260303 09:00:00", "d")];

async function pagesOf(before: TwsCursor, rows: readonly TwsRow[], reading = "1") {
  const pages: TwsPlannedPage[] = [];
  for await (const page of twsPages(before, rows, { pageRecords: 2, reading })) pages.push(page);
  const cursor = pages.at(-1)?.whole;
  if (cursor === undefined || cursor === null) throw new Error("the last page has no cursor of the whole list");
  const ids = pages.map(({ records }) => records.map(({ execution }) => execution.execId).join(""));
  return { ids, cursor, cursors: pages.map((page) => page.cursor) };
}

test("pages: whatever order they came in, executions are yielded by time, in pages", async () => {
  const { ids, cursor, cursors } = await pagesOf(emptyTwsCursor, [...tuesday, ...monday].reverse());
  expect(ids).toEqual(["ab", "cd"]);
  expect(cursor).toEqual(cursors.at(-1));
  expect(twsCursorSchema.parse(JSON.parse(JSON.stringify(cursor)))).toEqual(cursor);
});

test("pages: after each page the rest is yielded, and after the last nothing", async () => {
  const all = [...monday, ...tuesday];
  const { cursors } = await pagesOf(emptyTwsCursor, all);
  expect((await pagesOf(cursors[0] ?? emptyTwsCursor, all)).ids).toEqual(["cd"]);
  expect((await pagesOf(cursors[1] ?? emptyTwsCursor, all)).ids).toEqual([""]);
});

test("pages: a day that changed before what was yielded comes again whole, and no other day", async () => {
  const { cursor } = await pagesOf(emptyTwsCursor, [...monday, ...tuesday]);
  const late = row("20260302 09:59:59", "z");
  expect((await pagesOf(cursor, [late, ...monday, ...tuesday])).ids).toEqual(["za", "bc"]);
  expect((await pagesOf(cursor, [...monday, row("20260303 09:00:00", "d", "2")])).ids).toEqual(["d"]);
  expect((await pagesOf(cursor, [...monday, row("20260303 09:00:00", "d", null)])).ids).toEqual(["d"]);
});

test("pages: executions that would be read otherwise by now come again", async () => {
  const { cursor } = await pagesOf(emptyTwsCursor, monday);
  expect((await pagesOf(cursor, monday, "2")).ids).toEqual(["ab", "c"]);
});

test("pages: days that are not shown any more are dropped, but an empty list drops none", async () => {
  const { cursor } = await pagesOf(emptyTwsCursor, [...monday, ...tuesday]);
  expect((await pagesOf(cursor, tuesday)).cursor.days.map(({ day }) => day)).toEqual(["20260303"]);
  expect((await pagesOf(cursor, [])).cursor).toEqual(cursor);
});

test("pages: times that name no day come last, and are as good as a day", async () => {
  const odd = [row("", "x"), row("yesterday", "y"), row("19990101", "w")];
  const { ids, cursor } = await pagesOf(emptyTwsCursor, [...odd, ...monday]);
  expect(ids).toEqual(["ab", "cx", "wy"]);
  expect(cursor.days.map(({ day }) => day)).toEqual(["20260302", "unknown"]);
  expect((await pagesOf(cursor, [...monday, ...odd])).ids).toEqual([""]);
});

test("pages: of more days than a cursor has room for, the newest are kept", async () => {
  const days = Array.from({ length: 1_200 }, (_, day) => row(`20${100_000 + day} 10:00:00`, `id${day}`));
  const { cursor, cursors } = await pagesOf(emptyTwsCursor, days);
  for (const one of [cursor, ...cursors]) expect(one.days.length).toBeLessThanOrEqual(1_000);
  expect(cursor.days.at(-1)?.day).toBe("20101199");
  expect(twsCursorSchema.safeParse(cursor).success).toBe(true);
});
