import { describe, expect, test } from "vitest";
import { inEveryOrder, naiveBook, only } from "./support/naive-book.ts";
import { estimatedUsd, fill, statement, usd } from "./support/told.ts";

describe("plan: the greatest report counts", () => {
  test("revision 10 outranks revision 9, live or not", () => {
    const rows = [
      statement({ revision: 9, price: "99" }),
      fill({ revision: 10, price: "110" }),
      fill({ revision: 2, price: "102" }),
    ];
    inEveryOrder(rows, (book) => expect(only(book.canonical())).toMatchObject({ revision: 10, price: "110" }));
  });

  test("at one revision a statement outranks a live report", () => {
    inEveryOrder([fill({ price: "99", sequence: "900" }), statement({ price: "101" })], (book) => {
      expect(book.trade()).toMatchObject({ averagePrice: "101", executionCount: 1 });
      expect(book.problems()).toEqual([]);
    });
  });

  test("at one revision and authority the higher row number counts, compared as a number", () => {
    const rows = [
      statement({ sequence: "999", price: "99" }),
      statement({ sequence: "1000", price: "101" }),
      statement({ sequence: "00998", price: "98" }),
      statement({ sequence: null, price: "97" }),
    ];
    inEveryOrder(rows, (book) => {
      expect(book.trade().averagePrice).toBe("101");
      expect(book.problems()).toEqual([]);
    });
  });

  test("known fees complete estimated and unknown ones without a conflict", () => {
    const rows = [fill({ fees: null }), fill({ fees: estimatedUsd("0.9") }), fill({ fees: usd("1") })];
    inEveryOrder(rows, (book) => {
      expect(book.trade()).toMatchObject({ fees: usd("1"), unknownFeeCount: 0, executionCount: 1 });
      expect(book.problems()).toEqual([]);
    });
  });

  test("of equal reports the one that the broker made later counts", () => {
    const source = (minute: string) => {
      return { connector: "live", authority: 1, reportedAt: `2026-01-05T11:${minute}:00Z` } as const;
    };
    inEveryOrder([fill({ source: source("01") }), fill({ source: source("02") })], (book) => {
      expect(only(book.canonical()).source.reportedAt).toBe("2026-01-05T11:02:00.000000Z");
    });
  });
});

describe("plan: a conflict is two reports of one place that cannot both be right", () => {
  test.each([
    ["quantity", { quantity: "11" }],
    ["price", { price: "101" }],
    ["side", { side: "sell" }],
    ["instrument", { instrument: { conid: "1" } }],
    ["known fees", { fees: usd("2") }],
  ] as const)("other %s: one of them counts and a problem shows both", (_, other) => {
    inEveryOrder([fill({ fees: usd("1") }), fill({ fees: usd("1"), ...other })], (book) => {
      expect(book.problems()).toEqual(["conflict"]);
      expect(book.canonical()).toHaveLength(1);
      expect(book.rows.problems[0]?.details).toMatchObject({ reports: [{}, {}] });
    });
  });

  test.each([
    ["another revision", { revision: 1 }],
    ["another row number", { sequence: "5" }],
    ["another authority", { source: { connector: "statement", authority: 2 } }],
  ] as const)("%s is no conflict", (_, place) => {
    inEveryOrder([fill(), fill({ price: "101", ...place })], (book) => expect(book.problems()).toEqual([]));
  });

  test("the time alone is no conflict, nor are fees that are not known", () => {
    const rows = [fill({ fees: estimatedUsd("1") }), fill({ fees: null, executedAt: "2026-01-05T10:00:00.5Z" })];
    inEveryOrder(rows, (book) => expect(book.problems()).toEqual([]));
  });

  test("the winner does not depend on the order of arrival", () => {
    const winners = new Set<string>();
    inEveryOrder([fill({ price: "1" }), fill({ price: "2" }), fill({ price: "3" })], (book) => {
      winners.add(only(book.canonical()).price);
    });
    expect(winners.size).toBe(1);
  });

  test("two sides that differ in one statement keep the fill in one trade", () => {
    inEveryOrder([fill(), fill({ side: "sell" })], (book) => {
      expect(book.trades()).toHaveLength(1);
      expect(book.canonical()).toHaveLength(1);
    });
  });
});

describe("plan: a person's pin chooses among contradicting reports", () => {
  function pinnedBook(price: string) {
    const book = naiveBook();
    book.tell(fill({ price: "1" }), fill({ price: "2" }));
    book.pin(only(book.rows.reports.filter((row) => row.price === price)).revisionKey);
    return book;
  }

  test.each(["1", "2"])("the report at %s counts once it is pinned, and the problem is resolved", (price) => {
    const book = pinnedBook(price);
    expect(book.trade().averagePrice).toBe(price);
    expect(book.problems()).toEqual([]);
  });

  test.each(["1", "2"])("a replay and a further report of the place do not undo the pin of %s", (price) => {
    const book = pinnedBook(price);
    book.tell(fill({ price: "1" }), fill({ price: "3" }));
    expect(book.trade().averagePrice).toBe(price);
    expect(book.problems()).toEqual([]);
  });

  test("a pin does not hold back a newer revision or a statement", () => {
    const book = pinnedBook("1");
    book.tell(statement({ price: "4" }));
    expect(book.trade().averagePrice).toBe("4");
    book.tell(fill({ revision: 1, price: "5" }));
    expect(book.trade().averagePrice).toBe("5");
  });

  test("a pin that is taken back opens the conflict again", () => {
    const book = pinnedBook("1");
    book.pin(only(book.rows.reports.filter((row) => row.pinned)).revisionKey, false);
    expect(book.problems()).toEqual(["conflict"]);
  });
});
