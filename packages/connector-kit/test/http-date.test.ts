import fc from "fast-check";
import { expect, test } from "vitest";
import { httpDate } from "../src/index.ts";

test("httpDate: reads what servers write, to the second", () => {
  const moments = fc.integer({ min: Date.UTC(2000, 0, 1) / 1000, max: Date.UTC(2099, 11, 31) / 1000 });
  fc.assert(
    fc.property(moments, (seconds) => {
      const date = new Date(seconds * 1000);
      expect(httpDate(date.toUTCString())).toBe(date.toISOString().replace(".000Z", ".000000Z"));
    }),
  );
});

test.each([
  null,
  "",
  "Thu, 30 Feb 2026 10:00:00 GMT",
  "Mon, 05 Jan 1999 10:00:00 GMT",
  "Mon, 05 Jan 2026 10:00:00 EST",
  "Mon, 05 Foo 2026 10:00:00 GMT",
  "Monday, 05-Jan-26 10:00:00 GMT",
  "2026-01-05T10:00:00Z",
  "0",
])("httpDate: %s is no moment", (text) => expect(httpDate(text)).toBeNull());
