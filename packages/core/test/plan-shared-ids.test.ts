import fc from "fast-check";
import { test } from "vitest";
import type { Alias } from "../src/execution.ts";
import { expectEqualBooks } from "./support/equal-books.ts";
import { type NaiveBook, naiveBook } from "./support/naive-book.ts";
import { cancel, fill, type Told } from "./support/told.ts";
import { emptyBatch } from "./support/told-batch.ts";

// Goal: however rows share their ids, what is decided does not depend on how much of them one commit sees.
// Method: rows with ids of a few, so that they form chains, crowds and knots; page by page, where a commit reads only what it
// must, they come to the same book as in one commit, which sees all of them. Then pages are undone, last ones first.

/** More rows than an id may join, of few ids, are a crowd; few rows of several ids are a knot. */
const sizes = {
  knot: { rows: 14, ids: 4, pageMin: 0, pageMax: 4, tradeIdsMin: 0 },
  chain: { rows: 40, ids: 14, pageMin: 0, pageMax: 10, tradeIdsMin: 0 },
  crowd: { rows: 900, ids: 1, pageMin: 20, pageMax: 45, tradeIdsMin: 1 },
} as const;
type Size = (typeof sizes)[keyof typeof sizes];

const id = (kind: "trade" | "transaction", ids: number): fc.Arbitrary<Alias> =>
  fc.nat(ids - 1).map((number): Alias => `${kind}:${number + 1}`);

function rowOf({ rows, ids, tradeIdsMin }: Size): fc.Arbitrary<Told> {
  const aliases = fc.tuple(
    fc.array(id("trade", ids), { minLength: tradeIdsMin, maxLength: 2 }),
    fc.array(id("transaction", ids), { maxLength: 2 }),
  );
  const known = fc.record({
    aliases: aliases.map((lists) => lists.flat()),
    sequence: fc.option(fc.nat(40).map(String)),
    price: fc.constantFrom("100", "101"),
  });
  const execution = fc
    .tuple(known, fc.option(fc.nat(rows), { freq: 2 }), fc.nat(2))
    .filter(([{ aliases: list }, number]) => number !== null || list.length > 0)
    .map(([facts, number, revision]) => {
      if (number === null) return fill({ ...facts, familyId: null, order: {} });
      return fill({ ...facts, familyId: `E${number}`, revision, order: { permanentId: `O${number % 5}` } });
    });
  const idless = fc
    .tuple(fc.nat(2), fc.constantFrom("100", "101"))
    .map(([ordinal, price]) => fill({ familyId: null, order: {}, ordinal, price }));
  const canceling = fc
    .tuple(known, fc.option(fc.nat(rows), { freq: 2 }))
    .map(([{ price, ...facts }, number]) =>
      cancel(number === null ? { ...facts, price, quantity: "10" } : { ...facts, familyId: `E${number}` }),
    );
  return fc.oneof(
    { weight: 8, arbitrary: execution },
    { weight: 1, arbitrary: idless },
    { weight: 1, arbitrary: canceling },
  );
}

function pagesOf(size: Size): fc.Arbitrary<readonly (readonly Told[])[]> {
  const page = fc.array(rowOf(size), { minLength: size.pageMin, maxLength: size.pageMax, size: "max" });
  return fc.array(page, { minLength: 3, maxLength: 6, size: "max" });
}

test.each([
  ["knot", 300],
  ["chain", 100],
  ["crowd", 40],
] as const)(
  "shared ids: a %s is the same book page by page and at once, also without its last pages",
  (name, numRuns) => {
    fc.assert(
      fc.property(pagesOf(sizes[name]), fc.nat(), fc.integer({ min: 1, max: 40 }), (pages, nat, recordsMax) => {
        const left = nat % (pages.length + 1);
        const [book, whole, before] = [naiveBook(), naiveBook(), naiveBook()];
        for (const page of pages) book.tell(...page);
        whole.tell(...pages.flat());
        expectEqualBooks(book, whole);
        before.tell(...pages.slice(0, left).flat());
        for (let number = pages.length; number > left; number -= 1) undo(book, number, recordsMax);
        expectEqualBooks(book, before);
      }),
      { numRuns },
    );
  },
  60_000,
);

/** Undoes what the commit of this number told, so many records at a time. */
function undo(book: NaiveBook, number: number, recordsMax: number): void {
  const jobId = `job ${number}`;
  const families = new Set(book.rows.reports.filter((row) => row.jobId === jobId).map(({ familyKey }) => familyKey));
  const cancels = book.rows.cancels.filter((row) => row.jobId === jobId);
  for (const part of partsOf([...families], recordsMax))
    book.commit({
      ...emptyBatch(900 + number),
      undo: { jobId, connectionId: "conn1", id: jobId, families: part, cancels: [] },
    });
  for (const part of partsOf(cancels, recordsMax))
    book.commit({
      ...emptyBatch(900 + number),
      undo: { jobId, connectionId: "conn1", id: jobId, families: [], cancels: part },
    });
}

function partsOf<Item>(items: readonly Item[], size: number): readonly (readonly Item[])[] {
  return items.flatMap((_, index) => (index % size === 0 ? [items.slice(index, index + size)] : []));
}
