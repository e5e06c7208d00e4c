import { describe, expect, test } from "vitest";
import { flexBounds } from "../src/flex-bounds.ts";
import { readFlexControl } from "../src/flex-control.ts";
import { eventsOf, flexDocumentOf, rowsOf } from "./support/flex-documents.ts";

const SECRET = "s3cret-token";
const good = flexDocumentOf('<Trade accountId="U1" symbol="X" />');

/** However it is cut: one piece, single characters, odd lengths. */
async function refusals(document: string | Uint8Array, pieceLengths = [100_000, 1, 13]): Promise<unknown[]> {
  const refused: unknown[] = [];
  for (const pieceLength of pieceLengths) {
    const error = await eventsOf(document, { pieceLength }).then(
      () => null,
      (thrown: unknown) => thrown,
    );
    expect(String(error)).not.toContain(SECRET);
    refused.push(error);
  }
  return refused;
}

async function expectRefused(
  document: string | Uint8Array,
  code = "PROTOCOL",
  message = /^the Flex document /,
): Promise<void> {
  for (const error of await refusals(document)) {
    expect(error).toMatchObject({ name: "ImportError", code, message: expect.stringMatching(message) });
    expect(error).not.toHaveProperty("cause");
  }
}

const laughs = `<!DOCTYPE FlexQueryResponse [<!ENTITY a "${SECRET}"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>`;

describe("security 10: nothing is expanded, fetched or guessed", () => {
  test.each([
    ["a billion laughs", laughs + good.replace('symbol="X"', 'symbol="&b;"'), /document type/],
    ["an external entity", `<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/${SECRET}">]>${good}`, /document type/],
    ["a bare doctype", `<!DOCTYPE FlexQueryResponse>${good}`, /document type/],
    ["a doctype that never ends", `<!DOCTYPE x [ ${SECRET}`, /cut off|type|well-formed/],
    ["a doctype inside", good.replace("<Trades>", `<Trades><!DOCTYPE ${SECRET}>`), /./],
    ["a style sheet", `<?xml-stylesheet href="http://${SECRET}"?>${good}`, /processing instruction/],
    ["a processing instruction inside", good.replace("<Trades>", `<Trades><?${SECRET} x?>`), /processing instruction/],
    ["an undefined entity", good.replace('"X"', `"&${SECRET};"`), /entity/],
    ["an inherited name as entity", good.replace('"X"', '"&constructor;"'), /entity/],
    ["a character out of range", good.replace('"X"', '"&#9999999;"'), /character/],
    ["a character that XML forbids", good.replace('"X"', '"&#0;"'), /character/],
    ["a duplicate attribute", good.replace('symbol="X"', `${SECRET}="1" ${SECRET}="2"`), /twice/],
    ["an attribute __proto__", good.replace("symbol", "__proto__"), /not allowed/],
    ["an attribute constructor", good.replace("symbol", "constructor"), /not allowed/],
    [
      "a duplicate in a later row",
      good.replace("</Trades>", '<Trade accountId="1" accountId="2" /></Trades>'),
      /twice/,
    ],
    ["an unquoted attribute", good.replace('"X"', SECRET), /well-formed/],
  ])("%s", async (_name, document, message) => {
    await expectRefused(document, "PROTOCOL", message);
    await expectRefused(new TextEncoder().encode(document), "PROTOCOL", message);
  });

  test.each([
    ["nothing", "", /empty/],
    ["blanks", " \n\t ", /empty/],
    ["HTML", `<!doctype html><html><body>${SECRET}`, /HTML/],
    ["HTML without doctype", `<HTML><body>${SECRET}</body></HTML>`, /HTML/],
    ["plain text", SECRET, /not XML/],
    ["another declared encoding", `<?xml version="1.0" encoding="ISO-8859-1"?>${good}`, /encoding/],
  ])("%s", async (_name, document, message) => expectRefused(document, "PROTOCOL", message));

  test.each([
    ["CSV", `"ClientAccountID","Symbol"\n"${SECRET}","X"\n`],
    ["CSV with its envelope", `BOF|${SECRET}`],
  ])("%s is refused for good", async (_name, document) => {
    await expectRefused(document, "FEATURE_UNAVAILABLE", /^the Flex document is CSV: choose the format XML/);
  });

  test("UTF-16 with and without a byte order mark, gzip and zip are named", async () => {
    const utf16 = new Uint8Array(Buffer.from(good, "utf16le"));
    await expectRefused(utf16, "PROTOCOL", /UTF-16/);
    await expectRefused(Uint8Array.of(0xff, 0xfe, ...utf16.slice(0, 100)), "PROTOCOL", /UTF-16/);
    await expectRefused(Uint8Array.of(0x1f, 0x8b, 8, 0, 1, 2), "PROTOCOL", /gzip|UTF-16/);
    await expectRefused(Uint8Array.of(0x50, 0x4b, 3, 4), "PROTOCOL", /zip/);
  });

  test("UTF-8 with a byte order mark is read, and a stray byte spoils one value only", async () => {
    const bytes = Uint8Array.of(0xef, 0xbb, 0xbf, ...Buffer.from(good.replace('"X"', '"~"')));
    bytes[bytes.indexOf("~".charCodeAt(0))] = 0x92;
    expect(await rowsOf(bytes, { pieceLength: 1 })).toEqual([{ element: "Trade", accountId: "U1", symbol: "\ufffd" }]);
  });
});

describe("security 11: every size has a bound, reached before memory is", () => {
  const tooLarge = "RESPONSE_TOO_LARGE";

  test.each([
    ["an attribute", good.replace('"X"', `"${"x".repeat(flexBounds.elementLengthMax + 1)}"`)],
    ["attributes", good.replace('symbol="X"', Array.from({ length: 256 }, (_, index) => `a${index}="1"`).join(" "))],
    ["depth", good.replace("<Trades>", `<Trades>${"<a>".repeat(29)}`)],
    ["an attribute's name", good.replace("symbol", "s".repeat(129))],
    ["an element's name", good.replace("<Trades>", `<Trades><${"e".repeat(129)} />`)],
  ])("%s", async (_name, document) => {
    for (const error of await refusals(document, [1_000_000, 1_000])) expect(error).toMatchObject({ code: tooLarge });
  });

  test("rows and bytes, as the host sets them", async () => {
    const rows = flexDocumentOf('<Trade accountId="U1" /><Order />'.repeat(3));
    await expect(eventsOf(rows, { limits: { rowsMax: 5 } })).rejects.toMatchObject({ code: tooLarge });
    expect((await eventsOf(rows, { limits: { rowsMax: 6 } })).at(-1)).toMatchObject({ kind: "end", rows: 6 });
    await expect(eventsOf(rows, { limits: { sizeBytesMax: rows.length - 1 } })).rejects.toMatchObject({
      code: tooLarge,
    });
  });

  test.each([
    ["50 MB of one attribute", '<Trade symbol="', "x".repeat(50_000_000)],
    ["50 MB of one comment", "<!--", "x".repeat(50_000_000)],
    ["100,000 levels", "", "<a>".repeat(100_000)],
    ["50 MB of one name", "<", "a".repeat(50_000_000)],
    ["50 MB of a doctype", "<!DOCTYPE x [", "x".repeat(50_000_000)],
  ])("%s is refused without being read to its end", async (_name, start, filler) => {
    const document = flexDocumentOf("")
      .replace("<Trades>", `<Trades>${start}`)
      .replace(/<\/Trades>.*$/, "");
    let taken = 0;
    async function* pieces(): AsyncGenerator<string> {
      for (const text of [document, filler]) {
        for (let at = 0; at < text.length; at += 65_536) {
          taken += 1;
          yield text.slice(at, at + 65_536);
        }
      }
    }
    const read = async () => {
      const { readFlexStatement } = await import("../src/flex-statement.ts");
      for await (const event of readFlexStatement(pieces())) expect(event.kind).not.toBe("end");
    };
    await expect(read()).rejects.toMatchObject({ name: "ImportError" });
    expect(taken).toBeLessThan(6);
  });
});

test("security 10: a control answer declares nothing and expands nothing", async () => {
  for (const text of [
    laughs,
    `<FlexStatementResponse><Status>&${SECRET};</Status></FlexStatementResponse>`,
    `<!ENTITY x "y">`,
  ]) {
    await expect(readFlexControl(text)).rejects.toThrow(expect.objectContaining({ code: "PROTOCOL" }));
    await expect(readFlexControl(text)).rejects.not.toThrow(SECRET);
  }
});
