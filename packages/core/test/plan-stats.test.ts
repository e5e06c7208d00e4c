import { describe, expect, test } from "vitest";
import type { CommitStats } from "../src/plan/commit-batch.ts";
import { naiveBook } from "./support/naive-book.ts";
import { cancel, fill, statement, type Told, usd } from "./support/told.ts";
import { toldBatch } from "./support/told-batch.ts";

const noId = { familyId: null, order: {} } as const;
const rejected: Told = { kind: "other", normalized: { kind: "rejected", reason: "unknown kind" } };
const ignored: Told = { kind: "other", normalized: { kind: "ignored", reason: "a deposit" } };

describe("plan: every fetched record has one outcome", () => {
  test.each<[keyof CommitStats, string, Told[], Told[]]>([
    ["inserted", "a new fill", [], [fill()]],
    ["updated", "a statement of a live fill", [fill()], [statement({ fees: usd("1") })]],
    ["updated", "an older revision that comes late", [fill({ revision: 2 })], [fill({ revision: 1 })]],
    ["updated", "a look-alike that a fill with an id claims", [fill()], [fill({ ...noId, ordinal: 0 })]],
    ["corrected", "a newer revision", [fill()], [fill({ revision: 1, price: "101" })]],
    ["duplicates", "a replay", [fill()], [fill()]],
    ["canceled", "a cancel", [fill()], [cancel({ familyId: "E1", revision: 0 })]],
    ["canceled", "a cancel that waits", [], [cancel({ familyId: "E1", revision: 0 })]],
    ["duplicates", "a cancel told again", [cancel({ familyId: "E1" })], [cancel({ familyId: "E1" })]],
    ["conflicts", "a contradiction", [fill()], [fill({ price: "101" })]],
    ["ignored", "a known non-fill", [], [ignored]],
    ["rejected", "a record that cannot be read", [], [rejected]],
    ["duplicates", "a reject told again", [rejected], [rejected]],
  ])("%s: %s", (outcome, _, stored, reported) => {
    const book = naiveBook();
    for (const record of stored) book.tell(record);
    const { canonicalChanges, tradesTouched, pendingReview, ...outcomes } = book.tell(...reported);
    const none = { inserted: 0, updated: 0, duplicates: 0, corrected: 0, canceled: 0, conflicts: 0 };
    expect(outcomes).toEqual({ ...none, ignored: 0, rejected: 0, fetched: 1, [outcome]: 1 });
    expect(Math.max(canonicalChanges, tradesTouched, pendingReview)).toBeLessThanOrEqual(2);
  });

  test("the outcomes of a mixed page add up to what was fetched", () => {
    const book = naiveBook();
    book.tell(fill(), fill({ familyId: "E2" }));
    const { fetched, canonicalChanges, tradesTouched, pendingReview, ...outcomes } = book.tell(
      ...[fill(), fill({ revision: 1, price: "2" }), fill({ familyId: "E2", price: "3" }), fill({ familyId: "E3" })],
      ...[statement({ familyId: "E3" }), cancel({ familyId: "E3", revision: 0 }), ignored, rejected, rejected],
    );
    expect(fetched).toBe(9);
    expect(Object.values(outcomes).reduce((sum, count) => sum + count, 0)).toBe(9);
    expect(canonicalChanges).toBeGreaterThan(0);
    expect(tradesTouched).toBe(1);
    expect(pendingReview).toBe(0);
  });

  test("canonicalChanges counts fills of which another report counts now, or none", () => {
    const book = naiveBook();
    expect(book.tell(fill(), fill({ familyId: "E2" })).canonicalChanges).toBe(0);
    expect(book.tell(statement(), cancel({ familyId: "E2", revision: 0 })).canonicalChanges).toBe(2);
    expect(book.tell(fill({ fees: null })).canonicalChanges).toBe(0);
  });

  test("pendingReview counts new trades, tradesTouched written and removed ones", () => {
    const book = naiveBook();
    const parts = [fill(), fill({ familyId: "E2" }), fill({ familyId: "E3", order: {} })];
    expect(book.tell(...parts)).toMatchObject({ pendingReview: 2, tradesTouched: 2 });
    expect(book.tell(statement({ familyId: "E3" }))).toMatchObject({ pendingReview: 0, tradesTouched: 2 });
  });
});

describe("plan: rejects and problems", () => {
  test("a reject is stored once and opens one problem", () => {
    const book = naiveBook();
    book.tell(rejected);
    book.tell(rejected);
    expect(book.rows.rejects).toHaveLength(1);
    expect(book.problems()).toEqual(["reject"]);
  });

  test("a conflict is resolved when a better report comes", () => {
    const book = naiveBook();
    book.tell(fill(), fill({ price: "101" }));
    expect(book.problems()).toEqual(["conflict"]);
    book.tell(cancel({ familyId: "E1", revision: 0 }), fill({ revision: 1 }));
    expect(book.problems()).toEqual([]);
  });

  test("marks that end a report's counting stand before those that begin one", () => {
    const book = naiveBook();
    book.tell(fill({ price: "1" }), fill({ revision: 1, price: "2" }));
    const { marks } = book.commit(toldBatch([cancel({ familyId: "E1", revision: 1 })], 9));
    expect(marks.map((one) => one.marks.canonical)).toEqual([false, true]);
  });
});
