import { isImportError } from "@fillbook/core";
import { parse } from "csv-parse/sync";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { recordSplitter, type UnendedRecord } from "../src/kraken-records.ts";

function split(pieces: readonly string[], delimiter = ","): { records: string[][]; rest: UnendedRecord | null } {
  const splitter = recordSplitter(delimiter);
  const records = pieces.flatMap((piece) => [...splitter.split(piece)].map((fields) => [...fields]));
  return { records, rest: splitter.rest() };
}

describe("records of a table", () => {
  test.each<[string, string, string[][]]>([
    ["bare and quoted fields", 'a,"b"\n', [["a", "b"]]],
    ["a delimiter, a line end and quotes inside quotes", '"a,b","c\r\nd","e""f"\n', [["a,b", "c\r\nd", 'e"f']]],
    ["line ends of all sorts", "a,b\nc,d\r\ne,f\rg,h\n", [["a", "b"], ["c", "d"], ["e", "f"], ["g", "h"]]], // biome-ignore format: a row a record
    ["empty fields", ',,""\n', [["", "", ""]]],
    ["spaces around fields", ' a , "b" ,\tc\t\n', [["a", "b", "c"]]],
    ["blank lines between them", "\n\r\n a\n  \n\nb\n\n", [["a"], ["b"]]],
    ["a byte that ends no line", "a\u0000b,c\u2028d\n", [["a\u0000b", "c\u2028d"]]],
  ])("%s", (_name, text, records) => {
    expect(split([text])).toEqual({ records, rest: null });
    expect(split([...text])).toEqual({ records, rest: null });
  });

  test.each<[string, UnendedRecord | null]>([
    ["a,b\n", null],
    ["a,b\n  ", null],
    ["a,b\nc", { fields: ["c"], closed: false }],
    ["a,b\nc,", { fields: ["c", ""], closed: false }],
    ['a,b\nc,"d"', { fields: ["c", "d"], closed: true }],
    ['a,b\nc,"d" ', { fields: ["c", "d"], closed: true }],
  ])("what stands behind the last end of %j", (text, rest) => {
    expect(split([text])).toEqual({ records: [["a", "b"]], rest });
  });

  test.each([
    ["a quote inside a bare field", 'ok,ok\nSECRET"a,b\nc,d\n', "row 2"],
    ["text behind a closing quote", '"SECRET"a,b\n', "row 1"],
    ["quotes that never close", 'ok,ok\n"SECRET,b\n', "row 2"],
    ["a record without an end", `ok,ok\nSECRET${",".repeat(300_000)}`, "row 2"],
  ])("%s is an error that names the row and quotes nothing", (_name, text, row) => {
    const splitter = recordSplitter(",");
    const read: string[][] = [];
    let thrown: unknown = null;
    try {
      for (const fields of splitter.split(text)) read.push([...fields]);
      splitter.rest();
    } catch (error) {
      thrown = error;
    }
    expect(isImportError(thrown) && thrown.code).toBe("PROTOCOL");
    expect(String(thrown)).toContain(row);
    expect(String(thrown)).not.toContain("SECRET");
    expect(read).toEqual(row === "row 1" ? [] : [["ok", "ok"]]);
  });
});

describe("any table", () => {
  const field = fc.string({ unit: fc.constantFrom("a", "1", ".", '"', ",", "\t", "\n", "\r", " ", "é", "😀") });
  const quoted = (text: string) => `"${text.replaceAll('"', '""')}"`;
  // A bare field that is read as it is written.
  const isPlain = (text: string) => text === text.trim() && !/["\r\n]/.test(text);

  test("is split as csv-parse does, however its bytes come", () => {
    const rows = fc.array(fc.array(fc.tuple(field, fc.boolean()), { minLength: 1, maxLength: 4 }), { maxLength: 5 });
    const ends = fc.constantFrom("\n", "\r\n", "\r");
    fc.assert(
      fc.property(
        rows,
        ends,
        fc.constantFrom(",", "\t"),
        fc.integer({ min: 1, max: 9 }),
        (table, end, delimiter, size) => {
          const isBare = (text: string) => isPlain(text) && !text.includes(delimiter);
          const lines = table.map((row) =>
            row.map(([text, bare]) => (bare && isBare(text) ? text : quoted(text))).join(delimiter),
          );
          const text = lines.map((line) => line + end).join("");
          const pieces = text.match(new RegExp(`[^]{1,${size}}`, "g")) ?? [];
          const isBlank = (fields: readonly string[]) => fields.length === 1 && fields[0] === "";
          const records: string[][] = parse(text, { delimiter, record_delimiter: [end], relax_column_count: true });
          expect(split(pieces, delimiter)).toEqual({
            records: records.filter((fields) => !isBlank(fields)),
            rest: null,
          });
        },
      ),
      { numRuns: 400 },
    );
  });
});
