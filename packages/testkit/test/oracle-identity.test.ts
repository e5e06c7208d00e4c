import { instant } from "@fillbook/core";
import { expect, test } from "vitest";
import { expectedBook, possibleBooks } from "../src/oracle/oracle.ts";
import { live, told, usd } from "../src/oracle/oracle-cases.ts";
import type { Delivered } from "../src/oracle/oracle-report.ts";

test("identity: two twins with their own ids are two fills", () => {
  const book = expectedBook([live({ familyId: "a" }), live({ familyId: "b" })]);
  expect(book.canonical).toHaveLength(2);
});

test("identity: a fill told by two interfaces is one, and the statement's values count", () => {
  const [canonical, ...rest] = expectedBook([
    live({ familyId: "a", price: "10", executedAt: "2025-09-11T17:00:00.123456789Z" }),
    told({ familyId: "a", price: "10.50" }),
  ]).canonical;
  expect(rest).toEqual([]);
  expect(canonical).toMatchObject({ price: "10.5", executedAt: "2025-09-11T17:00:00.000000Z" });
});

test("identity: equal ids of two accounts are two fills", () => {
  expect(expectedBook([live({ familyId: "a" }), live({ familyId: "a", account: "U2" })]).trades).toHaveLength(2);
});

test("identity: placeholders are no ids", () => {
  const nameless = { familyId: "N/A", aliases: ["trade:0", "transaction: "] as const };
  const book = expectedBook([
    told({ ...nameless, aliases: [...nameless.aliases], ordinal: 0 }),
    told({ ...nameless, aliases: [...nameless.aliases], ordinal: 1 }),
  ]);
  expect(book.canonical).toHaveLength(2);
});

test("identity: rows without ids count only beyond the fills with ids of equal content", () => {
  const rows = [0, 1, 2].map((ordinal) => told({ ordinal, fees: usd("9") }));
  const withIds = [live({ familyId: "a" }), live({ familyId: "b", executedAt: "2025-09-11T17:00:00.9Z" })];
  expect(expectedBook(rows).canonical).toHaveLength(3);
  expect(expectedBook([...rows, ...withIds]).canonical).toHaveLength(3);
  expect(expectedBook([...rows.slice(0, 2), ...withIds]).canonical).toHaveLength(2);
});

test("identity: a corrected fill claims its old content and its new one, each once", () => {
  const corrected = [1, 2].map((revision) => live({ familyId: "a", revision, quantity: `${revision}` }));
  const retold = told({ familyId: "a", revision: 2, quantity: "2", sequence: "5", aliases: ["transaction:5"] });
  const rows = ["1", "2"].map((quantity) => told({ quantity }));
  expect(expectedBook([...corrected, retold, ...rows]).canonical).toHaveLength(1);
});

test("fold: rows known by trade or transaction id are read as part of the fill that carries it", () => {
  const book = expectedBook([
    told({ aliases: ["transaction:7"], sequence: "7", quantity: "99" }),
    told({ aliases: ["trade:3", "transaction:7"], sequence: "7", quantity: "99" }),
    live({ familyId: "a", aliases: ["trade:3"], revision: 1 }),
  ]);
  expect(book.canonical).toHaveLength(1);
  expect(book.canonical[0]).toMatchObject({ quantity: "100" });
});

test("fold: a row takes the revision of the last numbered row not above it", () => {
  const numbered = (sequence: string, revision: number, price: string) =>
    told({ familyId: "a", revision, sequence, price, aliases: ["trade:3"] });
  const folded = told({ aliases: ["trade:3"], sequence: "105", price: "12", revision: 50 });
  const [canonical] = expectedBook([numbered("99", 1, "10"), numbered("100", 2, "11"), folded]).canonical;
  // 105 is a later telling of revision 2, and 99 < 100 as numbers.
  expect(canonical?.price).toBe("12");
  const [corrected] = expectedBook([numbered("99", 1, "10"), numbered("110", 2, "11"), folded]).canonical;
  expect(corrected?.price).toBe("11");
});

test("fold: in a trade's family a row keeps its own revision", () => {
  const [canonical] = expectedBook([
    told({ aliases: ["trade:3", "transaction:7"], sequence: "7", revision: 1, price: "11" }),
    told({ aliases: ["transaction:7"], sequence: "7", revision: 2, price: "12" }),
  ]).canonical;
  expect(canonical?.price).toBe("12");
});

test("fold: with two hosts a row is read with the smallest key, and a person is told", () => {
  const book = expectedBook([
    live({ familyId: "b", aliases: ["trade:3"] }),
    live({ familyId: "a", aliases: ["trade:3"] }),
    told({ aliases: ["trade:3"], feeBasis: "row", fees: usd("4"), order: { permanentId: "p" } }),
  ]);
  expect(book.problems.ambiguous_identity).toBe(1);
  expect(book.canonical).toHaveLength(2);
  expect(book.trades.map((trade) => trade.fees)).toContainEqual(usd("4"));
});

test("rank: revision 10 is above 9, and a late old revision changes nothing", () => {
  const nine = live({ familyId: "a", revision: 9, price: "9" });
  const ten = live({ familyId: "a", revision: 10, price: "10" });
  expect(expectedBook([ten, nine]).canonical[0]?.price).toBe("10");
});

test("rank: revision, authority, sequence, fees and report time decide in this order", () => {
  const source = { connector: "flex", authority: 2 as const };
  const steps = [
    live({ familyId: "a", price: "1", fees: usd("1") }),
    told({ familyId: "a", price: "2" }),
    told({ familyId: "a", price: "3", source: { ...source, reportedAt: "2025-09-12T00:00:00Z" } }),
    told({ familyId: "a", price: "4", fees: [{ amount: "1", currency: "USD", estimated: true }] }),
    told({ familyId: "a", price: "5", fees: [] }),
    told({ familyId: "a", price: "6", sequence: "99" }),
    told({ familyId: "a", price: "7", sequence: "100" }),
    live({ familyId: "a", price: "8", revision: 1 }),
  ];
  for (const [index] of steps.entries()) {
    const delivered = steps.slice(0, index + 1).toReversed();
    expect(expectedBook(delivered).canonical[0]?.price).toBe(`${index + 1}`);
  }
});

test("rank: of reports that are equal so far the one that was first reported last counts, whatever repeats it", () => {
  const answered = (price: string, minute: number | null): Delivered => {
    return {
      ...live({ familyId: "a", price }),
      reportedAt: minute === null ? null : instant(`2025-10-01T00:0${minute}:00Z`),
    };
  };
  const two = [answered("1", 1), answered("2", 2), answered("3", null)];
  expect(possibleBooks(two).map(({ canonical }) => canonical[0]?.price)).toEqual(["2"]);
  expect(expectedBook([...two, answered("1", 3)]).canonical[0]?.price).toBe("2");
  expect(expectedBook([...two, answered("2", 0)]).canonical[0]?.price).toBe("1");
});

test("conflict: equal rank and other values are one problem and two possible books", () => {
  const conflict = [told({ familyId: "a", sequence: "5" }), told({ familyId: "a", sequence: "5", price: "11" })];
  expect(expectedBook(conflict).problems.conflict).toBe(1);
  expect(possibleBooks(conflict)).toHaveLength(2);
  const fees = [told({ familyId: "a", fees: usd("1") }), told({ familyId: "a", fees: usd("2") })];
  expect(expectedBook(fees).problems.conflict).toBe(1);
  const known = [told({ familyId: "a", fees: usd("1.50") }), told({ familyId: "a", fees: usd("1.5") })];
  expect(expectedBook(known).problems.conflict).toBe(0);
  const completed = [live({ familyId: "a" }), live({ familyId: "a", fees: usd("1") })];
  expect(expectedBook(completed).problems.conflict).toBe(0);
  expect(possibleBooks(completed)).toHaveLength(1);
});
