import { isImportError } from "@fillbook/core";
import { describe, expect, test } from "vitest";
import { isMisfit, krakenTable } from "../src/kraken-csv.ts";
import { readKrakenFile } from "./support/read-kraken-file.ts";
import { zipArchive } from "./support/zip-archive.ts";

const HEAD = ["txid", "ordertxid", "pair", "time", "type", "price", "cost", "fee", "vol"];
const TRADES = ["1.00000000", "12.50000000", "0.30000000"].map((vol, number) => [
  ...[`TAAAAA-AAAAA-AAAAA${number}`, `OAAAAA-AAAAA-AAAAA${number}`, "XXBTZUSD", `2024-01-01 00:00:0${number}.1`],
  ...["buy", "30000.0", "30000.0", "0.16", vol],
]);
const LEDGERS = ["txid", "refid", "time", "type", "asset", "amount", "fee", "balance"];

const line = (cells: readonly string[], quoted: boolean) =>
  (quoted ? cells.map((cell) => `"${cell}"`) : cells).join(",");
const table = (rows: readonly (readonly string[])[], end = "\n") =>
  [HEAD, ...rows].map((cells) => line(cells, false) + end).join("");

/** A bare line is whole once it has ended: its last field might go on. */
function isWhole(text: string, row: string, quoted: boolean): boolean {
  const at = text.indexOf(row);
  return at >= 0 && (quoted || /[\r\n]/.test(text[at + row.length] ?? ""));
}

/** The rows of a table and how it ends, without the turns that a long file takes. */
async function readTable(text: string, proven = false) {
  const bytes = Buffer.from(text);
  const source = { proven, open: () => pieces(bytes) };
  const read = { rows: [] as (readonly string[])[], misfits: 0, code: null as string | null };
  try {
    for await (const rows of krakenTable(source, bytes).rows({ turn: async () => {}, bytesMax: 1e6 })) {
      for (const row of rows) {
        if (isMisfit(row)) read.misfits += 1;
        else read.rows.push(row);
      }
    }
  } catch (error) {
    read.code = isImportError(error) ? error.code : String(error);
  }
  return read;
}

async function* pieces(bytes: Buffer): AsyncGenerator<Uint8Array> {
  yield bytes;
}

describe("a table that is cut off anywhere, with line ends of any sorts", () => {
  const ends = ["\n", "\r\n", "\r"];
  const mixes = ends.flatMap((one) => ends.flatMap((other) => ends.map((last) => [one, other, last, one])));

  test.each([
    ["bare", false],
    ["quoted", true],
  ])("%s: each row that is whole is read as it is written, and no other; the end is told", async (_name, quoted) => {
    for (const mix of mixes) {
      const lines = [HEAD, ...TRADES].map((cells, number) => line(cells, quoted) + (mix[number] ?? ""));
      const text = lines.join("");
      const header = lines[0]?.length ?? 0;
      for (let cut = header; cut <= text.length; cut += 1) {
        const part = text.slice(0, cut);
        const whole = TRADES.filter((cells) => isWhole(part, line(cells, quoted), quoted));
        const isEnded = /[\r\n]$/.test(part) || (quoted && TRADES.some((cells) => part.endsWith(line(cells, true))));
        expect({ cut, ...(await readTable(part)) }).toEqual({
          ...{ cut, rows: whole, misfits: 0, code: isEnded ? null : "PROTOCOL" },
        });
      }
    }
  });
});

describe("rows that do not fit their header", () => {
  const rows = TRADES.map((cells) => line(cells, false));

  test.each<[string, string, number, number]>([
    ["two rows on one line", `${rows[0]}${rows[1]}\n${rows[2]}\n`, 1, 1],
    ["a row with a field less", `${rows[0]}\n${rows[1]?.replace("buy,", "")}\n${rows[2]}\n`, 2, 1],
    ["a row with an empty field more", `${rows[0]}\n${rows[1]},\n${rows[2]}\n`, 2, 1],
    ["a decimal comma", `${rows[0]}\n${rows[1]?.replace("12.5", "12,5")}\n${rows[2]}\n`, 2, 1],
    ["a row of nothing but commas", `${rows[0]}\n,,,,,,,,\n${rows[2]}\n`, 2, 1],
    ["another table behind it", `${rows[0]}\n${LEDGERS.join(",")}\n`, 1, 1],
  ])("%s is a reject, and the others are fills", async (_name, text, fills, rejects) => {
    const { executions, rejected, error } = await readKrakenFile(`${HEAD.join(",")}\n${text}`);
    expect([executions.length, rejected.length, error]).toEqual([fills, rejects, null]);
    const known = new Set(["1", "12.5", "0.3"]);
    expect(executions.every(({ quantity, price }) => known.has(quantity) && price === "30000")).toBe(true);
    expect(rejected.join()).not.toContain("TAAAAA");
  });

  test("a header with a column without a name wants that field of each row", async () => {
    const text = (end: string) => `${HEAD.join(",")},\n${rows[0]}${end}\n`;
    expect((await readKrakenFile(text(","))).executions).toHaveLength(1);
    expect((await readKrakenFile(text(""))).rejected).toEqual(["the row has 9 fields, and its table 10 columns"]);
  });

  test("a table of ledgers with such a row is refused: a group could lack it", async () => {
    const entry = "L1,R1,2024-01-01 00:00:00,spend,ZEUR,-1.0,0,1\nL2,R1,2024-01-01 00:00:00,receive,XXBT,1.0,0,1\n";
    const { executions, error } = await readKrakenFile(`${LEDGERS.join(",")}\n${entry}L3,R1,2024\n`);
    expect([executions.length, error?.code]).toEqual([0, "PROTOCOL"]);
    expect(error?.message).toContain("row 4");
  });
});

describe("the end of a table", () => {
  const text = table(TRADES).trimEnd();

  test("without a line break may be anywhere in its last row, which is not imported", async () => {
    const { executions, error } = await readKrakenFile(text);
    expect(executions.map(({ quantity }) => quantity)).toEqual(["1", "12.5"]);
    expect(error).toMatchObject({ code: "PROTOCOL" });
    expect(error?.message).toContain("row 4, counted with the header, has no line end");
  });

  test("in an archive is where the archive's checksum says", async () => {
    const zip = zipArchive([{ name: "trades.csv", data: Buffer.from(text) }]);
    const { executions, error } = await readKrakenFile(zip);
    expect([executions.length, error]).toEqual([3, null]);
  });

  test("of ledgers without a line break is refused before any group", async () => {
    const entries = "L1,R1,2024-01-01 00:00:00,spend,ZEUR,-1.0,0,1\nL2,R1,2024-01-01 00:00:00,receive,XXBT,1.0,0,1";
    const { executions, error } = await readKrakenFile(`${LEDGERS.join(",")}\n${entries}`);
    expect([executions.length, error?.code]).toEqual([0, "PROTOCOL"]);
  });

  test("a quote where none may stand ends it there: the rows before are imported", async () => {
    const { executions, error } = await readKrakenFile(table(TRADES).replace("12.5", '12"5'));
    expect([executions.length, error?.code]).toEqual([1, "PROTOCOL"]);
    expect(error?.message).toContain("row 3, counted with the header, has a stray quote");
  });
});

describe("headers that are none of Kraken's", () => {
  test.each([
    ["with a column twice", `${HEAD.join(",")},vol`, "two columns called vol"],
    ["with thousands of columns", `${HEAD.join(",")}${",x".repeat(5_000)}`, "more than 100 columns"],
    ["longer than a block", `${HEAD.join(",")},${"x".repeat(70_000)}`, "neither Kraken's table"],
    ["without the ids of entries", LEDGERS.slice(1).join(","), "neither Kraken's table"],
  ])("%s are refused", async (_name, header, message) => {
    const { error } = await readKrakenFile(`${header}\n`);
    expect(error).toMatchObject({ code: "FEATURE_UNAVAILABLE" });
    expect(error?.message).toContain(message);
  });

  test("a column called as a property of all objects is a column like others", async () => {
    const names = ["__proto__", "constructor", "tostring"];
    const text = `${[...HEAD, ...names].join(",")}\n${line(TRADES[1] ?? [], false)},1,2,3\n`;
    const { executions, error } = await readKrakenFile(text);
    expect([executions.map(({ quantity }) => quantity), error]).toEqual([["12.5"], null]);
  });
});

test("a file in one piece or in pieces of a byte gives the same", async () => {
  const text = table(
    Array.from({ length: 900 }, (_, number) => TRADES[number % 3] ?? []),
    "\r\n",
  ).slice(0, 70_000);
  const all = await readKrakenFile(text, { pieceBytes: 1e6 });
  expect(await readKrakenFile(text, { pieceBytes: 1 })).toEqual(all);
});
