import fc from "fast-check";
import { expect, test } from "vitest";
import { type FlexCoverage, type FlexPlan, missingDays, nothingCovered } from "../src/flex-coverage.ts";
import {
  addDays,
  type DayRange,
  lengthInDays,
  subtractDays,
  uniteDays,
  weekdayBefore,
  weekdaysIn,
} from "../src/flex-days.ts";
import {
  answered,
  askAfterNoData,
  type FlexAsk,
  nextAsk,
  openRequested,
  reopenAbsent,
  unanswered,
} from "../src/flex-windows.ts";

/** A Monday. */
const today = "2026-03-02";
const plan = (changes: Partial<FlexPlan> = {}): FlexPlan => ({
  ...{ period: "saved", today, historyFrom: null, overlapDays: 30 },
  ...changes,
});
const range = (from: string, to: string): DayRange => ({ from, to });
const due = { headDue: true };

/** What IBKR answers to an ask: the days that its statements speak of, or null for "not available". */
type Broker = (ask: FlexAsk) => readonly DayRange[] | null;

/** Asks and answers until nothing is left; every statement has rows. */
function play(start: FlexCoverage, rules: FlexPlan, broker: Broker) {
  const asks: FlexAsk[] = [];
  const told: DayRange[] = [];
  const gaps: DayRange[] = [];
  let coverage = start;
  let headDue = true;
  let instead: FlexAsk | null = null;
  for (let step = 0; step < 100; step += 1) {
    const ask: FlexAsk | null = instead ?? nextAsk(coverage, rules, { headDue });
    if (ask === null) return { asks, told, gaps, coverage };
    asks.push(ask);
    const statements = broker(ask);
    instead = statements === null ? askAfterNoData(ask) : null;
    if (instead !== null) continue;
    const result =
      statements === null
        ? unanswered(coverage, { ask, atMs: step })
        : answered(coverage, { ask, statements, rows: 1, type: start.type ?? "AF", atMs: step }, rules);
    told.push(...(statements ?? []));
    gaps.push(...result.gaps);
    coverage = result.coverage;
    if (ask.role === "head") headDue = false;
  }
  throw new Error("the asks do not come to an end");
}

/** A broker whose saved period are so many days, and that has the days from `opened` on. */
function obliging({ savedDays = 365, opened = "2000-01-01" } = {}): Broker {
  return ({ days }) => {
    const asked = days ?? range(addDays(today, -savedDays), addDays(today, -1));
    const from = asked.from < opened ? opened : asked.from;
    return from > asked.to ? null : [range(from, asked.to)];
  };
}

const daysOf = (asks: readonly FlexAsk[]) =>
  asks.map(({ days }) => (days === null ? "saved" : `${days.from}..${days.to}`));

test("windows: the saved period alone is one request", () => {
  const { asks, gaps, coverage } = play(nothingCovered, plan(), obliging());
  expect(daysOf(asks)).toEqual(["saved"]);
  expect([gaps, coverage.covered]).toEqual([[], [range("2025-03-02", "2026-03-01")]]);
});

test("windows: three years named by day are split oldest first, and the next run asks for the newest alone", () => {
  const rules = plan({ period: "override", historyFrom: "2023-03-01" });
  const { asks, coverage, gaps } = play(nothingCovered, rules, obliging());
  const spans = asks.map(({ days }) => days);
  expect(spans.every((span) => span !== null && lengthInDays(span) <= 365)).toBe(true);
  expect(daysOf(asks)).toEqual(daysOf(asks).toSorted());
  expect(daysOf(asks).at(-1)).toContain("..2026-02-27");
  expect([coverage.covered, gaps]).toEqual([[range("2023-03-01", "2026-02-27")], []]);
  const next = play(coverage, { ...rules, today: "2026-03-04" }, obliging());
  expect(daysOf(next.asks)).toEqual(["2026-01-29..2026-03-03"]);
});

test("windows: a window that follows covered days begins with some of them, because cancels come late", () => {
  const covered = [range("2022-01-03", "2024-01-05")];
  const rules = plan({ period: "override", historyFrom: "2022-01-03" });
  const ask = nextAsk({ ...nothingCovered, covered, since: "2022-01-03", type: "AF" }, rules, due);
  expect(ask?.days?.from).toBe("2023-12-07");
});

test("windows: days before the saved period are asked for by name, and only once when there are none", () => {
  const rules = plan({ historyFrom: "2024-06-03" });
  const broker = obliging({ savedDays: 30, opened: "2025-06-02" });
  const { asks, coverage, gaps } = play(nothingCovered, rules, broker);
  expect(daysOf(asks)).toEqual(["saved", "2024-06-03..2025-06-02", "2025-06-02..2026-01-30"]);
  expect(gaps).toEqual([range("2024-06-03", "2025-06-01")]);
  expect(missingDays(coverage, rules)).toEqual([]);
  expect(daysOf(play(coverage, rules, broker).asks)).toEqual(["saved"]);
});

test("windows: a host that was down longer than the saved period reaches back has a hole that is closed by name", () => {
  const covered = [range("2025-01-02", "2025-12-12")];
  const start: FlexCoverage = { ...nothingCovered, covered, since: "2025-01-02", type: "AF" };
  const { asks, gaps, coverage } = play(start, plan(), obliging({ savedDays: 30 }));
  expect(daysOf(asks)).toEqual(["saved", "2025-11-13..2026-01-30"]);
  expect(gaps).toEqual([]);
  expect(coverage.covered).toEqual([range("2025-01-02", "2026-03-01")]);
});

test("windows: after 'not available' the newest weekday is taken off, at most three times, then the period", () => {
  let ask: FlexAsk | null = { role: "head", days: range("2026-01-01", "2026-03-02"), shrunk: 0 };
  const seen: string[] = [];
  while (ask !== null) {
    seen.push(...daysOf([ask]));
    ask = askAfterNoData(ask);
  }
  const ends = ["2026-03-02", "2026-02-27", "2026-02-26", "2026-02-25"].map((to) => `2026-01-01..${to}`);
  expect(seen).toEqual([...ends, "saved"]);
  expect(askAfterNoData({ role: "gap", days: range("2020-01-01", "2020-02-01"), shrunk: 0 })).toBeNull();
});

test("windows: no answer at all moves nothing", () => {
  const covered = [range("2025-01-02", "2025-12-12")];
  const start: FlexCoverage = { ...nothingCovered, covered, since: "2025-01-02", type: "AF" };
  const head: FlexAsk = { role: "head", days: null, shrunk: 0 };
  expect(unanswered(start, { ask: head, atMs: 5 }).coverage).toEqual({ ...start, headAtMs: 5 });
});

test("windows: no statement speaks for today, and an empty first one for nothing", () => {
  const answer = {
    ask: { role: "head", days: null, shrunk: 0 },
    statements: [range(today, today)],
    rows: 1,
    atMs: 0,
  } as const;
  expect(answered(nothingCovered, { ...answer, type: "TCF" }, plan()).coverage).toMatchObject({
    covered: [],
    since: today,
  });
  const empty = { ...answer, statements: [range("2026-02-02", "2026-02-27")], rows: 0, type: "AF" } as const;
  expect(answered(nothingCovered, empty, plan()).coverage.covered).toEqual([]);
  const known: FlexCoverage = { ...nothingCovered, covered: [range("2026-01-05", "2026-02-06")], since: "2026-01-05" };
  expect(answered(known, empty, plan()).coverage.covered).toEqual([range("2026-01-05", "2026-02-27")]);
});

test("windows: yesterday's confirmations are asked for by name on the day after", () => {
  const first: FlexCoverage = { ...nothingCovered, since: "2026-02-27", type: "TCF", headAtMs: 1 };
  const { asks } = play(first, plan(), ({ days }) => [days ?? range(today, today)]);
  expect(daysOf(asks)).toEqual(["saved", "2026-02-27..2026-03-01"]);
});

test("windows: with a break-out by day, weekends and holidays between statements are no holes", () => {
  const statements = [
    range("2025-12-24", "2025-12-24"),
    range("2025-12-29", "2025-12-29"),
    range("2026-01-12", "2026-01-12"),
  ];
  const head: FlexAsk = { role: "head", days: null, shrunk: 0 };
  const { coverage } = answered(nothingCovered, { ask: head, statements, rows: 9, type: "AF", atMs: 0 }, plan());
  expect(coverage.covered).toEqual([range("2025-12-24", "2025-12-29"), range("2026-01-12", "2026-01-12")]);
});

test("windows: days that a run was told to read are read even if they were covered, and asked for once", () => {
  const covered = [range("2023-01-02", "2026-02-27")];
  const start: FlexCoverage = { ...nothingCovered, covered, since: "2023-01-02", type: "AF" };
  const again = { nowMs: 1_000, againMs: 60_000 };
  const opened = openRequested(start, range("2023-06-01", "2025-01-31"), again);
  const { asks, coverage } = play(opened, plan({ historyFrom: "2023-01-02" }), obliging({ savedDays: 30 }));
  expect(daysOf(asks)).toEqual(["saved", "2023-06-01..2024-05-30", "2024-05-31..2025-01-31"]);
  expect(coverage.requested).toEqual([]);
  expect(openRequested(opened, range("2020-01-01", "2020-02-01"), again)).toBe(opened);
  expect(openRequested(coverage, range("2023-06-01", "2025-01-31"), again)).toBe(coverage);
  const later = openRequested(coverage, range("2023-06-01", "2025-01-31"), { ...again, nowMs: 100_000 });
  expect(later.requested).toEqual([range("2023-06-01", "2025-01-31")]);
});

test("windows: what was given up is asked for again by a backfill, once nothing else is missing", () => {
  const covered = [range("2024-01-02", "2026-02-27")];
  const absent = [range("2023-01-02", "2024-01-01")];
  const start: FlexCoverage = { ...nothingCovered, covered, absent, since: "2024-01-02", type: "AF" };
  expect(reopenAbsent(start, plan({ historyFrom: "2023-01-02" })).absent).toEqual([]);
  expect(reopenAbsent(start, plan({ historyFrom: "2022-01-03" }))).toBe(start);
});

const dayNumbers = fc.integer({ min: 0, max: 1_500 });
const someRange = fc
  .tuple(dayNumbers, fc.integer({ min: 0, max: 500 }))
  .map(([start, length]) => range(addDays("2022-01-03", start), addDays("2022-01-03", start + length)));

test("windows: whatever the broker leaves out, asking ends, nothing is claimed that was not told, and none is lost", () => {
  const period = fc.constantFrom<FlexPlan["period"]>("saved", "override");
  const historyFrom = fc.option(dayNumbers.map((days) => addDays("2022-01-03", days)));
  const answers = fc.array(fc.option(fc.array(someRange, { minLength: 1, maxLength: 4 })), {
    minLength: 1,
    maxLength: 12,
  });
  fc.assert(
    fc.property(period, historyFrom, answers, fc.array(someRange, { maxLength: 3 }), (kind, from, script, before) => {
      const rules = plan({ period: kind, historyFrom: from });
      const covered = subtractDays(uniteDays(before), [range(today, "2099-01-01")]);
      const start: FlexCoverage = {
        ...nothingCovered,
        covered,
        since: covered[0]?.from ?? null,
        type: covered[0] ? "AF" : null,
      };
      let turn = 0;
      const hostile: Broker = () => script[turn++ % script.length] ?? null;
      const { coverage, told, asks } = play(start, rules, hostile);
      // Holes of holidays within one answer are the only days beyond the statements.
      const claims = subtractDays(coverage.covered, [...covered, ...told]);
      expect(claims.every((claim) => lengthInDays(claim) <= 4)).toBe(true);
      expect(subtractDays(covered, coverage.covered)).toEqual([]);
      expect(coverage.covered.every(({ to }) => to < today)).toBe(true);
      expect(asks.every(({ days }) => days === null || (days.from <= days.to && lengthInDays(days) <= 365))).toBe(true);
      expect(subtractDays(missingDays(coverage, rules), coverage.absent).length === 0 || kind === "override").toBe(
        true,
      );
    }),
  );
});

test("windows: with a broker that has everything, every day from the wanted first one on is covered in the end", () => {
  fc.assert(
    fc.property(
      fc.constantFrom<FlexPlan["period"]>("saved", "override"),
      fc.integer({ min: 1, max: 1_500 }),
      fc.integer({ min: 5, max: 365 }),
      fc.array(someRange, { maxLength: 3 }),
      (period, daysBack, savedDays, before) => {
        const historyFrom = addDays(today, -daysBack);
        const rules = plan({ period, historyFrom });
        const covered = subtractDays(uniteDays(before), [range(addDays(today, -3), "2099-01-01")]);
        const { coverage } = play({ ...nothingCovered, covered, type: "AF" }, rules, obliging({ savedDays }));
        const wanted = range(historyFrom, weekdayBefore(today));
        const left = subtractDays([wanted], coverage.covered).filter((days) => weekdaysIn(days) > 0);
        expect(left).toEqual([]);
      },
    ),
  );
});
