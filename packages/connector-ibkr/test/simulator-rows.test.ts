import { expect, test } from "vitest";
import {
  createFillBook,
  flexAfColumns,
  flexTcfColumns,
  forexRebookDay,
  publishedBuyDay,
  simulatedInstruments,
  stockCancelDay,
} from "../src/simulator/index.ts";
import { documentOf, rowsOf } from "./simulator-client.ts";

// Goal: rows have the attributes and the values of real statements. Method: the facts that are published of real rows,
// written here a second time, against what the renderers make of the same facts.

const buy = {
  ...{ accountId: "U1111111", currency: "EUR", fxRateToBase: "1", assetCategory: "STK", symbol: "F1F" },
  ...{ description: "FARFETCH LTD-CLASS A", conid: "517782617", securityID: "KY30744W1070", securityIDType: "ISIN" },
  ...{ isin: "KY30744W1070", listingExchange: "FWB2", multiplier: "1", tradeID: "464740365", reportDate: "20221202" },
  ...{ dateTime: "20221202;062611", tradeDate: "20221202", settleDateTarget: "20221206", transactionType: "ExchTrade" },
  ...{ exchange: "GETTEX2", quantity: "450", tradePrice: "5.432", tradeMoney: "2444.4", proceeds: "-2444.4" },
  ...{ taxes: "0", ibCommission: "-2.4444", ibCommissionCurrency: "EUR", netCash: "-2446.8444", closePrice: "5.4" },
  ...{ openCloseIndicator: "O", notes: "", cost: "2446.8444", fifoPnlRealized: "0", mtmPnl: "-14.4" },
  ...{ origTradePrice: "0", origTradeDate: "", origTradeID: "", origOrderID: "0", transactionID: "1522126816" },
  ...{ buySell: "BUY", ibOrderID: "401339261", ibExecID: "0000d349.6389b516.01.01" },
  ...{ brokerageOrderID: "00ecc9e0.0001a7ea.63898a22.0001", orderReference: "", exchOrderId: "N/A" },
  ...{ extExecID: "124121125", orderTime: "20221202;062610", levelOfDetail: "EXECUTION", orderType: "LMT" },
  ...{ isAPIOrder: "N", fineness: "0.0", weight: "0.0 ()" },
};

const cancel = {
  ...{ tradeID: "", reportDate: "20221205", dateTime: "20221202;062611", tradeDate: "20221202", settleDateTarget: "" },
  ...{ transactionType: "TradeCancel", exchange: "--", quantity: "-450", tradePrice: "5.432", tradeMoney: "-2444.4" },
  ...{ proceeds: "2444.4", ibCommission: "0", netCash: "2444.4", notes: "Ca", origTradePrice: "5.432" },
  ...{ origTradeDate: "20221202", origTradeID: "464740365", origOrderID: "401339261", transactionID: "1526114213" },
  ...{ buySell: "BUY (Ca.)", ibOrderID: "401339261", ibExecID: "", extExecID: "N/A", orderTime: "" },
  ...{ levelOfDetail: "EXECUTION" },
};

test("AF: a published stock fill, attribute for attribute", async () => {
  const [row] = rowsOf(await documentOf(publishedBuyDay(), { type: "AF" }), "Trade");
  expect(row?.attributes).toMatchObject(buy);
  expect(Object.keys(row?.attributes ?? {})).toEqual(flexAfColumns);
  expect(flexAfColumns).toHaveLength(85);
});

test("AF: a published cancel that names no transaction", async () => {
  const rows = rowsOf(await documentOf(stockCancelDay(), { type: "AF" }), "Trade");
  expect(rows[1]?.attributes).toMatchObject({ ...cancel, origTransactionID: "0" });
  const columns = flexAfColumns.filter((name) => name !== "origTransactionID");
  const [, older] = rowsOf(await documentOf(stockCancelDay(), { type: "AF", columns }), "Trade");
  expect(older?.attributes).toMatchObject(cancel);
  expect(older?.attributes).not.toHaveProperty("origTransactionID");
});

test("AF: the published cancel and rebook of a forex fill", async () => {
  const rows = rowsOf(await documentOf(forexRebookDay(), { type: "AF" }), "Trade").map(({ attributes }) => attributes);
  const all = { ibOrderID: "938019702", dateTime: "20250911;170000", tradeDate: "20250911", netCash: "0" };
  const fresh = {
    transactionType: "ExchTrade",
    notes: "",
    buySell: "SELL",
    tradeID: "1144440025",
    exchange: "IDEALFX",
  };
  const noOriginal = { origTradeID: "", origOrderID: "0", origTransactionID: "0" };
  expect(rows).toMatchObject([
    { ...all, ...fresh, ...noOriginal, quantity: "-1143.28313142", tradePrice: "30.3074532", reportDate: "20250911" },
    {
      ...{ ...all, transactionType: "TradeCancel", notes: "Ca", buySell: "SELL (Ca.)", quantity: "1143.28313142" },
      ...{ tradePrice: "30.3074532", tradeID: "", transactionID: "4610738883", ibExecID: "", reportDate: "20250912" },
      ...{ origTradeID: "1144440025", origOrderID: "938019702", origTransactionID: "4606872535" },
      ...{ exchange: "--", orderTime: "", ibCommission: "0" },
    },
    {
      ...{ ...all, ...fresh, ...noOriginal, quantity: "-1145.929445", tradePrice: "30.2374637" },
      ...{ reportDate: "20250912", transactionID: "4610738885", ibExecID: "CUSTHSFX.012f041f.01.02" },
    },
  ]);
  expect(rows[0]).toMatchObject({ transactionID: "4606872535", ibExecID: "CUSTHSFX.012f041f.01.01" });
  expect(rows[0]?.orderTime).not.toBe("");
  expect(rows[2]?.orderTime).not.toBe("");
});

test("TCF: a published confirmation, attribute for attribute and in its order", async () => {
  const text = await documentOf(qqqConfirm(), {
    type: "TCF",
    time: { date: "yyyy-MM-dd", time: "HH:mm:ss", separator: ";", zone: "name" },
  });
  const [frame] = rowsOf(text, "FlexStatement");
  expect(frame?.attributes).toMatchObject({ toDate: "2026-04-09", whenGenerated: "2026-04-09;21:23:54 EDT" });
  const [row] = rowsOf(text, "TradeConfirm");
  expect(Object.keys(row?.attributes ?? {})).toEqual(flexTcfColumns);
  expect(flexTcfColumns).toHaveLength(78);
  expect(filled(row?.attributes ?? {})).toEqual({
    ...{ accountId: "U1234567", currency: "USD", assetCategory: "STK", subCategory: "ETF", symbol: "QQQ" },
    ...{ description: "INVESCO QQQ TRUST SERIES 1", conid: "320227571", securityID: "US46090E1038" },
    ...{ securityIDType: "ISIN", cusip: "46090E103", isin: "US46090E1038", figi: "BBG000BSWKH7" },
    ...{ listingExchange: "NASDAQ", underlyingSymbol: "QQQ", issuerCountryCode: "US", multiplier: "1" },
    ...{ transactionType: "ExchTrade", tradeID: "1693687227", orderID: "684395693" },
    ...{ execID: "00025b49.69d39b39.01.01", brokerageOrderID: "0226befd.00019ddb.69cdf771.0001", origTradePrice: "0" },
    ...{ extExecID: "259474411B", blockID: "0", orderTime: "2026-04-02;11:08:05 EDT", code: "O", orderType: "LMT" },
    ...{ dateTime: "2026-04-02;11:08:05 EDT", reportDate: "2026-04-02", settleDate: "2026-04-06" },
    ...{ tradeDate: "2026-04-02", exchange: "IEX", buySell: "BUY", quantity: "1", price: "582.74", amount: "582.74" },
    ...{ proceeds: "-582.74", netCash: "-583.74", netCashWithBillable: "-583.74", commission: "-1" },
    ...{ brokerExecutionCommission: "-1", brokerClearingCommission: "0", thirdPartyExecutionCommission: "0" },
    ...{ thirdPartyClearingCommission: "0", thirdPartyRegulatoryCommission: "0", otherCommission: "0" },
    ...{ commissionCurrency: "USD", tax: "0", salesTax: "0", tradeCharge: "0", otherTax: "0" },
    ...{ levelOfDetail: "EXECUTION", isAPIOrder: "Y", accruedInt: "0", fineness: "0.0", weight: "0.0" },
  });
});

test("AF: bookings have no order, no exec id and no venue; combos show their legs alone", async () => {
  const book = createFillBook({ now: () => Date.UTC(2026, 5, 19, 20, 20), accountId: "U1234567" });
  const { spyCall, spyPut, strangle } = simulatedInstruments;
  const shared = { side: "sell", quantity: "1", price: "5" } as const;
  const whole = book.addFill({ ...shared, instrument: strangle });
  for (const instrument of [spyCall, spyPut]) book.addFill({ ...shared, instrument, comboExecId: whole.execId });
  const ids = { execId: null, externalId: null, order: null, exchange: null, commission: "0" } as const;
  book.addFill({
    ...ids,
    instrument: spyCall,
    side: "buy",
    quantity: "1",
    price: "0",
    cause: "expiry",
    effect: "close",
  });
  const rows = rowsOf(await documentOf(book.entries, { type: "AF" }), "Trade").map(({ attributes }) => attributes);
  expect(rows.map(({ symbol }) => symbol)).toEqual(["SPY   260619C00700000", "SPY   260619P00650000", spyCall.symbol]);
  expect(rows[0]).toMatchObject({
    assetCategory: "OPT",
    multiplier: "100",
    strike: "700",
    expiry: "20260619",
    putCall: "C",
  });
  expect(rows[0]).toMatchObject({ quantity: "-1", tradeMoney: "-500", proceeds: "500", netCash: "499" });
  const booking = {
    transactionType: "BookTrade",
    exchange: "--",
    notes: "Ep",
    orderTime: "",
    ibExecID: "",
    ibOrderID: "",
  };
  expect(rows[2]).toMatchObject({ ...booking, dateTime: "20260619;162000", openCloseIndicator: "C", proceeds: "0" });
});

function qqqConfirm() {
  const atMs = Date.UTC(2026, 3, 2, 15, 8, 5);
  const book = createFillBook({ now: () => atMs, accountId: "U1234567" });
  book.addFill({
    ...{ instrument: simulatedInstruments.qqq, side: "buy", quantity: "1", price: "582.74", exchange: "IEX" },
    ...{ execId: "00025b49.69d39b39.01.01", tradeId: "1693687227", externalId: "259474411B" },
    settleDay: "2026-04-06",
    order: {
      permanentId: "684395693",
      brokerageOrderId: "0226befd.00019ddb.69cdf771.0001",
      placedAtMs: atMs,
      byApi: true,
    },
  });
  return book.entries;
}

function filled(attributes: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(attributes).filter(([, value]) => value !== ""));
}
