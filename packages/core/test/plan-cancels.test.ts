import { describe, expect, test } from "vitest";
import { inEveryOrder, naiveBook, only } from "./support/naive-book.ts";
import { cancel, fill, statement, usd } from "./support/told.ts";

const row = statement({ aliases: ["trade:T1", "transaction:100"], sequence: "100", quantity: "5000" });
const byTransaction = cancel({ aliases: ["transaction:100"], sequence: "101" });

describe("plan: a statement's cancel voids the rows it names", () => {
  test("by transaction id, without fitting quantity and price", () => {
    inEveryOrder([row, cancel({ aliases: ["transaction:100"], sequence: "101", quantity: "1" })], (book) => {
      expect(book.canonical()).toEqual([]);
      expect(book.trade()).toMatchObject({ status: "canceled", quantity: "0", canceledCount: 1, averagePrice: null });
      expect(book.problems()).toEqual([]);
    });
  });

  test("by trade id, where no transaction id is stored", () => {
    inEveryOrder([row, cancel({ aliases: ["trade:T1", "transaction:55"], sequence: "101" })], (book) => {
      expect(book.trade()).toMatchObject({ status: "canceled", canceledCount: 1 });
    });
  });

  test("told twice it cancels once", () => {
    inEveryOrder([row, byTransaction, byTransaction], (book) => {
      expect(book.rows.cancels).toHaveLength(1);
      expect(book.trade()).toMatchObject({ canceledCount: 1, executionCount: 0 });
    });
  });

  test("told first it waits as a problem and then cancels", () => {
    const book = naiveBook();
    book.tell(byTransaction);
    expect(book.problems()).toEqual(["unmatched_cancel"]);
    book.tell(row);
    expect(book.problems()).toEqual([]);
    expect(book.trade().status).toBe("canceled");
  });

  test("5,000 shares canceled and rebooked under the same ids stay 5,000", () => {
    const rebooked = statement({ aliases: ["trade:T1", "transaction:102"], sequence: "102", quantity: "5000" });
    for (const name of ["transaction:100", "trade:T1"] as const) {
      inEveryOrder([row, cancel({ aliases: [name], sequence: "101" }), rebooked], (book) => {
        expect(book.trade()).toMatchObject({ quantity: "5000", executionCount: 1, canceledCount: 0 });
        expect(book.problems()).toEqual([]);
      });
    }
  });

  test("row numbers of different length are compared as numbers", () => {
    const rebooked = statement({ aliases: ["trade:T1"], sequence: "1000", price: "101" });
    const early = statement({ aliases: ["trade:T1"], sequence: "998" });
    inEveryOrder([early, cancel({ aliases: ["trade:T1"], sequence: "999" }), rebooked], (book) => {
      expect(book.trade()).toMatchObject({ averagePrice: "101", executionCount: 1 });
    });
  });

  test("live reports of the named revision are voided with it, later revisions stay", () => {
    const [live, next] = [fill({ quantity: "5000" }), fill({ revision: 1, quantity: "4000" })];
    inEveryOrder([row, live, byTransaction], (book) => expect(book.trade().status).toBe("canceled"));
    inEveryOrder([row, live, next, byTransaction], (book) => expect(book.trade().quantity).toBe("4000"));
  });

  test("it is matched in each fill that carries the trade id", () => {
    const other = statement({ familyId: "E2", aliases: ["trade:T1"], sequence: "99" });
    inEveryOrder([row, other, cancel({ aliases: ["trade:T1"], sequence: "101" })], (book) => {
      expect(book.trade()).toMatchObject({ canceledCount: 2, executionCount: 0 });
    });
  });

  test("on another account it matches nothing", () => {
    inEveryOrder([row, cancel({ account: "A2", aliases: ["transaction:100"], sequence: "101" })], (book) => {
      expect(book.trade().quantity).toBe("5000");
      expect(book.problems()).toEqual(["unmatched_cancel"]);
    });
  });
});

describe("plan: a cancel without row numbers must fit one revision exactly", () => {
  const numberless = (details: object) => statement({ aliases: ["trade:T1"], ...details });
  const exact = cancel({ aliases: ["trade:T1"], quantity: "10", price: "100" });

  test("it cancels the revision of its quantity and price", () => {
    inEveryOrder([numberless({}), exact], (book) => expect(book.trade().status).toBe("canceled"));
  });

  test.each([
    ["another quantity", { quantity: "11" }],
    ["another price", { price: "99" }],
  ])("%s: it waits and changes nothing", (_, details) => {
    inEveryOrder([numberless(details), exact], (book) => {
      expect(book.canonical()).toHaveLength(1);
      expect(book.problems()).toEqual(["unmatched_cancel"]);
    });
  });

  test("two revisions fit: it waits, since nothing says which is meant", () => {
    inEveryOrder([numberless({}), numberless({ revision: 1, fees: usd("1") }), exact], (book) => {
      expect(book.trade().quantity).toBe("10");
      expect(book.problems()).toEqual(["unmatched_cancel"]);
    });
  });

  test("the revisions below the one that fits are voided too", () => {
    const rows = [numberless({ price: "90" }), numberless({ revision: 1 }), numberless({ revision: 2, price: "95" })];
    inEveryOrder([...rows, exact], (book) => {
      const voided = book.rows.reports.filter((report) => report.voided).map((report) => report.revision);
      expect(voided.sort()).toEqual([0, 1]);
      expect(book.trade().averagePrice).toBe("95");
    });
  });
});

describe("plan: a live bust voids its own revision only", () => {
  test("the last revision before it counts again", () => {
    const bust = cancel({ familyId: "E1", revision: 1, source: { connector: "live", authority: 1 } });
    const rows = [fill({ price: "99" }), fill({ revision: 1 }), statement({ revision: 1 })];
    inEveryOrder([...rows, bust], (book) => expect(only(book.canonical())).toMatchObject({ revision: 0, price: "99" }));
  });

  test("of a revision that is not stored it waits", () => {
    inEveryOrder([fill(), cancel({ familyId: "E1", revision: 3 })], (book) => {
      expect(book.trade().quantity).toBe("10");
      expect(book.problems()).toEqual(["unmatched_cancel"]);
    });
  });

  test("that voids one fill it waits for no other that shares an id with it", () => {
    // It names E1 by its key and the statement's row by an id, and fits only the first.
    const bust = cancel({ familyId: "E1", revision: 0, aliases: ["trade:T1"], quantity: "10", price: "100" });
    const other = statement({ familyId: "E2", aliases: ["trade:T1"], quantity: "4" });
    inEveryOrder([fill(), bust, other], (book) => {
      expect(book.trade()).toMatchObject({ quantity: "4", canceledCount: 1, executionCount: 1 });
      expect(book.problems()).toEqual([]);
    });
  });

  test("a correction after the bust makes the fill count again", () => {
    inEveryOrder([fill(), cancel({ familyId: "E1", revision: 0 }), fill({ revision: 1, quantity: "7" })], (book) => {
      expect(book.trade()).toMatchObject({ quantity: "7", canceledCount: 0, executionCount: 1 });
    });
  });
});
