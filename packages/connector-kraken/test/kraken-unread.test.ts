import { expect, test } from "vitest";
import { withUnread } from "../src/kraken-unread.ts";

const untouched = (from: number, to: number) => ({ from, to, offset: 0, lastId: null });
const begun = (from: number, to: number) => ({ from, to, offset: 49, lastId: "T" });

test("unread parts that touch are one, whatever lies between them in the list", () => {
  const windows = [untouched(10, 20), untouched(100, 120), untouched(20, 30)];
  expect(withUnread(windows, { from: 15, to: 25 })).toEqual([untouched(100, 120), untouched(10, 30)]);
  expect(withUnread(windows, { from: 30, to: 100 })).toEqual([untouched(10, 20), untouched(20, 120)]);
});

test("a part that failed comes last, and a window that is being read keeps its place", () => {
  const windows = [begun(0, 100), untouched(200, 300)];
  expect(withUnread(windows, { from: 90, to: 100 })).toEqual([...windows, untouched(90, 100)]);
});

test("more parts than a cursor holds become fewer that reach further", () => {
  let windows: ReturnType<typeof withUnread> = [begun(0, 5)];
  for (let number = 1; number <= 20; number += 1) {
    windows = withUnread(windows, { from: number * 100, to: number * 100 + 10 });
  }
  expect(windows).toHaveLength(8);
  expect(windows[0]).toEqual(begun(0, 5));
  expect(windows.at(-1)).toEqual(untouched(700, 2_010));
});
