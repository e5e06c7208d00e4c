import { describe, expect, test } from "vitest";
import { CARRIERS_MAX } from "../src/plan/family-graph.ts";
import { type NaiveBook, naiveBook, only } from "./support/naive-book.ts";
import { cancel, fill, statement, type Told } from "./support/told.ts";
import { emptyBatch } from "./support/told-batch.ts";

const noId = { familyId: null, order: {} } as const;
const weak = statement({ ...noId, aliases: ["trade:T", "transaction:N"], price: "99" });

/** So many fills with an execution id and one trade id. */
const crowd = (count: number, from = 0): Told[] =>
  Array.from({ length: count }, (_, index) => {
    const familyId = `E${String(from + index).padStart(3, "0")}`;
    return fill({ familyId, aliases: ["trade:T"], order: { permanentId: familyId } });
  });

function undo(book: NaiveBook, number: number, part?: { families?: string[]; cancels?: string[] }): void {
  const jobId = `job ${number}`;
  const families = book.rows.reports.filter((row) => row.jobId === jobId).map(({ familyKey }) => familyKey);
  const cancels = book.rows.cancels.filter((row) => row.jobId === jobId);
  const undone = {
    ...{ jobId, connectionId: "conn1", id: `undo of ${number}` },
    families: [...new Set(part === undefined ? families : (part.families ?? []))],
    cancels: part === undefined ? cancels : cancels.filter(({ cancelKey }) => part.cancels?.includes(cancelKey)),
  };
  book.commit({ ...emptyBatch(900 + number), undo: undone });
}

const countedWeak = (book: NaiveBook) => book.canonical().filter((row) => row.familyClass === "trade").length;

describe("plan: an id that too many fills carry joins none of them", () => {
  test.each([
    ["first", [[weak], crowd(CARRIERS_MAX - 1)]],
    ["last", [crowd(CARRIERS_MAX - 1), [weak]]],
  ])("as many as may: a row without an execution id that comes %s is read as one of them", (_, pages) => {
    const book = naiveBook();
    for (const page of pages) book.tell(...page);
    expect(book.trades()).toHaveLength(CARRIERS_MAX - 1);
    expect(book.problems()).toEqual(["ambiguous_identity"]);
    expect(book.rows.problems[0]?.problemKey).toBe("ambiguous:test/A1/t:T");
  });

  test.each([
    ["first", [[weak], crowd(CARRIERS_MAX - 5), crowd(5, CARRIERS_MAX - 5)]],
    ["between", [crowd(CARRIERS_MAX - 1), [weak], crowd(1, CARRIERS_MAX - 1)]],
    ["last", [crowd(CARRIERS_MAX), [weak]]],
    ["in one commit", [[weak, ...crowd(CARRIERS_MAX)]]],
    ["before very many", [[weak], crowd(3 * CARRIERS_MAX)]],
  ])("one more: a row that comes %s counts by itself, and a problem says so", (_, pages) => {
    const book = naiveBook();
    for (const page of pages) book.tell(...page);
    expect(countedWeak(book)).toBe(1);
    expect(book.rows.problems.map(({ problemKey, message }) => [problemKey, message])).toEqual([
      ["crowded:test/A1/trade:T", expect.stringMatching(/More than 50 fills carry the id trade:T/)],
    ]);
  });

  test("without such a row there is nothing to tell", () => {
    const book = naiveBook();
    for (const row of crowd(CARRIERS_MAX + 2)) book.tell(row);
    expect(book.problems()).toEqual([]);
    expect(book.canonical()).toHaveLength(CARRIERS_MAX + 2);
  });

  test("an undo of what made it crowded joins the row again and closes the problem", () => {
    const book = naiveBook();
    book.tell(weak, ...crowd(1));
    book.tell(...crowd(2 * CARRIERS_MAX, 1));
    expect(countedWeak(book)).toBe(1);
    undo(book, 2);
    expect(book.trade().averagePrice).toBe("99");
    expect(book.problems()).toEqual([]);
  });

  test("a cancel that names fills by a crowded id waits, and it stands again without the crowd", () => {
    const book = naiveBook();
    book.tell(cancel({ aliases: ["trade:T"], quantity: "10", price: "100" }), ...crowd(2));
    expect(book.canonical()).toEqual([]);
    book.tell(...crowd(CARRIERS_MAX, 2));
    expect(book.canonical()).toHaveLength(CARRIERS_MAX + 2);
    expect(book.problems()).toEqual(["unmatched_cancel"]);
    undo(book, 2);
    expect([book.canonical(), book.problems()]).toEqual([[], []]);
  });

  test("a cancel voids only what its other ids name", () => {
    const book = naiveBook();
    const later = fill({ revision: 1, aliases: ["trade:T"] });
    book.tell(fill({ aliases: ["trade:U"] }), later, ...crowd(CARRIERS_MAX, 2));
    book.tell(cancel({ aliases: ["trade:T", "trade:U"], quantity: "10", price: "100" }));
    expect(book.rows.reports.filter(({ voided }) => voided).map(({ revision }) => revision)).toEqual([0]);
  });

  test("families whose report with the id was undone do not hide one that carries it", () => {
    const book = naiveBook();
    const names = Array.from({ length: 3 * CARRIERS_MAX }, (_, index) => `E${index + 100}`);
    book.tell(...names.map((familyId) => fill({ familyId, order: { permanentId: familyId } })));
    book.tell(...names.map((familyId) => fill({ familyId, revision: 1, aliases: ["trade:T"] })));
    undo(book, 2);
    book.tell(fill({ familyId: "E999", aliases: ["trade:T"], order: { permanentId: "last" } }));
    book.tell(weak);
    expect(only(book.canonical().filter((row) => row.familyClass === "trade")).tradeId).toBe(
      book.trades().find(({ orderId }) => orderId === "last")?.id,
    );
  });
});

describe("plan: a chain of cancels is undone piece by piece", () => {
  const length = 40;
  const rows = Array.from({ length }, (_, index) =>
    fill({ familyId: `E${index + 100}`, aliases: [`trade:${index + 1}`], order: { permanentId: `O${index}` } }),
  );
  const cancels = rows.map((_, index) =>
    cancel({ aliases: [`trade:${index + 1}`, `trade:${index + 2}`], quantity: "10", price: "100" }),
  );

  test("what the job alone told goes, its cancels with it", () => {
    const book = naiveBook();
    book.tell(fill({ familyId: "other" }));
    book.tell(...rows, ...cancels);
    expect(book.canonical()).toHaveLength(1);
    const { reports, cancels: stored } = book.rows;
    for (const { familyKey } of reports.filter(({ jobId }) => jobId === "job 2")) {
      undo(book, 2, { families: [familyKey] });
      // What is left of it meanwhile is canceled by as many cancels as before.
      expect(book.canonical()).toHaveLength(1);
      const left = book.rows.reports.filter(({ undone }) => undone === null).flatMap(({ aliasKeys }) => aliasKeys);
      const gone = book.rows.cancels.filter(({ undone }) => undone !== null).flatMap(({ aliasKeys }) => aliasKeys);
      expect(left.filter((alias) => gone.includes(alias))).toEqual([]);
    }
    for (const { cancelKey } of stored) undo(book, 2, { cancels: [cancelKey] });
    expect(book.rows.reports.filter(({ undone }) => undone === null)).toHaveLength(1);
    expect(book.rows.cancels.every(({ undone }) => undone !== null)).toBe(true);
    expect(book.problems()).toEqual([]);
  });

  test("a few links are undone at once", () => {
    const book = naiveBook();
    book.tell(...rows.slice(0, 6));
    book.tell(...cancels.slice(0, 5));
    undo(book, 2, { cancels: book.rows.cancels.slice(2, 3).map(({ cancelKey }) => cancelKey) });
    expect(book.canonical()).toHaveLength(6);
  });

  test("a fill that the job alone told of goes, its cancel stays for one that stays", () => {
    const book = naiveBook();
    book.tell(...rows.slice(1, 2));
    book.review(book.trade(), null);
    book.tell(...rows.slice(0, 1), ...cancels.slice(0, 1));
    undo(book, 3);
    expect(book.trades().map(({ orderId, status }) => [orderId, status])).toEqual([["O1", "canceled"]]);
    expect(book.problems()).toEqual([]);
  });

  test("a cancel stays on all of its fills where they are too many to decide at once", () => {
    const book = naiveBook();
    book.tell(...rows);
    book.tell(...cancels);
    for (const { cancelKey } of book.rows.cancels) undo(book, 2, { cancels: [cancelKey] });
    expect(book.canonical()).toEqual([]);
    expect(book.rows.cancels.every(({ undone }) => undone === null)).toBe(true);
    expect(book.problems()).toEqual([]);
  });
});
