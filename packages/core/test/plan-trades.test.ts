import { describe, expect, test } from "vitest";
import { inEveryOrder, naiveBook } from "./support/naive-book.ts";
import { cancel, fill, usd } from "./support/told.ts";

describe("plan: a trade's average price", () => {
  test("is weighted by quantity", () => {
    const rows = [fill({ quantity: "1", price: "100" }), fill({ familyId: "E2", quantity: "3", price: "104" })];
    inEveryOrder(rows, (book) => expect(book.trade().averagePrice).toBe("103"));
  });

  test("thirds are rounded once, half to even, at 18 significant digits", () => {
    const rows = [fill({ quantity: "2", price: "1" }), fill({ familyId: "E2", quantity: "1", price: "3" })];
    inEveryOrder(rows, (book) => expect(book.trade().averagePrice).toBe("1.66666666666666667"));
  });

  test("negative and zero prices count like others", () => {
    const rows = [fill({ price: "-37.63" }), fill({ familyId: "E2", quantity: "10", price: "0" })];
    inEveryOrder(rows, (book) => {
      expect(book.trade()).toMatchObject({ quantity: "20", averagePrice: "-18.815", executionCount: 2 });
    });
    inEveryOrder([fill({ price: "0.00" })], (book) => expect(book.trade().averagePrice).toBe("0"));
  });

  test("quantities are exact where a float is not", () => {
    const rows = [fill({ quantity: "0.1" }), fill({ familyId: "E2", quantity: "0.2" })];
    inEveryOrder(rows, (book) => expect(book.trade().quantity).toBe("0.3"));
    const large = [
      fill({ quantity: "900000000000000000000001" }),
      fill({ familyId: "E2", quantity: "0.000000000000000001" }),
    ];
    inEveryOrder(large, (book) => expect(book.trade().quantity).toBe("900000000000000000000001.000000000000000001"));
  });
});

describe("plan: a trade of canceled fills only", () => {
  test("has no quantity, no average price, its fees and its times", () => {
    const rows = [
      fill({ fees: usd("2") }),
      fill({ familyId: "E2", executedAt: "2026-01-05T12:00:00Z", fees: null }),
      cancel({ familyId: "E1", revision: 0 }),
      cancel({ familyId: "E2", revision: 0 }),
    ];
    inEveryOrder(rows, (book) => {
      expect(book.trade()).toMatchObject({
        ...{ status: "canceled", quantity: "0", averagePrice: null, fees: usd("2"), unknownFeeCount: 1 },
        ...{ executionCount: 0, canceledCount: 2 },
        firstExecutedAt: "2026-01-05T10:00:00.000000Z",
        lastExecutedAt: "2026-01-05T12:00:00.000000Z",
      });
    });
  });

  test("times are those of the active fills as soon as one counts", () => {
    const rows = [
      fill(),
      cancel({ familyId: "E1", revision: 0 }),
      fill({ familyId: "E2", executedAt: "2026-01-05T12:00:00Z" }),
      fill({ familyId: "E3", executedAt: "2026-01-05T13:00:00Z" }),
    ];
    inEveryOrder(rows, (book) => {
      expect(book.trade().firstExecutedAt).toBe("2026-01-05T12:00:00.000000Z");
      expect(book.trade().lastExecutedAt).toBe("2026-01-05T13:00:00.000000Z");
    });
  });
});

describe("plan: a large trade is adjusted without reading its fills", () => {
  function largeBook() {
    const book = naiveBook();
    book.tell(...Array.from({ length: 50 }, (_, index) => part(index)));
    return book;
  }
  function part(index: number, details: object = {}) {
    const executedAt = `2026-01-05T10:00:${String(index).padStart(2, "0")}Z`;
    return fill({ familyId: `E${index}`, executedAt, quantity: "1", ...details });
  }

  test.each([
    ["a later fill", part(55)],
    ["an earlier fill", part(0, { familyId: "early", executedAt: "2026-01-05T09:00:00Z" })],
    ["a correction in the middle", part(20, { revision: 1, price: "101" })],
    ["a cancel in the middle", cancel({ familyId: "E20", revision: 0 })],
    ["a correction of the first fill at its time", part(0, { revision: 1, price: "101" })],
    ["fees of the last fill", part(49, { fees: usd("1") })],
  ])("%s", (_, news) => {
    const book = largeBook();
    book.tell(news);
    expect(book.asked("orderKeys").length).toBeGreaterThan(0);
    expect(book.asked("members")).toEqual([]);
  });

  test.each([
    ["the first fill is canceled", cancel({ familyId: "E0", revision: 0 }), "10:00:01", "10:00:49"],
    ["the last fill is canceled", cancel({ familyId: "E49", revision: 0 }), "10:00:00", "10:00:48"],
    ["the first fill moves", part(0, { revision: 1, executedAt: "2026-01-05T10:00:30Z" }), "10:00:01", "10:00:49"],
    ["the last fill leaves", part(49, { revision: 1, side: "sell" }), "10:00:00", "10:00:48"],
  ])("but %s: then its fills are read once", (_, news, first, last) => {
    const book = largeBook();
    const { id } = book.trade();
    book.tell(news);
    expect(book.asked("members")).toEqual([id]);
    const trade = book.trades().find((one) => one.id === id);
    expect(trade?.firstExecutedAt.slice(11, 19)).toBe(first);
    expect(trade?.lastExecutedAt.slice(11, 19)).toBe(last);
  });
});
