import { describe, expect, test } from "vitest";
import type { Alias } from "../src/execution.ts";
import { inEveryOrder, naiveBook, only } from "./support/naive-book.ts";
import { cancel, fill, statement, usd } from "./support/told.ts";
import { toldBatch } from "./support/told-batch.ts";

const noId = { familyId: null, order: {} } as const;

describe("plan: one fill is one family", () => {
  test("a report told again is a duplicate and writes nothing", () => {
    const book = naiveBook();
    book.tell(fill());
    const before = structuredClone(book.rows);
    expect(book.tell(fill(), fill())).toMatchObject({ duplicates: 2, inserted: 0, tradesTouched: 0 });
    expect(book.rows).toEqual(before);
  });

  test("a replay asks for nothing but what it brought", () => {
    const book = naiveBook();
    book.tell(fill());
    book.tell(fill());
    expect(book.asked("revisions")).toHaveLength(1);
    for (const list of ["families", "aliases", "cancelNames", "orderKeys", "members"] as const) {
      expect(book.asked(list)).toEqual([]);
    }
  });

  test("a symbol's spelling and liquidity make no new report", () => {
    const book = naiveBook();
    book.tell(fill({ instrument: { conid: "265598" } }));
    const spelled = fill({
      instrument: { conid: "265598", symbol: "AAPL.X", rawSymbol: "AAPL X" },
      liquidity: "taker",
    });
    expect(book.tell(spelled)).toMatchObject({ duplicates: 1 });
  });

  test("equal ids on two accounts or two brokers are different fills", () => {
    const book = naiveBook();
    book.tell(fill(), fill({ account: "A2" }), fill({ broker: "other" }));
    expect(book.trades().map((trade) => `${trade.broker} ${trade.account}`)).toHaveLength(3);
    expect(book.canonical()).toHaveLength(3);
  });

  test("equal reports of two owners have different keys", () => {
    const [one, other] = ["one", "other"].map((owner) => only(toldBatch([fill()], 1, owner).reports).revisionKey);
    expect(one).not.toBe(other);
  });

  test("two broker names with separators never run into each other's accounts", () => {
    const book = naiveBook();
    book.tell(fill({ broker: "a/b", account: "c" }), fill({ broker: "a", account: "b/c" }));
    expect(book.trades()).toHaveLength(2);
  });

  test.each(["", "0", "-", "--", "N/A", " 0 "])("the placeholder id %j joins no two fills", (placeholder) => {
    const rows = ["1", "2"].map((price) => {
      const aliases: Alias[] = ["trade:0", "trade:", "transaction:N/A"];
      return fill({ familyId: placeholder, aliases, order: {}, price, ordinal: 0 });
    });
    inEveryOrder(rows, (book) => expect(book.canonical()).toHaveLength(2));
  });
});

describe("plan: fills without any id are a multiset", () => {
  test("twins with numbers are two fills, and told again they still are", () => {
    const twins = [fill({ ...noId, ordinal: 0 }), fill({ ...noId, ordinal: 1 })];
    const book = naiveBook();
    expect(book.tell(...twins)).toMatchObject({ inserted: 2 });
    expect(book.tell(...twins)).toMatchObject({ duplicates: 2 });
    expect(book.canonical()).toHaveLength(2);
  });

  test("a record without an id and without a number is rejected", () => {
    const book = naiveBook();
    expect(book.tell(fill(noId))).toMatchObject({ rejected: 1, inserted: 0 });
    expect(book.problems()).toEqual(["reject"]);
  });

  test("a fill with an id claims one look-alike without", () => {
    inEveryOrder([fill({ ...noId, ordinal: 0 }), fill({ ...noId, ordinal: 1 }), fill({ order: {} })], (book) => {
      expect(
        book
          .canonical()
          .map((row) => row.familyClass)
          .sort(),
      ).toEqual(["content", "execution"]);
      expect(book.trades()).toHaveLength(2);
    });
  });

  test("a canceled fill with an id still claims its look-alike", () => {
    inEveryOrder([fill({ ...noId, ordinal: 0 }), fill(), cancel({ familyId: "E1", revision: 0 })], (book) => {
      expect(book.canonical()).toEqual([]);
      expect(book.trade()).toMatchObject({ status: "canceled", quantity: "0" });
    });
  });

  test("fees and order ids do not make fills look different, the second does", () => {
    inEveryOrder([fill({ ...noId, ordinal: 0, fees: usd("1") }), fill({ fees: usd("2") })], (book) => {
      expect(book.canonical()).toHaveLength(1);
    });
    inEveryOrder([fill({ ...noId, ordinal: 0 }), fill({ executedAt: "2026-01-05T10:00:01Z" })], (book) => {
      expect(book.canonical()).toHaveLength(2);
    });
  });
});

describe("plan: families of weaker ids fold into better ones", () => {
  const host = fill({ aliases: ["trade:T1", "transaction:N1"] });

  test.each([
    ["a trade id", "trade:T1"],
    ["a transaction id", "transaction:N1"],
  ] as const)("a row with %s alone is read as the fill that carries it, however late that comes", (_, alias) => {
    inEveryOrder([statement({ ...noId, aliases: [alias], fees: usd("1") }), host], (book) => {
      expect(only(book.canonical())).toMatchObject({ executionId: null });
      expect(book.trade()).toMatchObject({ executionCount: 1, quantity: "10", fees: usd("1") });
    });
  });

  test("the trade shows the order id that only the host carries", () => {
    const book = naiveBook();
    book.tell(host, statement({ ...noId, aliases: ["trade:T1"] }));
    expect(book.trade().orderId).toBe("O1");
  });

  test("folding is followed to the end: transaction to trade to execution", () => {
    const trade = statement({ ...noId, aliases: ["trade:T1", "transaction:N7"] });
    const transaction = statement({ ...noId, aliases: ["transaction:N7"] });
    inEveryOrder([host, trade, transaction], (book) => {
      expect(book.trade()).toMatchObject({ executionCount: 1, quantity: "10" });
      expect(book.canonical()).toHaveLength(1);
    });
  });

  test("a folded row takes the revision of the last host row that its number is not below", () => {
    const first = fill({ revision: 1, aliases: ["trade:T1"], sequence: "100" });
    const second = fill({ revision: 2, aliases: ["trade:T1"], sequence: "200", price: "101" });
    const early = statement({ ...noId, aliases: ["trade:T1"], sequence: "150", price: "99" });
    const late = statement({ ...noId, aliases: ["trade:T1"], sequence: "250", price: "102" });
    inEveryOrder([first, second, early], (book) => expect(book.trade().averagePrice).toBe("101"));
    inEveryOrder([first, second, early, late], (book) => expect(book.trade().averagePrice).toBe("102"));
  });

  test("a row that fits two hosts is read as the first and opens a problem, which a replay does not repeat", () => {
    const [one, two] = [fill({ aliases: ["trade:T1"] }), fill({ familyId: "E2", aliases: ["trade:T1"], price: "50" })];
    inEveryOrder([one, two, statement({ ...noId, aliases: ["trade:T1"] })], (book) => {
      expect(book.problems()).toEqual(["ambiguous_identity"]);
      expect(
        book
          .canonical()
          .map((row) => row.familyKey)
          .sort(),
      ).toEqual(["test/A1/t:T1", "test/A1/x:E2"]);
      expect(book.trade().executionCount).toBe(2);
    });
  });

  test("two fills with execution ids and one trade id stay two", () => {
    inEveryOrder([fill({ aliases: ["trade:T1"] }), fill({ familyId: "E2", aliases: ["trade:T1"] })], (book) => {
      expect(book.trade().executionCount).toBe(2);
      expect(book.problems()).toEqual([]);
    });
  });

  test("a folded family claims with its host, once", () => {
    const folded = statement({ ...noId, aliases: ["trade:T1"] });
    const twins = [fill({ ...noId, ordinal: 0 }), fill({ ...noId, ordinal: 1 })];
    inEveryOrder([host, folded, ...twins], (book) => expect(book.canonical()).toHaveLength(2));
  });
});
