import { expect, test } from "vitest";
import { emptyTwsCursor, twsCursorSchema, twsPages } from "../src/tws-cursor.ts";
import type { TwsRecord } from "../src/tws-record.ts";

const record = (time: string, execId: string, commission: string | null = "1"): TwsRecord => ({
  ...{ contract: {}, execution: { time, execId } },
  commission: commission === null ? null : { commission, currency: "USD" },
});
const monday = [record("20260302 10:00:00", "a"), record("20260302 10:00:01", "b"), record("20260302 10:00:02", "c")];
const tuesday = [record("20260303 09:00:00", "d")];
const options = { pageRecords: 2, reading: "1" };

const ids = (pages: ReturnType<typeof twsPages>["pages"]) =>
  pages.map(({ records }) => records.map(({ execution }) => execution.execId).join(""));

test("cursor: whatever order they came in, records are yielded by time, in pages", () => {
  const { pages, cursor } = twsPages(emptyTwsCursor, [...tuesday, ...monday].reverse(), options);
  expect(ids(pages)).toEqual(["ab", "cd"]);
  expect(cursor).toEqual(pages[1]?.cursor);
  expect(twsCursorSchema.parse(JSON.parse(JSON.stringify(cursor)))).toEqual(cursor);
});

test("cursor: after each page the rest is yielded, and after the last nothing", () => {
  const all = [...monday, ...tuesday];
  const [first, second] = twsPages(emptyTwsCursor, all, options).pages;
  expect(ids(twsPages(first?.cursor ?? emptyTwsCursor, all, options).pages)).toEqual(["cd"]);
  expect(twsPages(second?.cursor ?? emptyTwsCursor, all, options).pages).toEqual([]);
});

test("cursor: a day that changed before what was yielded comes again whole, and no other day", () => {
  const { cursor } = twsPages(emptyTwsCursor, [...monday, ...tuesday], options);
  const late = record("20260302 09:59:59", "z");
  expect(ids(twsPages(cursor, [late, ...monday, ...tuesday], options).pages)).toEqual(["za", "bc"]);
  const priced = [record("20260303 09:00:00", "d", "2")];
  expect(ids(twsPages(cursor, [...monday, ...priced], options).pages)).toEqual(["d"]);
});

test("cursor: records that would be read otherwise by now come again", () => {
  const { cursor } = twsPages(emptyTwsCursor, monday, options);
  expect(ids(twsPages(cursor, monday, { ...options, reading: "2" }).pages)).toEqual(["ab", "c"]);
});

test("cursor: days that are not shown any more are dropped, but an empty list drops none", () => {
  const { cursor } = twsPages(emptyTwsCursor, [...monday, ...tuesday], options);
  expect(twsPages(cursor, tuesday, options).cursor.days.map(({ day }) => day)).toEqual(["20260303"]);
  expect(twsPages(cursor, [], options).cursor).toEqual(cursor);
});
