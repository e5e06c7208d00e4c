import { expect, test } from "vitest";
import {
  clockChangeDays,
  type FlexRow,
  type FlexTimeFormat,
  flexDocument,
  flexQuery,
  generateFills,
  simulatedInstruments,
  startIbkrSimulator,
  stockRebookDay,
  twinsDay,
} from "../src/simulator/index.ts";
import { documentOf, morningOf, rowsOf, statement } from "./simulator-client.ts";

test.each<[FlexTimeFormat, string, string]>([
  [{ date: "yyyyMMdd", time: "HHmmss", separator: ";", zone: "none" }, "20260203", "20260203;101530"],
  [{ date: "yyyy-MM-dd", time: "HH:mm:ss", separator: ";", zone: "name" }, "2026-02-03", "2026-02-03;10:15:30 EST"],
  [{ date: "yyyy-MM-dd", time: "HHmmss", separator: "T", zone: "offset" }, "2026-02-03", "2026-02-03T101530-0500"],
  [{ date: "yyyyMMdd", time: "HHmmss", separator: "", zone: "none" }, "20260203", "20260203101530"],
  [{ date: "MM/dd/yyyy", time: "HH:mm:ss", separator: ", ", zone: "none" }, "02/03/2026", "02/03/2026, 10:15:30"],
  [{ date: "dd/MM/yy", time: "HH:mm:ss", separator: " ", zone: "none" }, "03/02/26", "03/02/26 10:15:30"],
  [{ date: "dd-MMM-yy", time: "HHmmss", separator: ",", zone: "none" }, "03-FEB-26", "03-FEB-26,101530"],
])("document: days and times as %j", async (time, tradeDate, dateTime) => {
  const [row] = rowsOf(await documentOf(stockRebookDay(), { type: "AF", time }), "Trade");
  expect(row?.attributes).toMatchObject({ tradeDate, dateTime });
});

test("document: both changes of New York's clocks; an hour comes twice", async () => {
  const rows = rowsOf(await documentOf(clockChangeDays(), { type: "AF" }), "Trade");
  expect(rows.map(({ attributes }) => attributes.dateTime)).toEqual([
    "20260308;015959",
    "20260308;030000",
    "20261101;013000",
    "20261101;013000",
    "20261101;020000",
  ]);
});

test("document: all levels of detail stand side by side with the same attributes", async () => {
  const levels = ["EXECUTION", "ORDER", "SYMBOL_SUMMARY", "ASSET_SUMMARY", "CLOSED_LOT", "WASH_SALE"] as const;
  const book = generateFills({ count: 200, seed: 2 });
  const rows = rowsOf(await documentOf(book, { type: "AF", levels })).filter(
    ({ attributes }) => attributes.levelOfDetail,
  );
  const named = new Set(rows.map(({ element, attributes }) => `${element} ${attributes.levelOfDetail}`));
  expect(named).toEqual(
    new Set([
      "Trade EXECUTION",
      "Order ORDER",
      "SymbolSummary SYMBOL_SUMMARY",
      "AssetSummary ASSET_SUMMARY",
      "Lot CLOSED_LOT",
      "WashSale WASH_SALE",
    ]),
  );
  expect(new Set(rows.map(({ attributes }) => Object.keys(attributes).join())).size).toBe(1);
  expect(rows.some(({ element, attributes }) => element === "SymbolSummary" && attributes.tradeDate === "MULTI")).toBe(
    true,
  );
});

test("document: an order's row sums up its fills", async () => {
  const rows = rowsOf(await documentOf(twinsDay(), { type: "TCF", levels: ["ORDER", "EXECUTION"] }), "Order");
  const sums = { quantity: "200", amount: "120300", price: "601.5", commission: "-2", execID: "", tradeID: "" };
  expect(rows).toHaveLength(1);
  expect(rows[0]?.attributes).toMatchObject({ ...sums, orderID: "938100001", transactionType: "", exchange: "" });
});

test("document: only the columns of the query, in its order; older names are there too", async () => {
  const columns = ["tradeTime", "symbol", "fxPnl", "quantity"];
  const [row] = rowsOf(await documentOf(stockRebookDay(), { type: "AF", columns }), "Trade");
  expect(Object.entries(row?.attributes ?? {})).toEqual([
    ["tradeTime", "101530"],
    ["symbol", "PNNY"],
    ["fxPnl", "0"],
    ["quantity", "5000"],
  ]);
});

test("document: thousands commas, single quotes, and whatever a row is edited to", async () => {
  const editRow = ({ element, attributes }: FlexRow) => ({
    element,
    attributes: { ...attributes, transactionType: "MoonTrade", notes: "P;XYZ;", proceeds: "-0", newColumn: "1" },
  });
  const text = await documentOf(stockRebookDay(), { type: "AF", numbers: "thousands", quote: "'", editRow });
  const [row] = rowsOf(text, "Trade");
  expect(row?.attributes).toMatchObject({ quantity: "5,000", tradeMoney: "1,600", tradePrice: "0.32", proceeds: "-0" });
  expect(row?.attributes).toMatchObject({ transactionType: "MoonTrade", notes: "P;XYZ;", newColumn: "1" });
  expect(text).not.toContain('"');
  const none = await documentOf(stockRebookDay(), { type: "AF", editRow: () => null });
  expect(none).toContain("<Trades />");
});

test("document: reserved characters are entities", async () => {
  const { spy, londonStock } = simulatedInstruments;
  await using simulator = await startIbkrSimulator({ clock: { now: () => morningOf("2026-02-03") }, limits: false });
  const atMs = morningOf("2026-02-02");
  for (const instrument of [spy, londonStock]) {
    simulator.addFills({ instrument, side: "buy", quantity: "1", price: "1", atMs });
  }
  const text = await statement(simulator);
  expect(text).toContain('description="SS SPDR S&amp;P 500 ETF TRUST-US"');
  expect(text).toContain('description="EXAMPLE &quot;A&quot; &lt;LONDON&gt; PLC &amp; CO"');
});

test("document: an empty section is an element, or is not there; other sections may stand around it", async () => {
  expect(await documentOf([], { type: "AF" })).toContain("<Trades />");
  expect(await documentOf([], { type: "AF", empty: "absent" })).not.toContain("Trades>");
  expect(await documentOf([], { type: "AF", empty: "absent" })).not.toContain("<Trades");
  expect(await documentOf([], { type: "TCF" })).toContain("<TradeConfirms>\n</TradeConfirms>");
  const text = await documentOf(stockRebookDay(), { type: "AF", otherSections: true });
  expect(text.indexOf("<AccountInformation")).toBeLessThan(text.indexOf("<Trades>"));
  expect(text.indexOf("<CashTransaction ")).toBeGreaterThan(text.indexOf("</Trades>"));
});

test("document: rows newest first, or by symbol", async () => {
  const booked = rowsOf(await documentOf(stockRebookDay(), { type: "AF" }), "Trade");
  const newest = rowsOf(await documentOf(stockRebookDay(), { type: "AF", rowOrder: "newest-first" }), "Trade");
  expect(newest).toEqual([...booked].reverse());
  const mixed = [...stockRebookDay(), ...twinsDay(), ...clockChangeDays()];
  const symbols = rowsOf(await documentOf(mixed, { type: "AF", rowOrder: "by-symbol" }), "Trade");
  const names = symbols.map(({ attributes }) => attributes.symbol ?? "");
  expect(names).toEqual([...names].sort());
});

test("document: comes in pieces, its entries read as they are written", async () => {
  let read = 0;
  function* counted() {
    for (const entry of generateFills({ count: 3000, seed: 4 })) {
      read += 1;
      yield entry;
    }
  }
  const account = { accountId: "U1234567", alias: "", model: "", baseCurrency: "USD" };
  const source = { account, fromDay: "2026-01-05", toDay: "2026-01-30", period: "", entries: counted() };
  const document = flexDocument({ query: flexQuery({ type: "AF" }), statements: [source], generatedAtMs: 0 });
  const first = await document.next();
  expect(String(first.value).length).toBeLessThan(100_000);
  expect(read).toBeLessThan(100);
  let chunks = 1;
  for await (const chunk of document) chunks += chunk.length > 0 ? 1 : 0;
  expect(chunks).toBeGreaterThan(30);
});
