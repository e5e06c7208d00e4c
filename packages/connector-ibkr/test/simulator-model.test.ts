import { expect, test } from "vitest";
import {
  createFillBook,
  expectedResult,
  forexRebookDay,
  fractionalDay,
  generateFills,
  publishedBuyDay,
  type SimulatedEntry,
  simulatedInstruments,
  stockCancelDay,
  stockRebookDay,
  twinsDay,
} from "../src/simulator/index.ts";

test("expected: five thousand shares taken back and booked again stay five thousand, paid for once", () => {
  const { fills, positions, commissions } = expectedResult(stockRebookDay());
  expect(positions).toEqual({ "U1234567 800000002": "5000" });
  expect(commissions).toEqual({ USD: "6" });
  expect(fills).toHaveLength(1);
  expect(fills[0]).toMatchObject({ counts: true, execId: "0000e0d5.18244f65.01.02", rows: 3, tradeId: "1700000101" });
});

test("expected: the forex rebook lives on with its new quantity and price", () => {
  const { fills, positions } = expectedResult(forexRebookDay());
  expect(positions).toEqual({ "U1234567 800000301": "-1145.929445" });
  expect(fills).toHaveLength(1);
  expect(fills[0]).toMatchObject({ price: "30.2374637", quantity: "1145.929445", execId: "CUSTHSFX.012f041f.01.02" });
});

test("expected: a cancel without a rebook leaves nothing but the commission", () => {
  const { fills, positions, commissions } = expectedResult(stockCancelDay());
  expect(positions).toEqual({});
  expect(commissions).toEqual({ EUR: "2.4444" });
  expect(fills.map(({ counts }) => counts)).toEqual([false]);
});

test("expected: the order of rows does not matter", () => {
  const days = [...stockRebookDay(), ...forexRebookDay(), ...stockCancelDay(), ...twinsDay()];
  const backwards = expectedResult([...days].reverse());
  expect(backwards.positions).toEqual(expect.objectContaining(expectedResult(days).positions));
  expect(backwards.commissions).toEqual(expectedResult(days).commissions);
});

test("expected: identical fills and fractions of shares count each", () => {
  expect(expectedResult(twinsDay()).positions).toEqual({ "U1234567 756733": "200" });
  expect(expectedResult(fractionalDay()).positions).toEqual({ "U1234567 320227571": "3.4271" });
});

test("book: the tenth revision follows the ninth, and a cancel of it takes the fill back", () => {
  const book = createFillBook({ now: () => Date.UTC(2026, 1, 3, 15), accountId: "U1" });
  const fill = book.addFill({ instrument: simulatedInstruments.spy, side: "buy", quantity: "10", price: "600" });
  let last = fill;
  for (let turn = 0; turn < 9; turn += 1) last = book.revise(last.execId ?? "", "correction", { price: `60${turn}` });
  expect(last.execId).toBe(fill.execId?.replace(/01$/, "10"));
  expect(expectedResult(book.entries).fills).toMatchObject([{ price: "608", counts: true }]);
  book.cancel(last.execId ?? "", { reportDay: "2026-02-09" });
  expect(expectedResult(book.entries)).toMatchObject({ positions: {}, fills: [{ counts: false }] });
  expect(book.entries.at(-1)).toMatchObject({ kind: "cancel", reportDay: "2026-02-09" });
  const numbers = book.entries.map(({ transactionId }) => Number(transactionId));
  expect(numbers).toEqual([...numbers].sort((one, other) => one - other));
});

test("book: a row that is there already, and a fill that is not, are errors", () => {
  const book = createFillBook({ now: () => 0, accountId: "U1" });
  book.addEntries(stockRebookDay());
  expect(() => book.addEntries(stockRebookDay())).toThrow("already has a row");
  expect(() => book.cancel("nobody")).toThrow("no fill nobody");
});

test("generator: the same options give the same rows, other seeds give others", () => {
  const options = { count: 500, seed: 7 };
  expect([...generateFills(options)]).toEqual([...generateFills(options)]);
  expect([...generateFills({ ...options, seed: 8 })]).not.toEqual([...generateFills(options)]);
});

test("generator: exactly so many fills, and every event as often as it was asked for", () => {
  const rows = [...generateFills({ count: 3000, seed: 3, cancelEvery: 100, rebookEvery: 0, correctEvery: 50 })];
  const { fills, bookings } = expectedResult(rows);
  expect(fills).toHaveLength(3000);
  expect(bookings.length).toBeGreaterThan(10);
  expect(new Set(bookings.map(({ cause }) => cause))).toEqual(new Set(["expiry", "assignment", "exercise"]));
  const cancels = fills.filter(({ counts }) => !counts).length;
  // A turn that falls on a fund, which has no ids, is left out.
  expect(cancels).toBeGreaterThan(20);
  expect(cancels).toBeLessThanOrEqual(30);
  expect(rows.filter((row) => row.kind === "fill" && row.revision === "rebook")).toEqual([]);
  expect(rows.filter((row) => row.kind === "fill" && row.revision === "correction").length).toBeGreaterThan(20);
});

test("generator: every kind of instrument, twins, combos with legs, rebates, foreign commissions", () => {
  const fills = [...generateFills({ count: 2000, seed: 1 })].filter((row) => row.kind === "fill");
  const kinds = new Set(fills.map(({ instrument }) => instrument.kind));
  for (const kind of ["stock", "option", "future", "forex", "bond", "fund", "warrant", "crypto", "combo"] as const) {
    expect(kinds).toContain(kind);
  }
  const alike = fills.map(
    (fill) => `${fill.instrument.conid} ${fill.atMs} ${fill.quantity} ${fill.price} ${fill.side}`,
  );
  expect(alike.length).toBeGreaterThan(new Set(alike).size);
  const [combo] = fills.filter(({ instrument }) => instrument.kind === "combo");
  expect(fills.filter(({ comboExecId }) => comboExecId === combo?.execId && combo !== undefined)).toHaveLength(2);
  expect(fills.some(({ commission }) => commission.startsWith("-"))).toBe(true);
  expect(fills.some((fill) => fill.commissionCurrency !== fill.instrument.currency)).toBe(true);
  expect(fills.some(({ tradeDay, atMs }) => tradeDay > new Date(atMs).toISOString().slice(0, 10))).toBe(true);
});

test("generator: rows come in the order of booking, with growing numbers, cancels days after their fill", () => {
  const rows: SimulatedEntry[] = [...generateFills({ count: 1500, seed: 5 })];
  const numbers = rows.flatMap(({ transactionId }) => (transactionId === null ? [] : [Number(transactionId)]));
  expect(numbers.every((number, index) => index === 0 || number > (numbers[index - 1] ?? 0))).toBe(true);
  const cancels = rows.filter((row) => row.kind === "cancel");
  expect(cancels.length).toBeGreaterThan(10);
  expect(cancels.every((row) => row.reportDay > row.canceled.reportDay)).toBe(true);
});

test("days: the published wall times are these moments", () => {
  const momentOf = ([row]: readonly SimulatedEntry[]) =>
    row?.kind === "fill" ? new Date(row.atMs).toISOString() : null;
  expect(momentOf(publishedBuyDay())).toBe("2022-12-02T11:26:11.000Z");
  expect(momentOf(forexRebookDay())).toBe("2025-09-11T21:00:00.000Z");
});
