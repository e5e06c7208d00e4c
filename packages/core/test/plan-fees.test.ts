import { describe, expect, test } from "vitest";
import { inEveryOrder } from "./support/naive-book.ts";
import { cancel, estimatedUsd, fill, statement, usd } from "./support/told.ts";

const byRow = (details: object) => statement({ feeBasis: "row", aliases: ["trade:T1"], ...details });

describe("plan: a fill's fees are chosen apart from the report that counts", () => {
  test("known fees of an older revision beat unknown ones of a newer", () => {
    inEveryOrder([fill({ fees: usd("1") }), fill({ revision: 1, price: "101", fees: null })], (book) => {
      expect(book.trade()).toMatchObject({ averagePrice: "101", fees: usd("1"), unknownFeeCount: 0 });
    });
  });

  test("known fees of a live report beat a statement's estimated ones", () => {
    inEveryOrder([fill({ fees: usd("1") }), statement({ fees: estimatedUsd("2") })], (book) => {
      expect(book.trade().fees).toEqual(usd("1"));
    });
  });

  test("estimated fees are shown as estimated, unknown ones counted", () => {
    inEveryOrder([fill({ fees: estimatedUsd("2") }), fill({ familyId: "E2", fees: null })], (book) => {
      expect(book.trade()).toMatchObject({ fees: estimatedUsd("2"), unknownFeeCount: 1 });
    });
  });

  test("of two known ones the higher rank's count", () => {
    inEveryOrder([fill({ fees: usd("1") }), statement({ fees: usd("2") })], (book) => {
      expect(book.trade().fees).toEqual(usd("2"));
    });
  });

  test("no fees at all is not the same as unknown fees", () => {
    inEveryOrder([fill({ fees: [] })], (book) => {
      expect(book.trade()).toMatchObject({ fees: [], unknownFeeCount: 0 });
    });
  });

  test("a trade sums its fills' fees by currency, rebates included", () => {
    const rows = [
      fill({ fees: [...usd("1.5"), { amount: "0.1", currency: "BNB" }] }),
      fill({ familyId: "E2", fees: usd("-2") }),
    ];
    inEveryOrder(rows, (book) => {
      expect(book.trade().fees).toEqual([{ amount: "0.1", currency: "BNB" }, ...usd("-0.5")]);
    });
  });
});

describe("plan: where each row has its share the shares are summed", () => {
  const canceled = byRow({ sequence: "100", fees: usd("6") });
  const rebooked = byRow({ sequence: "102", fees: usd("5"), revision: 1 });

  test("canceled rows and the cancel's own fee count", () => {
    const cancels = cancel({ aliases: ["trade:T1"], sequence: "101", fees: usd("-2") });
    inEveryOrder([canceled, cancels, rebooked], (book) => {
      expect(book.trade()).toMatchObject({ fees: usd("9"), executionCount: 1, quantity: "10" });
    });
  });

  test("a canceled fill adds no quantity and keeps its fee in the trade", () => {
    const cancels = cancel({ aliases: ["trade:T1"], sequence: "101", fees: null });
    inEveryOrder([canceled, cancels, fill({ familyId: "E2", fees: usd("1") })], (book) => {
      expect(book.trade()).toMatchObject({ fees: usd("7"), quantity: "10", executionCount: 1, canceledCount: 1 });
    });
  });

  test("live reports are not added", () => {
    inEveryOrder([canceled, fill({ fees: usd("50") })], (book) => expect(book.trade().fees).toEqual(usd("6")));
  });

  test("one row told by two documents counts once, the known fee before the estimated", () => {
    const again = byRow({ sequence: "100", fees: estimatedUsd("99"), source: { connector: "other", authority: 2 } });
    inEveryOrder([canceled, again], (book) => expect(book.trade().fees).toEqual(usd("6")));
  });

  test("confirmations without row numbers count only where no statement row has fees", () => {
    const confirmation = byRow({ fees: usd("7") });
    inEveryOrder([confirmation], (book) => expect(book.trade().fees).toEqual(usd("7")));
    inEveryOrder([confirmation, canceled], (book) => expect(book.trade().fees).toEqual(usd("6")));
    inEveryOrder([confirmation, byRow({ sequence: "100", fees: null })], (book) => {
      expect(book.trade().fees).toEqual(usd("7"));
    });
  });

  test("two revisions of a confirmation are two rows", () => {
    inEveryOrder([byRow({ fees: usd("7") }), byRow({ revision: 1, fees: usd("2") })], (book) => {
      expect(book.trade().fees).toEqual(usd("9"));
    });
  });
});
