import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { anEntry, aTradeRow, entriesOfTrade, ledgersTable, tradesTable } from "./support/kraken-files.ts";
import { readKrakenFile } from "./support/read-kraken-file.ts";
import { type ArchivedFile, zipArchive } from "./support/zip-archive.ts";

const trades = { name: "trades.csv", data: Buffer.from(tradesTable(aTradeRow())) };
const ledgers = { name: "ledgers.csv", data: Buffer.from(ledgersTable(...entriesOfTrade)) };
const many = <Item>(count: number, item: (number: number) => Item) => Array.from({ length: count }, (_, n) => item(n));

describe("archives that are refused, before anything is read from them", () => {
  test.each<[string, readonly ArchivedFile[], string, string]>([
    ["with files that overlap", [trades, { ...trades, name: "more.csv", overlaps: true }], "PROTOCOL", "overlap"],
    [
      "with a thousand files and more",
      many(1_001, (number) => ({ ...trades, name: `${number}.bin` })),
      "RESPONSE_TOO_LARGE",
      "1000 files",
    ],
    [
      "with more than twenty tables",
      many(21, (number) => ({ ...trades, name: `${number}.csv` })),
      "RESPONSE_TOO_LARGE",
      "20 tables",
    ],
    ["that is encrypted", [{ ...trades, flags: 1 }], "FEATURE_UNAVAILABLE", "is encrypted"],
    ["packed by another method", [{ ...trades, method: 93 }], "FEATURE_UNAVAILABLE", "packed by method 93"],
    ["with an archive in it", [{ name: "inner.zip", data: zipArchive([trades]) }], "FEATURE_UNAVAILABLE", "no table"],
    [
      "with an archive that is called a table",
      [{ name: "inner.csv", data: zipArchive([trades]) }],
      "FEATURE_UNAVAILABLE",
      "neither",
    ],
    [
      "with a table of something else",
      [trades, { name: "x.csv", data: Buffer.from("a,b\n") }],
      "FEATURE_UNAVAILABLE",
      "neither",
    ],
    ["with an empty table", [trades, { name: "x.csv", data: Buffer.alloc(0) }], "FEATURE_UNAVAILABLE", "neither"],
    ["with a path out of it", [{ ...trades, name: "../trades.csv" }], "PROTOCOL", "damaged"],
  ])("%s", async (_name, files, code, message) => {
    const { executions, error } = await readKrakenFile(zipArchive(files));
    expect({ executions, code: error?.code }).toEqual({ executions: [], code });
    expect(error?.message).toContain(message);
  });

  test("whose tables together unpack to more than the bound", async () => {
    const zip = zipArchive([trades, { ...trades, name: "more.csv" }]);
    const fits = { policy: { maxUnpackedBytes: 2 * trades.data.length } };
    expect((await readKrakenFile(zip, fits)).error).toBeNull();
    const policy = { maxUnpackedBytes: 2 * trades.data.length - 1 };
    expect((await readKrakenFile(zip, { policy })).error?.code).toBe("RESPONSE_TOO_LARGE");
  });

  test.each([
    ["a checksum", { crc: 1 }],
    ["a length too short", { size: 10 }],
    ["a length too long", { size: trades.data.length + 1 }],
  ])("with %s that is not its table's", async (_name, lie) => {
    const { executions, error } = await readKrakenFile(zipArchive([ledgers, { ...trades, ...lie }]));
    // Rows that came before the end are as they are written; the run says that they are not all.
    expect(executions.length).toBeLessThanOrEqual(1);
    expect(error?.code).toBe("PROTOCOL");
  });
});

describe("archives that are read", () => {
  const fees = [{ amount: "0.0008", currency: "BTC" }];

  test.each<[string, readonly ArchivedFile[]]>([
    [
      "whatever its files are called, in any order",
      [
        { ...trades, name: "A/1.txt" },
        { ...ledgers, name: "A/2.TSV" },
      ],
    ],
    [
      "with stored files",
      [
        { ...trades, method: 0 },
        { ...ledgers, method: 0 },
      ],
    ],
    ["with what macOS adds", [trades, ledgers, { name: "__MACOSX/._trades.csv", data: Buffer.from("\0\0Mac OS X") }]],
    ["with files of other kinds", [trades, { name: "read me.pdf", data: Buffer.from("%PDF") }, ledgers]],
    ["with tables that overlap", [trades, ledgers, { ...trades, name: "all.csv" }, { ...ledgers, name: "more.csv" }]],
  ])("%s", async (_name, files) => {
    const { executions, error } = await readKrakenFile(zipArchive(files));
    expect(error).toBeNull();
    expect(executions.length).toBe(files.filter(({ data }) => data === trades.data).length);
    for (const execution of executions) expect(execution).toMatchObject({ executionId: "TAAAAA-AAAAA-AAAAA1", fees });
  });
});

describe("bounds of a fill", () => {
  const wallets = (count: number) => [
    ...many(count - 1, (number) => anEntry(number, { asset: "BTC", amount: "0.0100000000", fee: "0.0000100000" })),
    anEntry(count, { asset: "EUR", amount: `-${(15_000 * (count - 1)) / 50}.0000` }),
  ];
  const archive = (count: number) => {
    const [vol, cost] = [`${(count - 1) / 100}`, `${(15_000 * (count - 1)) / 50}`];
    return zipArchive([
      { name: "trades.csv", data: Buffer.from(tradesTable(aTradeRow({ vol, cost }))) },
      { name: "ledgers.csv", data: Buffer.from(ledgersTable(...wallets(count))) },
    ]);
  };

  test("160 entries are summed", async () => {
    const { executions, keys } = await readKrakenFile(archive(160));
    expect(executions).toMatchObject([{ fees: [{ amount: "0.00159", currency: "BTC" }] }]);
    expect(keys).toEqual([]);
  });

  test("of more than 200 none is used, and that is told", async () => {
    const { executions, keys, messages } = await readKrakenFile(archive(300));
    expect(executions).toMatchObject([{ fees: [{ amount: "24.0001", currency: "EUR", estimated: true }] }]);
    expect(keys).toEqual(["ledger-entries"]);
    expect(messages.join()).toContain("such as TAAAAA-AAAAA-AAAAA1");
  });

  test("160 rows of one trade are one fill; more than 200 are no table of Kraken's", async () => {
    const table = (count: number) => tradesTable(...many(count, () => aTradeRow()));
    const fills = await readKrakenFile(table(160));
    expect([fills.executions.length, fills.error]).toEqual([160, null]);
    const { error } = await readKrakenFile(table(201));
    expect(error).toMatchObject({ code: "PROTOCOL", message: "the tables have one trade more than 200 times" });
  });
});

test("entries that do not fit into memory at once are read in parts, and each fill finds its own", async () => {
  const ids = many(4_000, (number) => `TAAAAA-AAAAA-${String(number).padStart(6, "0")}`);
  // Cells that nothing reads make the tables as large as those of some hundred thousand fills.
  const wide = (number: number) => createHash("sha256").update(`${number}`).digest("hex").repeat(40);
  const entries = ids.flatMap((refid, number) =>
    entriesOfTrade.map((entry) => ({ ...entry, txid: `${entry.txid}${number}`, refid, wallet: wide(number) })),
  );
  const zip = zipArchive([
    { name: "trades.csv", data: Buffer.from(tradesTable(...ids.map((txid) => aTradeRow({ txid })))) },
    // Not in the order of the trades.
    {
      name: "ledgers.csv",
      data: Buffer.from(ledgersTable(...entries.sort((a, b) => ((a.txid ?? "") < (b.txid ?? "") ? -1 : 1)))),
    },
  ]);
  const { executions, rejected, ignored, keys, error } = await readKrakenFile(zip, { pieceBytes: 100_000 });
  expect({ rejected, ignored, keys, error }).toEqual({ rejected: [], ignored: 0, keys: [], error: null });
  const found = executions.map(({ executionId }) => executionId);
  // In parts they come in another order.
  expect(found).not.toEqual(ids);
  expect(found.sort()).toEqual(ids);
  for (const { fees } of executions) expect(fees).toEqual([{ amount: "0.0008", currency: "BTC" }]);
});
