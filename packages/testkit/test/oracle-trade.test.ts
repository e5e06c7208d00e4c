import { expect, test } from "vitest";
import { expectedBook } from "../src/oracle/oracle.ts";
import { averageText } from "../src/oracle/oracle-amount.ts";
import { canceled, live, told, usd } from "../src/oracle/oracle-cases.ts";
import { reviewedTrades } from "../src/oracle/oracle-review.ts";

test("fees: known beats estimated beats unknown, also in a lower report", () => {
  const estimated = [{ amount: "2", currency: "USD", estimated: true as const }];
  const steps = [
    live({ familyId: "a", fees: usd("1") }),
    told({ familyId: "a", fees: estimated }),
    told({ familyId: "a", sequence: "5" }),
  ];
  expect(expectedBook(steps).trades[0]?.fees).toEqual(usd("1"));
  expect(expectedBook(steps.slice(1)).trades[0]?.fees).toEqual(usd("2"));
  expect(expectedBook(steps.slice(2)).trades[0]).toMatchObject({ fees: [], unknownFeeCount: 1 });
});

test("fees: statement rows are summed, each once, and live reports and confirmations are not added", () => {
  const row = (sequence: string, fee: string) =>
    told({ familyId: "a", sequence, aliases: [`transaction:${sequence}`, "trade:3"], feeBasis: "row", fees: usd(fee) });
  const rows = [row("7", "1"), row("7", "1.00"), row("9", "-0.25")];
  const others = [
    live({ familyId: "a", fees: usd("50") }),
    told({ familyId: "a", revision: 3, aliases: ["trade:3"], feeBasis: "row", fees: usd("60") }),
  ];
  expect(expectedBook([...rows, ...others]).trades[0]?.fees).toEqual(usd("0.75"));
  expect(expectedBook(others).trades[0]?.fees).toEqual(usd("60"));
});

test("fees: rows with only a transaction id are counted once for each, rows without one once a revision", () => {
  const byId = (id: string) => told({ familyId: "a", aliases: [`transaction:${id}`], feeBasis: "row", fees: usd("1") });
  expect(expectedBook([byId("1"), byId("2"), byId("2")]).trades[0]?.fees).toEqual(usd("2"));
  const source = { connector: "flex", authority: 2 as const, reportedAt: "2025-09-12T00:00:00Z" };
  const byRevision = (revision: number) => told({ familyId: "a", revision, feeBasis: "row", fees: usd("1") });
  const again = told({ familyId: "a", revision: 1, feeBasis: "row", fees: usd("1"), source });
  expect(expectedBook([byRevision(1), byRevision(2), again]).trades[0]?.fees).toEqual(usd("2"));
});

test("fees: each currency has its own sum", () => {
  const book = expectedBook([
    live({ familyId: "a", fees: usd("1"), order: { permanentId: "p" } }),
    live({ familyId: "b", fees: [{ amount: "2", currency: "EUR" }], order: { permanentId: "p" } }),
  ]);
  expect(book.trades[0]?.fees).toEqual([{ amount: "2", currency: "EUR" }, ...usd("1")]);
});

test("orders: legs of a combo, both sides and equal symbols of two conids are different trades", () => {
  const order = { permanentId: "p" };
  const other = { symbol: "AAPL", rawSymbol: "AAPL", kind: "stock", conid: "38708077" } as const;
  const book = expectedBook([
    live({ familyId: "a", order }),
    live({ familyId: "b", order }),
    live({ familyId: "c", order, side: "sell" }),
    live({ familyId: "d", order, instrument: other }),
  ]);
  expect(book.trades.map((trade) => trade.executionCount).sort()).toEqual([1, 1, 2]);
});

test("orders: a reference and a client's order id hold for a day, a permanent id for ever", () => {
  const days = ["2025-09-11T23:59:59.999999Z", "2025-09-12T00:00:00Z"];
  const over = (order: { permanentId?: string; reference?: string; clientId?: string; orderId?: string }) =>
    expectedBook(days.map((executedAt) => live({ familyId: executedAt, executedAt, order }))).trades.length;
  expect(over({ permanentId: "p", reference: "r" })).toBe(1);
  expect(over({ reference: "r" })).toBe(2);
  expect(over({ clientId: "7", orderId: "1" })).toBe(2);
  const sameDay = ["a", "b"];
  const within = (order: { clientId?: string; orderId?: string }) =>
    expectedBook(sameDay.map((familyId) => live({ familyId, order }))).trades.length;
  expect(within({ clientId: "7", orderId: "1" })).toBe(1);
  expect(within({ clientId: "7", orderId: "2147483647" })).toBe(2);
  expect(within({ orderId: "1" })).toBe(2);
});

test("orders: an id that only a later or a voided report tells moves the fill", () => {
  const first = live({ familyId: "a", order: { permanentId: "p" } });
  const second = live({ familyId: "b", revision: 1, order: { reference: "r" } });
  const later = live({ familyId: "b", order: { permanentId: "p" } });
  expect(expectedBook([first, second]).trades).toHaveLength(2);
  expect(expectedBook([first, second, later]).trades).toHaveLength(1);
  const bust = canceled({ familyId: "b", revision: 0 });
  expect(expectedBook([first, second, later, bust]).trades).toMatchObject([{ executionCount: 2 }]);
});

test("trades: status compares with the order quantity that the latest fill knows", () => {
  const fill = (familyId: string, second: number, quantity: string | null) =>
    live({ familyId, executedAt: `2025-09-11T17:00:0${second}Z`, order: { permanentId: "p", quantity } });
  expect(expectedBook([fill("a", 1, null)]).trades[0]?.status).toBe("unknown");
  expect(expectedBook([fill("a", 1, "100"), fill("b", 2, "300.0")]).trades[0]?.status).toBe("partial");
  expect(expectedBook([fill("a", 1, "300"), fill("b", 2, "200.0"), fill("c", 3, null)]).trades[0]?.status).toBe(
    "filled",
  );
});

test("trades: the average is exact and rounded once, half to even", () => {
  const unit = 10n ** 18n;
  expect(averageText(2n * unit * unit, 3n * unit)).toBe("0.666666666666666667");
  expect(averageText(-2n * unit * unit, 3n * unit)).toBe("-0.666666666666666667");
  expect(averageText(20_000n * unit * unit, 3n * unit)).toBe("6666.66666666666667");
  expect(averageText(25n, 10n * unit)).toBe("0");
  expect(averageText(15n, 10n)).toBe("0.000000000000000002");
  expect(averageText(10n ** 60n + 5n * 10n ** 41n, unit)).toBe("1000000000000000000000000");
});

test("reviews: a decision follows its fills, and what changed since is shown", () => {
  const first = told({ familyId: "a", revision: 1, order: { permanentId: "p" } });
  const second = told({ familyId: "b", order: { permanentId: "p" } });
  const review = { delivered: [first], tradeOf: first, link: "plan-1" };
  expect(reviewedTrades([first], [review])).toMatchObject([
    { link: "plan-1", decided: "all", changedSinceReview: false },
  ]);
  expect(reviewedTrades([first, second], [review])).toMatchObject([
    { link: "plan-1", decided: "some", changedSinceReview: true },
  ]);
  const corrected = told({ familyId: "a", revision: 2, price: "11", order: { permanentId: "q" } });
  expect(reviewedTrades([first, corrected], [review])).toMatchObject([{ link: "plan-1", changedSinceReview: true }]);
  const again = { delivered: [first, corrected], tradeOf: corrected, link: null };
  expect(reviewedTrades([first, corrected], [review, again])).toMatchObject([
    { link: null, changedSinceReview: false },
  ]);
});
