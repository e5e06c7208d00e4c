import type { ExecutionInput } from "@fillbook/core/connector";
import { expect, test } from "vitest";
import { expectedBook } from "../src/oracle/oracle.ts";
import { canceled, live, told, usd } from "../src/oracle/oracle-cases.ts";

const original = { familyId: "CUSTHSFX.012f041f.01", feeBasis: "row" } as const;
const trade = "trade:1144440025" as const;

/** Three rows as a real statement had them, with the fees of portfolio-performance issue 5915. */
const rebooked = [
  told({
    ...original,
    side: "sell",
    executionId: "CUSTHSFX.012f041f.01.01",
    revision: 1,
    quantity: "1143.28313142",
    price: "30.3074532",
    sequence: "4606872535",
    aliases: [trade, "transaction:4606872535"],
    fees: usd("6"),
  }),
  canceled({
    aliases: [trade, "transaction:4606872535"],
    quantity: "1143.28313142",
    price: "30.3074532",
    sequence: "4610738883",
    fees: usd("0"),
  }),
  told({
    ...original,
    side: "sell",
    executionId: "CUSTHSFX.012f041f.01.02",
    revision: 2,
    quantity: "1145.929445",
    price: "30.2374637",
    sequence: "4610738885",
    aliases: [trade, "transaction:4610738885"],
    fees: usd("0"),
  }),
];

test("cancel: a canceled and rebooked fill stays one fill and keeps the fee of the canceled row", () => {
  const book = expectedBook(rebooked);
  expect(book.trades).toHaveLength(1);
  expect(book.trades[0]).toMatchObject({
    quantity: "1145.929445",
    averagePrice: "30.2374637",
    fees: usd("6"),
    executionCount: 1,
    canceledCount: 0,
  });
  expect(book.problems).toEqual({ conflict: 0, unmatched_cancel: 0, ambiguous_identity: 0 });
  expect(expectedBook(rebooked.toReversed())).toEqual(book);
});

test("cancel: 5,000 canceled and rebooked under the same trade id without execution ids stay 5,000", () => {
  const row = (id: string, price: string) =>
    told({ quantity: "5000", price, sequence: id, aliases: ["trade:1", `transaction:${id}`], feeBasis: "row" });
  const cancel = canceled({ aliases: ["trade:1"], sequence: "100", quantity: "5000", price: "10" });
  const book = expectedBook([row("101", "11"), cancel, row("99", "10")]);
  expect(book.trades[0]).toMatchObject({ quantity: "5000", averagePrice: "11", executionCount: 1 });
});

test("cancel: without a rebook the fill is canceled and its fees stay, the cancel's own included", () => {
  const cancel = canceled({ aliases: ["transaction:4606872535"], sequence: "4610738883", fees: usd("0.5") });
  const [first] = rebooked;
  const book = expectedBook(first === undefined ? [] : [cancel, first]);
  expect(book.canonical).toEqual([]);
  expect(book.trades[0]).toMatchObject({
    status: "canceled",
    quantity: "0",
    averagePrice: null,
    fees: usd("6.5"),
    executionCount: 0,
    canceledCount: 1,
  });
});

test("cancel: live reports up to the canceled revision are voided, too, later ones are not", () => {
  const cancel = canceled({ aliases: ["transaction:7"], sequence: "8" });
  const statement = told({ familyId: "a", revision: 1, sequence: "7", aliases: ["transaction:7"] });
  const one = live({ familyId: "a", revision: 1 });
  expect(expectedBook([one, statement, cancel]).canonical).toEqual([]);
  expect(expectedBook([one, statement, cancel, live({ familyId: "a", revision: 2 })]).canonical).toHaveLength(1);
});

test("cancel: a row of the same revision with a higher number than the cancel stays", () => {
  const row = (sequence: string) => told({ familyId: "a", revision: 1, sequence, aliases: ["trade:3"] });
  const cancel = canceled({ aliases: ["trade:3"], sequence: "8" });
  expect(expectedBook([row("7"), cancel]).canonical).toEqual([]);
  expect(expectedBook([row("7"), row("9"), cancel]).canonical).toHaveLength(1);
});

test("cancel: without numbers it must fit one revision by trade id, quantity and price", () => {
  const row = (revision: number, part: Partial<ExecutionInput>) =>
    told({ familyId: "a", revision, aliases: ["trade:3"], ...part });
  const cancel = canceled({ aliases: ["trade:3"], quantity: "100.0", price: "10" });
  const voided = expectedBook([row(1, {}), cancel]);
  expect(voided.problems.unmatched_cancel).toBe(0);
  expect(voided.canonical).toEqual([]);
  const twoFit = expectedBook([row(1, {}), row(2, {}), cancel]);
  expect(twoFit.problems.unmatched_cancel).toBe(1);
  expect(twoFit.canonical).toHaveLength(1);
  const noneFits = expectedBook([row(1, { price: "11" }), cancel]);
  expect(noneFits.problems.unmatched_cancel).toBe(1);
  const silent = expectedBook([row(1, {}), canceled({ aliases: ["trade:3"] })]);
  expect(silent.problems.unmatched_cancel).toBe(1);
});

test("cancel: one that fits a row without number does not bring back an older numbered revision", () => {
  const book = expectedBook([
    told({ familyId: "a", revision: 1, sequence: "7", aliases: ["trade:3", "transaction:7"] }),
    told({ familyId: "a", revision: 2, aliases: ["trade:3"], price: "11" }),
    canceled({ aliases: ["trade:3"], quantity: "100", price: "11" }),
  ]);
  expect(book.canonical).toEqual([]);
});

test("cancel: a transaction id needs no fit by quantity and price", () => {
  const row = told({ familyId: "a", sequence: "7", aliases: ["transaction:7", "trade:3"] });
  const cancel = canceled({ aliases: ["transaction:7", "trade:3"], quantity: "1", price: "1" });
  expect(expectedBook([row, cancel]).canonical).toEqual([]);
});

test("cancel: a trade id that two fills carry cancels in each of them", () => {
  const row = (familyId: string) => told({ familyId, sequence: "7", aliases: ["trade:3"] });
  const cancel = canceled({ aliases: ["trade:3"], sequence: "8" });
  expect(expectedBook([row("a"), row("b"), cancel]).canonical).toEqual([]);
});

test("cancel: one that never finds its row adds nothing and is one problem", () => {
  const cancel = canceled({ aliases: ["trade:3"], sequence: "8", quantity: "100", price: "10", fees: usd("1") });
  const book = expectedBook([cancel, cancel]);
  expect(book).toEqual({
    trades: [],
    canonical: [],
    problems: { conflict: 0, unmatched_cancel: 1, ambiguous_identity: 0 },
  });
});

test("bust: it voids its own revision only", () => {
  const bust = canceled({ familyId: "a", revision: 2, source: { connector: "web", authority: 1 } });
  const versions = [1, 2].map((revision) => live({ familyId: "a", revision, price: `${revision}` }));
  expect(expectedBook([bust, ...versions]).canonical).toMatchObject([{ price: "1" }]);
});

test("bust: it leaves rows whose number is not below its own", () => {
  const bust = canceled({ familyId: "a", revision: 1, sequence: "8" });
  const row = (sequence: string) => told({ familyId: "a", revision: 1, sequence });
  expect(expectedBook([bust, row("7")]).canonical).toEqual([]);
  expect(expectedBook([bust, row("8")]).canonical).toHaveLength(1);
});

test("conflict: voided reports do not contradict", () => {
  const row = (price: string) => told({ familyId: "a", revision: 1, price, sequence: "7", aliases: ["transaction:7"] });
  const cancel = canceled({ aliases: ["transaction:7"], sequence: "8" });
  expect(expectedBook([row("10"), row("11")]).problems.conflict).toBe(1);
  expect(expectedBook([row("10"), row("11"), cancel]).problems.conflict).toBe(0);
});
