import { describe, expect, test } from "vitest";
import { inEveryOrder, naiveBook } from "./support/naive-book.ts";
import { cancel, fill, statement, usd } from "./support/told.ts";

const second = { familyId: "E2", executedAt: "2026-01-05T11:00:00Z" } as const;

describe("plan: fills of one order are one trade", () => {
  test.each([
    ["permanent id", { permanentId: "P1" }],
    ["reference", { reference: "R1" }],
    ["client and order id", { clientId: "7", orderId: "12" }],
  ])("by %s", (_, order) => {
    inEveryOrder([fill({ order }), fill({ ...second, order })], (book) => {
      expect(book.trade()).toMatchObject({ executionCount: 2, quantity: "20" });
    });
  });

  test.each([
    ["the other side", { side: "sell" }],
    ["another instrument", { instrument: { symbol: "MSFT" } }],
    ["another number of the instrument", { instrument: { conid: "9" } }],
    ["another account", { account: "A2" }],
  ] as const)("%s is another trade", (_, details) => {
    inEveryOrder([fill(), fill({ ...second, ...details })], (book) => expect(book.trades()).toHaveLength(2));
  });

  test.each([
    ["a reference", { reference: "R1" }, 2],
    ["client and order id", { clientId: "7", orderId: "12" }, 2],
    ["a permanent id", { permanentId: "P1" }, 1],
  ])("%s on two UTC days", (_, order, trades) => {
    const days = ["2026-01-05T23:59:59.999999Z", "2026-01-06T00:00:00Z"];
    inEveryOrder(
      days.map((executedAt, index) => fill({ familyId: `E${index}`, executedAt, order })),
      (book) => expect(book.trades()).toHaveLength(trades),
    );
  });

  test.each([
    ["permanentId", "0"],
    ["permanentId", "2147483647"],
    ["reference", "N/A"],
    ["reference", "-"],
    ["reference", ""],
    ["orderId", "0"],
  ])("a placeholder as %s (%s) joins nothing", (field, placeholder) => {
    const order = { clientId: "7", orderId: null, [field]: placeholder };
    inEveryOrder([fill({ order }), fill({ ...second, order })], (book) => {
      expect(book.trades().map((trade) => trade.orderId)).toEqual([null, null]);
    });
  });

  test("a client id alone or an order id alone joins nothing", () => {
    for (const order of [{ clientId: "7" }, { orderId: "12" }]) {
      inEveryOrder([fill({ order }), fill({ ...second, order })], (book) => expect(book.trades()).toHaveLength(2));
    }
  });

  test("equal texts of two kinds of order id are two orders", () => {
    inEveryOrder([fill({ order: { permanentId: "X" } }), fill({ ...second, order: { reference: "X" } })], (book) => {
      expect(book.trades()).toHaveLength(2);
    });
  });

  test("the best class found in any report counts, however low the report ranks", () => {
    const live = fill({ order: { permanentId: "P1" } });
    const final = statement({ revision: 3, order: { reference: "R1" } });
    inEveryOrder([live, final, fill({ ...second, order: { permanentId: "P1" } })], (book) => {
      expect(book.trade().executionCount).toBe(2);
    });
  });

  test("within a class the highest report's key counts", () => {
    const moved = [fill({ order: { permanentId: "P1" } }), fill({ revision: 1, order: { permanentId: "P2" } })];
    inEveryOrder([...moved, fill({ ...second, order: { permanentId: "P2" } })], (book) => {
      expect(book.trade().executionCount).toBe(2);
    });
  });
});

describe("plan: trades follow their fills to better order keys", () => {
  const byReference = { reference: "R1" };
  const byBoth = { reference: "R1", permanentId: "P1" };

  test("a late permanent id renames the trade and keeps its id and time of creation", () => {
    const book = naiveBook();
    book.tell(fill({ order: byReference }), fill({ ...second, order: byReference }));
    const before = book.trade();
    book.tell(statement({ order: byBoth }), statement({ ...second, order: byBoth }));
    const after = book.trade();
    expect([after.id, after.createdAt]).toEqual([before.id, before.createdAt]);
    expect(after).toMatchObject({ orderId: "P1", executionCount: 2, version: 2 });
  });

  test("a trade splits where only one of its fills gets another key", () => {
    const book = naiveBook();
    book.tell(fill({ order: byReference }), fill({ ...second, order: byReference }));
    const before = book.trade();
    book.tell(statement({ ...second, order: byBoth }));
    expect(book.trades().map((trade) => [trade.id === before.id, trade.quantity])).toEqual([
      [true, "10"],
      [false, "10"],
    ]);
  });

  test("two trades merge into the one whose key stays, and the other is removed", () => {
    const book = naiveBook();
    book.tell(fill({ order: byReference }));
    book.tell(fill({ ...second, order: { permanentId: "P1" } }));
    const stays = book.trades().find((trade) => trade.orderId === "P1");
    const stats = book.tell(statement({ order: byBoth }));
    expect(book.trade()).toMatchObject({ id: stays?.id, executionCount: 2, quantity: "20" });
    expect(stats.tradesTouched).toBe(2);
  });

  test("of two trades that move whole to a new key the older keeps its id", () => {
    const book = naiveBook();
    book.tell(fill({ order: {} }));
    const older = book.trade();
    book.tell(fill({ ...second, order: {} }));
    book.tell(statement({ order: byBoth }), statement({ ...second, order: byBoth }));
    expect(book.trade()).toMatchObject({ id: older.id, executionCount: 2 });
  });

  test("told in any order the trades are the same", () => {
    const rows = [fill({ order: byReference }), statement({ order: byBoth }), fill({ ...second, order: byReference })];
    inEveryOrder([...rows, statement({ ...second, order: byBoth })], (book) => {
      expect(book.trade()).toMatchObject({ executionCount: 2, quantity: "20" });
    });
  });

  test("a fill that changes its side leaves the old trade", () => {
    inEveryOrder([fill(), fill(second), fill({ ...second, revision: 1, side: "sell" })], (book) => {
      expect(book.trades().map(({ side, quantity }) => [side, quantity])).toEqual([
        ["buy", "10"],
        ["sell", "10"],
      ]);
    });
  });

  test("a look-alike without an id leaves its trade when the fill with the id comes", () => {
    const book = naiveBook();
    book.tell(fill({ familyId: null, order: {}, ordinal: 0, fees: usd("1") }));
    book.tell(fill({ fees: usd("2") }));
    expect(book.trade()).toMatchObject({ orderId: "O1", fees: usd("2"), executionCount: 1 });
  });
});

describe("plan: a trade's status compares its quantity with the order's", () => {
  test.each([
    ["filled", "20"],
    ["partial", "20.5"],
    ["unknown", null],
  ])("%s when the order's quantity is %s", (status, quantity) => {
    const order = { permanentId: "O1", quantity };
    inEveryOrder([fill({ order }), fill({ ...second, order })], (book) => expect(book.trade().status).toBe(status));
  });

  test("the order's quantity of a lower report counts where the highest tells none", () => {
    inEveryOrder([fill({ order: { permanentId: "O1", quantity: "10" } }), statement()], (book) => {
      expect(book.trade().status).toBe("filled");
    });
  });

  test("the latest fill's word of the order's quantity counts", () => {
    const rows = [
      fill({ order: { permanentId: "O1", quantity: "20" } }),
      fill({ ...second, order: { permanentId: "O1", quantity: "30" } }),
    ];
    inEveryOrder(rows, (book) => expect(book.trade().status).toBe("partial"));
  });

  test("canceled when only canceled fills are left, and open again after a rebook", () => {
    const bust = cancel({ familyId: "E1", revision: 0 });
    inEveryOrder([fill(), bust], (book) => expect(book.trade().status).toBe("canceled"));
    inEveryOrder([fill(), bust, fill(second)], (book) => {
      expect(book.trade()).toMatchObject({ status: "unknown", quantity: "10", canceledCount: 1 });
    });
  });
});
