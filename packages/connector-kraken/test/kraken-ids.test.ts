import { startKrakenSimulator } from "@fillbook/connector-kraken/simulator";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { cursorId, listedRows, storedId, withMarkedIds } from "../src/kraken-id.ts";
import { ledgerRows } from "../src/kraken-ledger-reader.ts";
import { krakenNormalize } from "../src/kraken-normalize.ts";
import { driveKraken, testClock } from "./support/drive-kraken.ts";
import { aFileBook, entriesOfTrade, ledgersTable } from "./support/kraken-files.ts";
import { aWorld } from "./support/kraken-world.ts";
import { aTrade, manyTrades } from "./support/made-trades.ts";

const forms: readonly [string, (number: number) => string][] = [
  ["numbers", (number) => String(7_000 + number)],
  ["numbers behind a mark", (number) => `#${number}`],
  ["uuids", (number) => `0b9e1c1e-5d1f-4b52-9d3e-${String(number).padStart(12, "0")}`],
  ["lower case", (number) => `taaaaa-aaaaa-${String(number).padStart(6, "0")}`],
  ["another script", (number) => `сделка ${number}`],
  ["placeholders", (number) => ["0", "-", "--", "N/A", "2147483647"][number] ?? `N/A ${number}`],
  ["long text", (number) => `${"T".repeat(300)}${number}`],
  ["control characters", (number) => `T\u0000\u001b\n${number}`],
  ["digests", (number) => `sha256:${number}`],
  ["members of every object", (number) => ["__proto__", "constructor", "toString"][number] ?? `valueOf${number}`],
];

describe.each(forms)("ids that are %s", (_name, idOf) => {
  test("120 fills of one moment are imported once, with their fees and orders", async () => {
    const clock = testClock();
    const ids = Array.from({ length: 120 }, (_, number) => idOf(number));
    const trades = manyTrades(120, (number) => ({
      txid: idOf(number),
      ordertxid: `o${idOf(number)}`,
      time: "1700000000.5",
    }));
    await using simulator = await startKrakenSimulator({ clock, trades });
    const drive = driveKraken(simulator, { clock });
    await drive.run();
    expect(drive.rejected).toEqual([]);
    expect(new Set([...drive.executions.keys()])).toEqual(new Set(ids.map(storedId)));
    expect(drive.executions.size).toBe(120);
    const seen = [...drive.executions.values()];
    expect(seen.every(({ fees }) => fees?.length === 1 && fees[0]?.estimated === undefined)).toBe(true);
    expect(new Set(seen.map(({ order }) => order?.permanentId))).toEqual(new Set(ids.map((id) => storedId(`o${id}`))));
    expect(drive.diagnostics).toEqual([]);
    const fills = drive.executions.size;
    await drive.run();
    expect(drive.executions.size).toBe(fills);
  });

  test("entries of fills that TradesHistory does not list are noticed, and long names stay out of the cursor", async () => {
    const clock = testClock();
    const trades = manyTrades(3, (number) => ({ txid: idOf(number) }));
    await using simulator = await startKrakenSimulator({ clock, trades });
    simulator.inject({
      kind: "transform",
      transform: ({ trades: rows }) => ({ trades: new Map([...rows].filter(([id]) => id !== idOf(1))), count: 2 }),
    });
    const drive = driveKraken(simulator, { clock });
    await drive.run();
    expect(drive.executions.size).toBe(2);
    expect(drive.coverages.flatMap(({ missing = [] }) => missing)).toHaveLength(1);
    expect(JSON.stringify(drive.cursors)).not.toMatch(/T{100}/);
  });

  test("a table of ledgers alone makes the same fill of them", async () => {
    const id = idOf(5).trim().replaceAll(/[\n"]/g, "");
    const entries = entriesOfTrade.map((entry) => ({ ...entry, refid: id, txid: `${entry.txid} ${id}` }));
    const read = krakenNormalize(
      { refid: id, ledgerRows: entries.map((entry) => ({ ...entry, id: entry.txid ?? "" })) },
      {
        account: "a",
        pairs: [],
      },
    );
    expect(read).toMatchObject({ kind: "execution", execution: { executionId: storedId(id) } });
  });
});

test("a table of ledgers whose refids have another form is imported", async () => {
  await using book = await aFileBook();
  await book.send(ledgersTable(...entriesOfTrade.map((entry) => ({ ...entry, refid: "S1" }))));
  const [fill] = await book.fills();
  expect(fill).toMatchObject({ executionId: "S1", quantity: "0.5", fees: [{ amount: "0.0008", currency: "BTC" }] });
});

test("a fill called 0 is one fill in the book, whatever core takes 0 for", async () => {
  const trades = ["0", "N/A", "-"].map((txid, number) => aTrade(number, { txid, time: "1700000000.5" }));
  await using world = await aWorld({ trades });
  await world.run();
  await world.run();
  expect(await world.executions()).toHaveLength(3);
  expect(await world.problems()).toEqual([]);
});

test("no two ids are one: digests are not taken for ids", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), fc.string({ unit: "binary" }), (one, other) => {
      if (one === other) return;
      expect(storedId(one)).not.toBe(storedId(other));
      expect(cursorId(one)).not.toBe(cursorId(other));
      expect(storedId(storedId(`${one}\u0000`))).not.toBe(storedId(`${one}\u0000`));
    }),
  );
});

test("rows stand in the order of the text, whatever their ids", () => {
  const ids = fc.uniqueArray(
    fc.oneof(fc.nat().map(String), fc.string(), fc.constantFrom("#1", "##12", "a", "1", "12")),
  );
  fc.assert(
    fc.property(ids, fc.constantFrom("", " ", "\n\t"), (names, blank) => {
      const members = names.map((name, number) => `${blank}${JSON.stringify(name)}${blank}:${number}`);
      const list = JSON.parse(withMarkedIds(`{${members.join()}}`));
      expect(listedRows(list, "Ledgers")).toEqual(names.map((id, row) => ({ id, row })));
    }),
  );
});

test("an entry with a long id is read, and stands by its id among others", () => {
  const rows = ledgerRows(["b".repeat(500), "a"].map((id) => ({ id, row: { refid: "R" } })));
  expect(rows.map((row) => (row as { id: string }).id.length)).toEqual([1, 500]);
});
