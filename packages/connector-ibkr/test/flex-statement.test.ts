import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { FlexEvent } from "../src/flex-event.ts";
import { eventsOf, fixture, flexDocumentOf, rowsOf } from "./support/flex-documents.ts";

const minimal = flexDocumentOf('<Trade accountId="U1" tradeID="1" symbol="S&amp;P &#8364; &#x41;" />');

/** Events with rows counted, so that how they are grouped does not matter. */
function outline(events: readonly FlexEvent[]): unknown[] {
  const rows = events.flatMap((event) => (event.kind === "rows" ? event.rows : []));
  return [...events.filter(({ kind }) => kind !== "rows"), rows];
}

describe("statement: what a document holds", () => {
  test("comes in order: query, statement, rows, what was skipped, end", async () => {
    const events = await eventsOf(await fixture("activity.xml"));
    const statement = {
      kind: "statement",
      fromDate: "2026-01-12",
      toDate: "2026-01-13",
      whenGenerated: "20260114;021503",
    };
    const groups = events.filter((event) => event.kind === "rows");
    const shown = (event: FlexEvent): readonly unknown[] => {
      if (event.kind !== "rows") return [event];
      return event === groups[0] ? [{ kind: "rows", rows: groups.flatMap(({ rows }) => rows).length }] : [];
    };
    expect(events.flatMap(shown)).toEqual([
      { kind: "query", queryName: "made for tests", type: "AF" },
      { ...statement, accountId: "U7000001", period: "" },
      { kind: "rows", rows: 16 },
      ...[
        ["Order", 1],
        ["SymbolSummary", 1],
        ["AssetSummary", 1],
        ["Lot", 2],
        ["WashSale", 1],
      ].map(([element, count]) => ({
        ...{ kind: "skipped", element, count },
      })),
      { ...statement, accountId: "U7000002", period: "" },
      { kind: "end", statements: 2, rows: 22, columns: expect.arrayContaining(["ibExecID", "transactionID"]) },
    ]);
  });

  test("a row keeps all its attributes as text, and the name of its element", async () => {
    expect(await rowsOf(minimal)).toEqual([{ element: "Trade", accountId: "U1", tradeID: "1", symbol: "S&P € A" }]);
  });

  test("rows of other columns, or fewer, keep exactly their own; an attribute called element does not hide the element", async () => {
    const rows = [
      'a="1" b="2"',
      'a="3" b="4"',
      'a="5"',
      'a="6" c="7"',
      'a="8" c="9" d="10"',
      'd="11" c="12" a="13"',
      "",
    ];
    const document = flexDocumentOf(
      [...rows, 'a="1" element="x"', 'a="2" element="y"'].map((row) => `<Trade ${row} />`).join(""),
    );
    const element = "Trade";
    expect((await rowsOf(document)).map((row) => JSON.parse(JSON.stringify(row)))).toEqual([
      ...[
        { element, a: "1", b: "2" },
        { element, a: "3", b: "4" },
        { element, a: "5" },
        { element, a: "6", c: "7" },
      ],
      ...[{ element, a: "8", c: "9", d: "10" }, { element, a: "13", c: "12", d: "11" }, { element }],
      ...[
        { element, a: "1" },
        { element, a: "2" },
      ],
    ]);
    expect((await rowsOf(document)).map((row) => Object.keys(row).length)).toEqual([3, 3, 2, 3, 4, 4, 1, 2, 2]);
    expect((await eventsOf(document)).at(-1)).toMatchObject({ columns: ["a", "b", "c", "d", "element"] });
  });

  test("rows come in groups of 50", async () => {
    const events = await eventsOf(flexDocumentOf('<Trade accountId="U1" />\n'.repeat(125)));
    expect(events.flatMap((event) => (event.kind === "rows" ? [event.rows.length] : []))).toEqual([50, 50, 25]);
  });

  test("an empty day has an end and no rows, whether the section is empty, open or missing", async () => {
    const [before = "", after = ""] = flexDocumentOf("").split("<Trades></Trades>");
    for (const section of ["<Trades />", "<Trades></Trades>", "<TradeConfirms>\n</TradeConfirms>", ""]) {
      expect((await eventsOf(`${before}${section}${after}`)).at(-1)).toEqual({
        kind: "end",
        statements: 1,
        rows: 0,
        columns: [],
      });
    }
  });

  test("a row outside of its section is counted, not read", async () => {
    const nested = '<Trade accountId="U1"><Trade accountId="U2" /></Trade>';
    const events = await eventsOf(flexDocumentOf(nested, { section: "Other" }));
    expect(events.filter(({ kind }) => kind === "rows" || kind === "skipped")).toEqual([
      { kind: "skipped", element: "Other/Trade", count: 1 },
      { kind: "skipped", element: "Trade/Trade", count: 1 },
    ]);
  });

  test("a day in a form that is not read is null, another type of query is other", async () => {
    const events = await eventsOf(minimal.replace("20260112", "01/12/2026").replace('"AF"', '"XY"'));
    expect(events.slice(0, 2)).toMatchObject([{ type: "other" }, { fromDate: null, toDate: "2026-01-13" }]);
  });

  test("a control answer is told as one", async () => {
    const answer =
      "<FlexStatementResponse timestamp='now'><Status>Warn</Status><ErrorCode>1019</ErrorCode></FlexStatementResponse>";
    const control = { status: "Warn", errorCode: "1019", errorMessage: null, referenceCode: null, url: null };
    for (const pieceLength of [1, 7, 10_000]) {
      expect(await eventsOf(answer, { pieceLength })).toEqual([{ kind: "control", control }]);
    }
  });
});

test("statement: it reads the same however it is cut, as bytes or as text", async () => {
  const text = await fixture("activity.xml");
  const whole = outline(await eventsOf(text));
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 5_000 }), fc.boolean(), async (pieceLength, bytes) => {
      const document = bytes ? new TextEncoder().encode(text) : text;
      expect(outline(await eventsOf(document, { pieceLength }))).toEqual(whole);
    }),
    { numRuns: 20 },
  );
});

test("statement: cut off at any byte it ends in PROTOCOL and never in end", async () => {
  const bytes = new TextEncoder().encode(`<?xml version="1.0" encoding="UTF-8"?>\n${minimal}`);
  for (let length = 0; length < bytes.length; length += 1) {
    await expect(eventsOf(bytes.slice(0, length)), `${length} bytes`).rejects.toMatchObject({ code: "PROTOCOL" });
  }
  expect((await eventsOf(bytes)).at(-1)).toMatchObject({ kind: "end", rows: 1 });
});

describe("statement: what does not add up ends in PROTOCOL", () => {
  test.each([
    ["a count above the statements", minimal.replace('count="1"', 'count="2"')],
    ["a count below the statements", minimal.replace('count="1"', 'count="0"')],
    ["no count", minimal.replace(' count="1"', "")],
    ["no list of statements", '<FlexQueryResponse queryName="q" type="AF"></FlexQueryResponse>'],
    [
      "two lists of statements",
      minimal.replace("</FlexQueryResponse>", '<FlexStatements count="0" /></FlexQueryResponse>'),
    ],
    ["something else in the list", minimal.replaceAll("FlexStatement ", "Foo ").replace("</FlexStatement>", "</Foo>")],
    ["another root", "<rss><channel /></rss>"],
    ["a second root", `${minimal}${minimal}`],
    ["text behind the end", `${minimal}secret`],
    ["crossing tags", minimal.replace("</Trades></FlexStatement>", "</FlexStatement></Trades>")],
  ])("%s", async (_name, document) => {
    await expect(eventsOf(document)).rejects.toMatchObject({ code: "PROTOCOL" });
  });
});

test("statement: an aborted signal ends it", async () => {
  const signal = AbortSignal.abort();
  await expect(eventsOf(minimal, { signal })).rejects.toMatchObject({ code: "ABORTED" });
});
