import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Instant, instant } from "../src/instant.ts";
import type { CommitPlan } from "../src/plan/commit-batch.ts";
import { type NaiveBook, naiveBook, only } from "./support/naive-book.ts";
import { fill, usd } from "./support/told.ts";
import { emptyBatch } from "./support/told-batch.ts";

const at = (minute: number): Instant => instant(`2026-01-06T10:${String(minute).padStart(2, "0")}:00Z`);
const counted = (book: NaiveBook) => only(book.canonical()).price;

/** The report at price N, from an answer of minute M: `[N, M]`; null: nobody knows when. */
type Delivery = readonly [price: number, minute: number | null];

function deliver(book: NaiveBook, [price, minute]: Delivery): CommitPlan {
  return book.tellAt(minute === null ? null : at(minute), fill({ price: `${price}` }));
}

function booked(deliveries: readonly Delivery[]): NaiveBook {
  const book = naiveBook();
  for (const delivery of deliveries) deliver(book, delivery);
  return book;
}

describe("plan: of contradicting reports the one that was first reported last counts", () => {
  test.each<[string, readonly Delivery[], string]>([
    [
      "the newer of two answers",
      [
        [1, 10],
        [2, 11],
      ],
      "2",
    ],
    [
      "the newer of two answers that came in the wrong order",
      [
        [2, 11],
        [1, 10],
      ],
      "2",
    ],
    [
      "a report without a known moment loses",
      [
        [1, null],
        [2, 10],
      ],
      "2",
    ],
    [
      "whatever comes first",
      [
        [2, 10],
        [1, null],
      ],
      "2",
    ],
    [
      "a broker that returns to an older value stays a conflict",
      [
        [1, 10],
        [2, 11],
        [1, 12],
      ],
      "2",
    ],
    [
      "a late file shows that a report is older than it seemed",
      [
        [1, 12],
        [2, 11],
        [1, 10],
      ],
      "2",
    ],
    [
      "a moment becomes known",
      [
        [1, null],
        [2, 10],
        [1, 11],
      ],
      "1",
    ],
  ])("%s", (_, deliveries, price) => {
    const book = booked(deliveries);
    expect(counted(book)).toBe(price);
    expect(book.problems()).toEqual(["conflict"]);
  });

  test("its fees count and its order has the fill", () => {
    const book = naiveBook();
    book.tellAt(at(11), fill({ price: "2", fees: usd("2"), order: { permanentId: "O2", quantity: "20" } }));
    book.tellAt(at(10), fill({ price: "1", fees: usd("1"), order: { permanentId: "O1", quantity: "10" } }));
    expect(book.trade()).toMatchObject({ averagePrice: "2", fees: usd("2"), orderId: "O2", status: "partial" });
  });

  test("what ranks higher by itself counts, however early it was reported", () => {
    const book = naiveBook();
    book.tellAt(at(10), fill({ price: "2", revision: 1 }), fill({ familyId: "E2", price: "2", fees: usd("1") }));
    book.tellAt(at(11), fill({ price: "1" }), fill({ familyId: "E2", price: "1", fees: null }));
    expect(book.canonical().map(({ price }) => price)).toEqual(["2", "2"]);
  });

  test("the open problem says which report counts now, and shows all of them", () => {
    const book = booked([
      [1, 10],
      [2, 11],
    ]);
    const details = () => book.rows.problems[0]?.details as { counted: string; reports: { price: string }[] };
    const keyOf = (price: string) => book.rows.reports.find((row) => row.price === price)?.revisionKey;
    expect(details().counted).toBe(keyOf("2"));
    deliver(book, [3, 12]);
    expect(details().counted).toBe(keyOf("3"));
    expect(details().reports.map(({ price }) => price)).toEqual(["3", "2", "1"]);
    deliver(book, [3, 9]);
    expect(details().counted).toBe(keyOf("2"));
  });

  test("facts are as old as the first report of them, and the report with the finest time shows them", () => {
    const book = naiveBook();
    const [fine, coarse] = ["2026-01-05T10:00:00.123456Z", "2026-01-05T10:00:00.1234Z"];
    book.tellAt(at(10), fill({ price: "1", executedAt: fine }));
    book.tellAt(at(11), fill({ price: "2", executedAt: fine }));
    book.tellAt(at(12), fill({ price: "1", executedAt: coarse }));
    expect(counted(book)).toBe("2");
    book.tellAt(at(12), fill({ price: "2", executedAt: coarse }));
    expect(only(book.canonical()).executedAt).toBe(fine);
  });

  test("of reports with the same facts the newest counts, too", () => {
    const book = naiveBook();
    book.tellAt(at(11), fill({ order: { permanentId: "O1", quantity: "20" } }));
    book.tellAt(at(10), fill({ order: { permanentId: "O1", quantity: "30" } }));
    expect(book.trade().status).toBe("partial");
    expect(only(book.canonical()).order.quantity).toBe("20");
  });

  test("a record that stands in one batch twice has the earlier of its moments", () => {
    const book = naiveBook();
    const [early, late] = [booked([[1, 10]]), booked([[1, 12]])].map((one) => one.rows.reports);
    const batch = { ...emptyBatch(1), fetched: 2, reports: [...(late ?? []), ...(early ?? [])] };
    book.commit(batch);
    expect(only(book.rows.reports).firstReportedAt).toBe(at(10));
  });
});

// Goal: what counts is a matter of what the broker reported and when, not of how it came here.
// Method: random answers about one fill in a random order, against the rule in one sentence; then replays, undone imports
// and pins.

const price = fc.integer({ min: 1, max: 4 });
const minute = fc.oneof(
  { weight: 5, arbitrary: fc.integer({ min: 0, max: 9 }) },
  { weight: 1, arbitrary: fc.constant(null) },
);
const deliveries = fc.array(fc.tuple(price, minute), { minLength: 1, maxLength: 8 });

describe("plan: any order of answers gives one book", () => {
  test("the rule in one sentence", () => {
    fc.assert(
      fc.property(deliveries, fc.func(fc.nat()), (told, shuffle) => {
        const book = booked(told);
        expect(winners(told)).toContain(Number(counted(book)));
        expect(momentsOf(book)).toEqual(earliest(told));
        const again = booked(told.toSorted((left, right) => shuffle(left) - shuffle(right)));
        expect([counted(again), momentsOf(again)]).toEqual([counted(book), momentsOf(book)]);
      }),
    );
  });

  test("a replay writes nothing", () => {
    fc.assert(
      fc.property(deliveries, fc.nat(), (told, which) => {
        const book = booked(told);
        const replayed = told[which % told.length] ?? [1, null];
        const { reports, revived, moments, marks, trades, problemsOpened, problemsReworded } = deliver(book, replayed);
        expect([reports, revived, moments, marks, trades, problemsOpened, problemsReworded].flat()).toEqual([]);
      }),
    );
  });

  test("an undone import counts for nothing; what was reported, and when, is known all the same", () => {
    fc.assert(
      fc.property(deliveries, fc.nat(), (told, nat) => {
        const left = nat % told.length;
        const book = booked(told);
        for (let number = told.length; number > left; number -= 1) undo(book, number);
        const seen = told.slice(0, left).map(([one]) => one);
        const known = earliest(told).filter(([one]) => seen.includes(one));
        expect(
          book
            .canonical()
            .map((row) => Number(row.price))
            .filter((one) => !winners(known).includes(one)),
        ).toEqual([]);
        expect(book.canonical()).toHaveLength(Math.min(left, 1));
        for (const delivery of told.slice(left)) deliver(book, delivery);
        expect([counted(book), momentsOf(book)]).toEqual([counted(booked(told)), earliest(told)]);
      }),
    );
  });

  test("a pinned report counts whatever comes", () => {
    fc.assert(
      fc.property(deliveries, deliveries, fc.nat(), (told, later, nat) => {
        const prices = [...new Set(told.map(([one]) => one))];
        fc.pre(prices.length > 1);
        const book = booked(told);
        const chosen = `${prices[nat % prices.length]}`;
        book.pin(only(book.rows.reports.filter((row) => row.price === chosen)).revisionKey);
        for (const delivery of later) deliver(book, delivery);
        expect([counted(book), book.problems()]).toEqual([chosen, []]);
        expect(momentsOf(book)).toEqual(earliest([...told, ...later]));
      }),
    );
  });
});

function undo(book: NaiveBook, number: number): void {
  const jobId = `job ${number}`;
  const families = book.rows.reports.filter((row) => row.jobId === jobId).map(({ familyKey }) => familyKey);
  book.commit({
    ...emptyBatch(900 + number),
    undo: { jobId, connectionId: "conn1", id: jobId, families, cancels: [] },
  });
}

/** Each price with the earliest minute of its answers, by price. */
function earliest(told: readonly Delivery[]): Delivery[] {
  const prices = [...new Set(told.map(([one]) => one))].sort();
  return prices.map((one) => {
    const minutes = told.flatMap(([other, moment]) => (other === one && moment !== null ? [moment] : []));
    return [one, minutes.length === 0 ? null : Math.min(...minutes)];
  });
}

/** The prices that may count: those whose earliest moment is the latest. */
function winners(told: readonly Delivery[]): readonly number[] {
  const first = earliest(told).map(([one, moment]) => [one, moment ?? -1] as const);
  const last = Math.max(...first.map(([, moment]) => moment));
  return first.filter(([, moment]) => moment === last).map(([one]) => one);
}

function momentsOf({ rows }: NaiveBook): Delivery[] {
  const known = rows.reports.map((row): Delivery => {
    return [Number(row.price), row.firstReportedAt === null ? null : Number(row.firstReportedAt.slice(14, 16))];
  });
  return known.sort(([left], [right]) => left - right);
}
