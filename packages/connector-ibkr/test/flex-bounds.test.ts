import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { contentCounter } from "../src/content-counter.ts";
import { flexBounds } from "../src/flex-bounds.ts";
import type { FlexRaw } from "../src/flex-event.ts";
import { flexOwnStatements } from "../src/flex-own-statements.ts";
import { flexPageFiller } from "../src/flex-page-filler.ts";
import { readFlexStatement } from "../src/flex-statement.ts";
import { eventsOf, flexDocumentOf, rowsOf } from "./support/flex-documents.ts";

const { attributeNamesMax, attributesMax, depthMax, elementLengthMax, elementNamesMax, nameLengthMax } = flexBounds;
/** Four fifths of a bound. */
const most = (bound: number) => Math.floor(bound * 0.8);
const row = (names: readonly string[]) => `<Trade ${names.map((name) => `${name}="1"`).join(" ")} />`;
const numbered = (prefix: string, count: number, from = 0) =>
  Array.from({ length: count }, (_, index) => `${prefix}${from + index}`);

describe("bounds: what stays below them is read whole", () => {
  test("names of attributes over many rows, names of elements, and attributes of one row", async () => {
    const count = most(attributesMax);
    const rows = Array.from({ length: Math.floor(most(attributeNamesMax) / count) }, (_, index) =>
      row(numbered("a", count, index * count)),
    );
    const elements = numbered("e", most(elementNamesMax)).map((name) => `<${name} />`);
    const events = await eventsOf(flexDocumentOf([...elements, ...rows].join("")));
    const read = events.flatMap((event) => (event.kind === "rows" ? event.rows : []));
    expect(read.map((one) => Object.keys(one).length)).toEqual(rows.map(() => count + 1));
    expect(events.at(-1)).toMatchObject({ kind: "end", rows: rows.length + elements.length });
  });

  test("one value, one name, one comment and the levels of a document", async () => {
    const name = "n".repeat(most(nameLengthMax));
    const value = "v".repeat(most(elementLengthMax));
    const levels = most(depthMax) - 4;
    const nested = `${"<level>".repeat(levels)}${"</level>".repeat(levels)}`;
    const document = flexDocumentOf(`<!--${value}-->${nested}<Trade ${name}="${value}" />`);
    expect(await rowsOf(document)).toEqual([{ element: "Trade", [name]: value }]);
  });
});

test("bounds: a name above one ends the document, wherever in it the name stands, and says which bound", async () => {
  const names = numbered("a", 200).map((_, index) => numbered("a", 12, index * 12));
  const rows = names.map(row).join("");
  const few = '<Trade a0="1" />'.repeat(100);
  for (const document of [flexDocumentOf(rows), flexDocumentOf(few + rows), flexDocumentOf("", { section: "x" })]) {
    const refused = document.includes("a2399")
      ? expect(eventsOf(document)).rejects.toMatchObject({
          code: "RESPONSE_TOO_LARGE",
          message: `the Flex document was refused: it has more than ${attributeNamesMax} different attribute names`,
        })
      : expect(eventsOf(document)).resolves.toBeDefined();
    await refused;
  }
});

test("bounds: however a document arrives, others have their turn while it is read", async () => {
  const document = flexDocumentOf(row(numbered("a", 50)).repeat(4_000));
  for (const pieceLength of [document.length, 10_000, 100]) {
    let turns = 0;
    const others = setInterval(() => {
      turns += 1;
    });
    async function* chunks(): AsyncGenerator<string> {
      for (let at = 0; at < document.length; at += pieceLength) yield document.slice(at, at + pieceLength);
    }
    let immediates = 0;
    const count = () => {
      immediates += 1;
      again = setImmediate(count);
    };
    let again = setImmediate(count);
    for await (const event of readFlexStatement(chunks())) if (event.kind === "end") expect(event.rows).toBe(4_000);
    clearImmediate(again);
    clearInterval(others);
    expect(immediates).toBeGreaterThan(document.length / 25_000);
    expect(turns).toBeGreaterThan(0);
  }
});

test("count: a content counter counts as a Map does, and takes no more contents than it may", () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 3_000 }), { maxLength: 5_000 }), (contents) => {
      const counter = contentCounter({ contentsMax: 10_000 });
      const counts = new Map<number, number>();
      for (const content of contents) {
        const before = counts.get(content) ?? 0;
        counts.set(content, before + 1);
        expect(counter.count(`content ${content}`)).toBe(before);
      }
    }),
    { numRuns: 20 },
  );
  const full = contentCounter({ contentsMax: 2 });
  expect(["a", "b", "c", "a", "b"].map((content) => full.count(content))).toEqual([0, 0, null, 1, 1]);
});

test("pages: they are short at first, and end before they are too long", () => {
  const sizes = (lengths: readonly number[]) => {
    const filler = flexPageFiller({ pageRecords: 300 });
    const pages = lengths.flatMap((length) => filler.add({ raw: null }, length) ?? []).length;
    const counted: number[] = [];
    const again = flexPageFiller({ pageRecords: 300 });
    for (const length of lengths) {
      const page = again.add({ raw: null }, length);
      if (page !== null) counted.push(page.length);
    }
    expect(pages + filler.rest().length).toBe(lengths.length);
    return [...counted, again.rest().length];
  };
  expect(sizes(Array.from({ length: 1_000 }, () => 2_000))).toEqual([50, 100, 200, 300, 300, 50]);
  expect(sizes(Array.from({ length: 40 }, () => 65_536))).toEqual([16, 16, 8]);
  expect(sizes([])).toEqual([0]);
});

test("own statements: days and accounts are counted for any number of statements", () => {
  const own = flexOwnStatements("U1");
  const statement = (accountId: string | null, from: string | null, to: string | null) =>
    own.begin({ kind: "statement", accountId, fromDate: from, toDate: to, period: null, whenGenerated: null });
  const raw = (accountId?: string): FlexRaw => (accountId === undefined ? {} : { accountId });
  for (let day = 1; day < 30; day += 2) {
    const text = `2026-01-${String(day).padStart(2, "0")}`;
    statement("U1", text, text);
    expect(own.owns(raw())).toBe(true);
  }
  statement("U1", "2026-01-02", "2026-01-08");
  statement("U1", "2026-02-30", null);
  statement("U2", "2026-05-01", "2026-05-31");
  expect([own.owns(raw()), own.owns(raw("U1")), own.owns(raw("-"))]).toEqual([false, true, true]);
  for (let other = 0; other < 3_000; other += 1) own.owns(raw(`U9${other}`));
  expect(own.result()).toMatchObject({
    ...{ statements: 18, withPeriod: 17, byDay: false, others: 1_000, consolidated: false },
    otherNames: ["U2", "U90", "U91"],
    days: [
      { from: "2026-01-01", to: "2026-01-09" },
      ...[11, 13, 15, 17, 19, 21, 23, 25, 27, 29].map((day) => ({ from: `2026-01-${day}`, to: `2026-01-${day}` })),
      { from: "2026-05-01", to: "2026-05-31" },
    ],
  });
});

// LONG_TESTS=1 is the long run of `.ci/run`.
test("bounds: rows without ids are numbered up to their bound", { timeout: 600_000 }, async () => {
  const { numberRows } = await import("../src/flex-row-number.ts");
  const context = { type: "AF", timeZone: "America/New_York", account: "U1" } as const;
  const ordinal = numberRows();
  const odd = (index: number) => ({ element: "Trade", accountId: "U1", transactionType: "Other", note: `${index}` });
  const count = process.env.LONG_TESTS === "1" ? flexBounds.rowsWithoutIdsMax : 20_000;
  for (let index = 0; index < count; index += 1) expect(ordinal(odd(index), context)).toBe(0);
  expect([ordinal(odd(0), context), ordinal(odd(count - 1), context)]).toEqual([1, 1]);
  if (count < flexBounds.rowsWithoutIdsMax) return;
  expect(() => ordinal(odd(count), context)).toThrow(/more than 1000000 different rows without any id: tick Trade ID/);
});
