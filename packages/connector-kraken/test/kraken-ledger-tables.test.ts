import { describe, expect, test } from "vitest";
import {
  aFileBook,
  anEntry,
  aTradeRow,
  type Cells,
  entriesOfTrade,
  ledgersTable,
  tradesTable,
} from "./support/kraken-files.ts";
import { readKrakenFile } from "./support/read-kraken-file.ts";
import { zipArchive } from "./support/zip-archive.ts";

const trades = tradesTable(aTradeRow());
const ledgers = ledgersTable(...entriesOfTrade);
const zipOf = (files: Readonly<Record<string, string>>) =>
  zipArchive(Object.entries(files).map(([name, text]) => ({ name, data: Buffer.from(text) })));
const both = zipOf({ "b.csv": trades, "a.csv": ledgers });
const trueFees = [{ amount: "0.0008", currency: "BTC" }];

describe("a table of ledgers without its table of trades", () => {
  test("gives fills with their true fees, and says what is missing", async () => {
    await using book = await aFileBook();
    expect(await book.send(ledgers)).toMatchObject({ status: "succeeded", stats: { fetched: 1, inserted: 1 } });
    expect(await book.fills()).toMatchObject([
      {
        ...{ executionId: "TAAAAA-AAAAA-AAAAA1", kind: "order", side: "buy", quantity: "0.5", fees: trueFees },
        ...{ price: "30000.1234", instrument: { symbol: "BTC/EUR" }, executedAt: "2025-02-03T10:11:12.000000Z" },
      },
    ]);
    const [problem, ...more] = await book.problems();
    expect(problem).toMatchObject({ kind: "warning", message: expect.stringContaining("table of trades") });
    expect(more).toEqual([]);
  });

  test.each<[string, readonly (string | Buffer)[]]>([
    ["trades, then ledgers", [trades, ledgers]],
    ["ledgers, then trades", [ledgers, trades]],
    ["both in one archive", [both]],
    ["ledgers, then both", [ledgers, both]],
    ["both, then each", [both, trades, ledgers]],
    ["ledgers twice, then trades twice", [ledgers, ledgers, trades, trades]],
  ])("%s: one fill, at its own price, with its true fee", async (_name, files) => {
    await using book = await aFileBook();
    for (const file of files)
      expect(await book.send(file)).toMatchObject({ status: "succeeded", stats: { conflicts: 0 } });
    const fill = {
      price: "30000.12345",
      quantity: "0.5",
      order: { permanentId: "OAAAAA-AAAAA-AAAAA1" },
    };
    expect(await book.fills()).toMatchObject([fill]);
    // A fill's fees are the best that any of its reports knows.
    expect((await book.user.trades({})).items).toMatchObject([{ quantity: "0.5", fees: trueFees }]);
    expect((await book.problems()).filter(({ kind }) => kind !== "warning")).toEqual([]);
  });

  test("an archive with the trades ends what an earlier table of ledgers left open", async () => {
    await using book = await aFileBook();
    await book.send(ledgers);
    expect(await book.problems()).toHaveLength(1);
    await book.send(both);
    expect(await book.problems()).toEqual([]);
  });

  test("a fill without a fee in its entries keeps the estimate: the entry with the fee may be missing", async () => {
    await using book = await aFileBook();
    await book.send(ledgersTable(...entriesOfTrade.map((entry) => ({ ...entry, fee: "0" }))));
    expect(await book.fills()).toMatchObject([{ fees: null }]);
    await book.send(trades);
    expect(await book.fills()).toMatchObject([{ fees: [{ amount: "24.0001", currency: "EUR", estimated: true }] }]);
  });

  test("fills of margin are in no entry: the problem names the archive, which brings their fees", async () => {
    const margin = tradesTable(aTradeRow({ margin: "3000.00000", misc: "closing" }));
    const entry = ledgersTable(
      anEntry(1, { type: "margin", subtype: "", asset: "EUR", amount: "-12.5000", fee: "3.0000" }),
    );
    await using book = await aFileBook();
    await book.send(margin);
    expect(await book.send(entry)).toMatchObject({ status: "partial", stats: { fetched: 1, ignored: 1 } });
    expect(await book.problems()).toMatchObject([
      { kind: "partial_import", message: expect.stringContaining("one ZIP archive") },
    ]);
    await book.send(zipOf({ "trades.csv": margin, "ledgers.csv": entry }));
    expect(await book.fills()).toMatchObject([{ fees: [{ amount: "3", currency: "EUR" }] }]);
    expect(await book.problems()).toEqual([]);
  });

  test("fee credits count, under both of their names", async () => {
    const free = entriesOfTrade.map((entry) => ({ ...entry, fee: "0" }));
    for (const asset of ["KFEE", "FEE"]) {
      const { executions } = await readKrakenFile(
        ledgersTable(...free, anEntry(3, { asset, amount: "0.00", fee: "64.00" })),
      );
      expect(executions).toMatchObject([{ quantity: "0.5", fees: [{ amount: "64", currency: "KFEE" }] }]);
    }
  });

  test.each([[{ consolidateTaker: false }], [{ ledgerFees: false }]])(
    "with %j it is left out, and told",
    async (settings) => {
      const { executions, keys, messages } = await readKrakenFile(ledgers, { settings });
      expect([executions, keys]).toEqual([[], ["ledger-trades-missing"]]);
      expect(messages.join()).toContain("ledgerFees or consolidateTaker");
    },
  );

  test.each<[string, readonly Cells[], string]>([
    ["one leg", entriesOfTrade.slice(0, 1), "ledger-trades-missing"],
    ["three assets", [...entriesOfTrade, anEntry(3, { asset: "ETH", amount: "1.0" })], "ledger-trades-missing"],
  ])("%s is no fill, and told", async (_name, entries, key) => {
    const { executions, ignored, keys } = await readKrakenFile(ledgersTable(...entries));
    expect([executions, ignored, keys]).toEqual([[], 1, [key]]);
  });
});

describe("groups of a table of ledgers", () => {
  const purchase = [
    anEntry(1, { refid: "R1", type: "spend", subtype: "", asset: "EUR", amount: "-29.5500", fee: "0.4500" }),
    anEntry(2, { refid: "R1", type: "receive", subtype: "", asset: "MATIC", amount: "19.6233200000" }),
  ];
  const deposits = Array.from({ length: 6_000 }, (_, number) =>
    anEntry(1_000 + number, { refid: `D${number}`, type: "deposit", subtype: "", asset: "EUR", amount: "1.0000" }),
  );

  test("are whole wherever their entries lie, such as in a table sorted by asset", async () => {
    const [spent = {}, received = {}] = purchase;
    const { executions, ignored } = await readKrakenFile(ledgersTable(received, ...deposits, spent), {
      pieceBytes: 1e5,
    });
    expect(executions).toMatchObject([{ quantity: "19.62332", fees: [{ amount: "0.45", currency: "EUR" }] }]);
    expect(ignored).toBe(6_000);
  });

  test("and of tables that overlap count each entry once, whatever its columns", async () => {
    const old = purchase.map((entry) => ({
      ...entry,
      asset: entry.asset === "EUR" ? "ZEUR" : "MATIC",
      amount: `${entry.amount}0`,
    }));
    const zip = zipOf({
      "ledgers-2024.csv": ledgersTable(...purchase, ...purchase),
      "ledgers-all.csv": ledgersTable(...old),
    });
    const { executions } = await readKrakenFile(zip);
    expect(executions).toMatchObject([{ quantity: "19.62332", fees: [{ amount: "0.45", currency: "EUR" }] }]);
  });

  test.each<[string, readonly Cells[], string]>([
    [
      "two entries of one id that differ",
      [...purchase, { ...purchase[1], amount: "19.7" }],
      "two of one id say different things",
    ],
    ["an entry without an id", [{ ...purchase[0], txid: "" }, purchase[1] ?? {}], "one has no id"],
    ["a type that nobody has seen", purchase.map((entry) => ({ ...entry, type: "swap of 2030" })), "is not known"],
    ["a mix of types", [...purchase, anEntry(3, { refid: "R1", asset: "EUR", amount: "-1.0" })], "is not known"],
    [
      "a subtype of earn that nobody has seen",
      [anEntry(1, { type: "earn", subtype: "vault", asset: "EUR", amount: "1" })],
      "is not known",
    ],
    [
      "one side of a delisting",
      [anEntry(1, { type: "transfer", subtype: "delistingconversion", asset: "ICN", amount: "-5" })],
      "one side only",
    ],
  ])("%s is a reject", async (_name, entries, reason) => {
    const { executions, rejected } = await readKrakenFile(ledgersTable(...entries));
    expect(executions).toEqual([]);
    expect(rejected).toEqual([expect.stringContaining(reason)]);
  });

  test("known movements are ignored, each by itself", async () => {
    const movements = ["allocation", "deallocation", "autoallocation", "reward", "migration", ""].map(
      (subtype, number) =>
        anEntry(number, { refid: "E1", type: "earn", subtype, asset: number % 2 ? "DOT" : "DOT.S", amount: "1" }),
    );
    const { executions, ignored, rejected, keys } = await readKrakenFile(ledgersTable(...movements));
    expect({ executions, ignored, rejected, keys }).toEqual({ executions: [], ignored: 6, rejected: [], keys: [] });
  });
});
