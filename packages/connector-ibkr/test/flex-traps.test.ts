import { describe, expect, test } from "vitest";
import { cancelOf, cancelRow, confirmRow, executionOf, refusalOf, tradeRow, without } from "./support/flex-rows.ts";

describe("trap: cancels and rebooks", () => {
  test("5,000 shares canceled and booked again: three rows, one fill with revisions 1 and 2", () => {
    const rebook = { ...tradeRow, transactionID: "8006", ibExecID: "0000a001.69641001.01.02", ibCommission: "0" };
    const told = [executionOf(tradeRow), executionOf(rebook)];
    expect(told.map(({ familyId, revision, sequence }) => [familyId, revision, sequence])).toEqual([
      ["0000a001.69641001.01", 1, "8001"],
      ["0000a001.69641001.01", 2, "8006"],
    ]);
    expect(cancelOf(cancelRow)).toMatchObject({
      ...{ familyId: null, revision: null, sequence: "8005", aliases: ["trade:7001", "transaction:8001"] },
      ...{ quantity: "100", price: "20.5", fees: [] },
    });
  });

  test("a cancel from before the column origTransactionID existed names the trade id alone", () => {
    expect(cancelOf(without(cancelRow, "origTransactionID")).aliases).toEqual(["trade:7001"]);
  });

  test.each(["", "0", "-", "--", "N/A"])("the placeholder %j names nothing", (none) => {
    expect(cancelOf({ ...cancelRow, origTransactionID: none }).aliases).toEqual(["trade:7001"]);
    expect(executionOf({ ...tradeRow, tradeID: none }).aliases).toEqual(["transaction:8001"]);
    expect(executionOf({ ...tradeRow, transactionID: none })).toMatchObject({
      aliases: ["trade:7001"],
      sequence: null,
    });
    expect(executionOf({ ...tradeRow, ibExecID: none })).toMatchObject({
      familyId: null,
      executionId: null,
      revision: 0,
    });
    expect(executionOf({ ...tradeRow, ibOrderID: none }).order.permanentId).toBeNull();
  });

  test("a cancel that names no row is rejected, never matched by content", () => {
    expect(refusalOf(without(cancelRow, "origTradeID", "origTransactionID"))).toMatch(/^rejected: origTradeID/);
  });

  test.each([
    { transactionType: "TradeCancel", notes: "", buySell: "" },
    { transactionType: "ExchTrade", notes: "P;Ca", buySell: "BUY" },
    { transactionType: "ExchTrade", notes: "", buySell: "SELL (Ca.)" },
    { transactionType: "", notes: "Ca;", buySell: "" },
  ])("each of its marks alone makes a cancel: %j", (marks) => {
    expect(cancelOf({ ...cancelRow, ...marks }).sequence).toBe("8005");
  });

  test("a commission stays with the canceled row; one given back on the cancel row is a rebate", () => {
    expect(executionOf(tradeRow).fees).toEqual([{ amount: "1", currency: "USD" }]);
    expect(cancelOf({ ...cancelRow, ibCommission: "0.28696525" }).fees).toEqual([
      { amount: "-0.28696525", currency: "USD" },
    ]);
  });

  test("revision 10 is a number and comes after 9", () => {
    const revisions = ["09", "10"].map((part) =>
      executionOf({ ...tradeRow, ibExecID: `0000a001.69641001.01.${part}` }),
    );
    expect(revisions.map(({ revision }) => revision)).toEqual([9, 10]);
  });

  test.each(["EXEC-1", "1.2.3", "0000a001.69641001.01.xx", "a.b.c.9999999999", "a..c.01"])(
    "the id %s has no revision",
    (ibExecID) => {
      expect(executionOf({ ...tradeRow, ibExecID })).toMatchObject({
        familyId: ibExecID,
        executionId: ibExecID,
        revision: 0,
      });
    },
  );
});

describe("trap: rows that are no fills", () => {
  test.each(["ORDER", "SYMBOL_SUMMARY", "ASSET_SUMMARY", "CLOSED_LOT", "WASH_SALE"])(
    "level %s is ignored",
    (levelOfDetail) => {
      expect(refusalOf({ ...tradeRow, levelOfDetail })).toMatch(/^ignored: .*repeats executions/);
    },
  );

  test("a level that is not known is rejected; without the column rows are executions", () => {
    expect(refusalOf({ ...tradeRow, levelOfDetail: "TRANSACTION" })).toMatch(/^rejected: levelOfDetail/);
    expect(executionOf(without(tradeRow, "levelOfDetail")).quantity).toBe("100");
  });

  test.each(["Order", "SymbolSummary", "Lot", "WashSale"])("element %s is ignored", (element) => {
    expect(refusalOf({ ...tradeRow, element })).toMatch(/^ignored/);
  });

  test.each(["", "-", " - "])("account %j sums up several and is ignored", (accountId) => {
    expect(refusalOf({ ...tradeRow, accountId })).toMatch(/^ignored: .*account/);
  });

  test.each(["A", "Ex", "AEx", "MEx", "Ep", "Ep;", "C;Ep"])("a booking with the note %s is ignored", (notes) => {
    expect(refusalOf({ ...tradeRow, transactionType: "BookTrade", notes, tradePrice: "0" })).toMatch(
      /^ignored: an expiry/,
    );
    expect(refusalOf({ ...without(tradeRow, "transactionType"), notes })).toMatch(/^ignored: an expiry/);
  });

  test.each(["", "T", "P"])("a booking with the note %j could be anything and is rejected", (notes) => {
    expect(refusalOf({ ...tradeRow, transactionType: "BookTrade", notes })).toMatch(
      /^rejected: transactionType is BookTrade/,
    );
  });

  test.each(["TradeCorrect", "FracShare", "FracShareCancel", "DvpTrade"])(
    "transactionType %s is rejected by name",
    (transactionType) => {
      expect(refusalOf({ ...tradeRow, transactionType })).toContain(`rejected: transactionType is ${transactionType}`);
    },
  );

  test("an unknown transactionType is rejected without being quoted, a contradiction too", () => {
    expect(refusalOf({ ...tradeRow, transactionType: "Neu\u001b" })).toBe(
      "rejected: transactionType is not one that is known",
    );
    expect(refusalOf({ ...tradeRow, notes: "Ep" })).toMatch(/^rejected: transactionType is ExchTrade, but/);
    expect(refusalOf({ ...without(tradeRow, "transactionType"), exchange: "--" })).toMatch(
      /^rejected: transactionType is missing/,
    );
  });
});

describe("trap: amounts", () => {
  test("thousands commas, minus zero and many decimals are digits, never floats", () => {
    const row = { ...tradeRow, quantity: "1,250.000000013", tradePrice: "-0", ibCommission: "1,000.5" };
    expect(executionOf(row)).toMatchObject({ quantity: "1250.000000013", price: "0", fees: [{ amount: "-1000.5" }] });
  });

  test("a price may be negative, a quantity a fraction", () => {
    expect(executionOf({ ...tradeRow, tradePrice: "-37.63", quantity: "0.0005" })).toMatchObject({
      price: "-37.63",
      quantity: "0.0005",
    });
  });

  test("the sign is the side, and buySell must say the same", () => {
    expect(executionOf({ ...tradeRow, quantity: "-5", buySell: "SELL" })).toMatchObject({
      side: "sell",
      quantity: "5",
    });
    expect(executionOf({ ...without(tradeRow, "buySell"), quantity: "-5" }).side).toBe("sell");
    for (const changes of [{ quantity: "-5" }, { buySell: "SELL" }, { buySell: "SHORT" }]) {
      expect(refusalOf({ ...tradeRow, ...changes })).toMatch(/^rejected: buySell/);
    }
  });

  test.each(["", "0", "0.00", "1e5", "NaN", "1,5"])("the quantity %j is rejected", (quantity) => {
    expect(refusalOf({ ...tradeRow, quantity })).toMatch(/^rejected: quantity/);
  });

  test("forex: the pair, its base, and a commission in a third currency", () => {
    const row = {
      ...tradeRow,
      assetCategory: "CASH",
      symbol: "USD.TWD",
      currency: "TWD",
      ibCommissionCurrency: "CHF",
      taxes: "-3",
    };
    expect(executionOf(row)).toMatchObject({
      instrument: { symbol: "USD/TWD", rawSymbol: "USD.TWD", kind: "forex", base: "USD", currency: "TWD" },
      fees: [
        { amount: "1", currency: "CHF" },
        { amount: "3", currency: "TWD" },
      ],
    });
    expect(refusalOf({ ...row, currency: "USD" })).toMatch(/^rejected: currency/);
  });

  test.each(["", "0", "0.0", "1", "1.0", "-", "N/A"])("the multiplier %j is one", (multiplier) => {
    expect(executionOf({ ...tradeRow, multiplier }).instrument.multiplier).toBeNull();
  });

  test("a multiplier is kept, an unreadable one rejected", () => {
    expect(executionOf({ ...tradeRow, multiplier: "1,000" }).instrument.multiplier).toBe("1000");
    for (const multiplier of ["-100", "x"])
      expect(refusalOf({ ...tradeRow, multiplier })).toMatch(/^rejected: multiplier/);
  });

  test("fees are unknown without their column, value or currency, and none when they are zero", () => {
    for (const column of ["ibCommission", "ibCommissionCurrency"]) {
      expect(executionOf(without(tradeRow, column)).fees).toBeNull();
      expect(executionOf({ ...tradeRow, [column]: "" }).fees).toBeNull();
    }
    expect(executionOf({ ...tradeRow, ibCommission: "0", ibCommissionCurrency: "" }).fees).toEqual([]);
    expect(refusalOf({ ...tradeRow, ibCommission: "free" })).toMatch(/^rejected: ibCommission/);
  });
});

describe("trap: confirmations beside the statement", () => {
  test("the same fill has the same identity in both, and the statement stands above", () => {
    const [statement, confirmation] = [executionOf(tradeRow), executionOf(confirmRow)];
    expect(confirmation).toEqual({
      ...statement,
      sequence: null,
      aliases: ["trade:7001"],
      fees: [{ amount: "1", currency: "USD", estimated: true }],
    });
    expect(statement.sequence).toBe("8001");
  });

  test("every charge is an estimate, a commission of zero too", () => {
    const row = { ...confirmRow, commission: "0", tax: "-0.5", salesTax: "0", tradeCharge: "-0.02", otherTax: "" };
    expect(executionOf(row).fees).toEqual(
      ["0", "0.5", "0.02"].map((amount) => ({ amount, currency: "USD", estimated: true })),
    );
  });
});

describe("trap: time and identity of queries with few columns", () => {
  test("tradeDate with tradeTime stands for dateTime; a date alone only where the time is known to be none", () => {
    const old = { ...without(tradeRow, "dateTime"), tradeTime: "093004" };
    expect(executionOf(old).executedAt).toBe("2026-01-12T14:30:04.000000Z");
    expect(executionOf({ ...old, tradeTime: "" }).executedAt).toBe("2026-01-12T05:00:00.000000Z");
    expect(executionOf({ ...tradeRow, dateTime: "20260112" }).executedAt).toBe("2026-01-12T05:00:00.000000Z");
    expect(refusalOf(without(tradeRow, "dateTime"))).toMatch(/^rejected: dateTime: .*tick Date\/Time/);
    expect(refusalOf({ ...tradeRow, dateTime: "01/12/2026;093004" })).toMatch(/^rejected: dateTime: .*yyyyMMdd/);
  });

  test("tradeDate is not the day of the fill: forex after 17:00 belongs to the next", () => {
    const row = { ...tradeRow, dateTime: "20220530;180141", tradeDate: "20220531" };
    expect(executionOf(row).executedAt).toBe("2022-05-30T22:01:41.000000Z");
  });

  test("a fill without any id has no family; its number among equals must tell it apart", () => {
    const row = without(tradeRow, "ibExecID", "tradeID", "transactionID");
    expect(executionOf(row)).toMatchObject({ familyId: null, executionId: null, sequence: null, aliases: [] });
  });

  test("conid is the instrument's identity; option symbols keep their blanks in rawSymbol", () => {
    const row = { ...tradeRow, assetCategory: "OPT", symbol: "ORCL  170915P00050000", multiplier: "100" };
    expect(executionOf(row).instrument).toMatchObject({
      ...{ symbol: "ORCL 170915P00050000", rawSymbol: "ORCL  170915P00050000", kind: "option", conid: "265598" },
    });
    expect(executionOf(without(row, "symbol")).instrument.symbol).toBe("265598");
    expect(refusalOf(without(row, "symbol", "conid"))).toMatch(/^rejected: symbol/);
  });

  test("a damaged byte in an id is rejected: two ids could look the same", () => {
    expect(refusalOf({ ...tradeRow, tradeID: "70\ufffd1" })).toMatch(/^rejected: .*UTF-8/);
    expect(refusalOf({ ...cancelRow, origTradeID: "70\ufffd1" })).toMatch(/^rejected: .*UTF-8/);
  });
});
