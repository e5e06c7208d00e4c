import { expect, test } from "vitest";
import { answered, unanswered } from "../src/flex-answered.ts";
import { type FlexCoverage, missingDays, nothingCovered } from "../src/flex-coverage.ts";
import { lengthInDays } from "../src/flex-days.ts";
import { askAfterNoData, type FlexAsk, nextAsk, openRequested, reopenAbsent } from "../src/flex-windows.ts";
import { daysOf, obliging, plan, play, range, today } from "./support/flex-schedule.ts";

test("windows: the saved period alone is one request", () => {
  const { asks, gaps, coverage } = play(nothingCovered, plan(), obliging());
  expect(daysOf(asks)).toEqual(["saved"]);
  expect([gaps, coverage.covered]).toEqual([[], [range("2025-03-02", "2026-03-01")]]);
});

test("windows: three years named by day are the newest, then the oldest first, and the next run asks for the newest alone", () => {
  const rules = plan({ period: "override", historyFrom: "2023-03-01" });
  const { asks, coverage, gaps } = play(nothingCovered, rules, obliging());
  const spans = asks.map(({ days }) => days);
  expect(spans.every((span) => span !== null && lengthInDays(span) <= 365)).toBe(true);
  const [newest, ...older] = daysOf(asks);
  expect(newest).toBe("2025-02-28..2026-02-27");
  expect(older).toEqual(["2023-03-01..2024-02-28", "2024-01-30..2025-01-28", "2024-12-30..2025-02-28"]);
  expect([coverage.covered, gaps]).toEqual([[range("2023-03-01", "2026-02-27")], []]);
  const next = play(coverage, { ...rules, today: "2026-03-04" }, obliging());
  expect(daysOf(next.asks)).toEqual(["2026-01-29..2026-03-03"]);
});

test("windows: a window that follows covered days begins with some of them, because cancels come late", () => {
  const covered = [range("2022-01-03", "2024-01-05")];
  const rules = plan({ period: "override", historyFrom: "2022-01-03" });
  const ask = nextAsk({ ...nothingCovered, covered, since: "2022-01-03", type: "AF" }, rules, { headDue: false });
  expect(ask?.days?.from).toBe("2023-12-07");
});

test("windows: days before the saved period are asked for by name, and only once when there are none", () => {
  const rules = plan({ historyFrom: "2024-06-03" });
  const broker = obliging({ savedDays: 30, opened: "2025-06-02" });
  const { asks, coverage, gaps } = play(nothingCovered, rules, broker);
  expect(daysOf(asks)).toEqual(["saved", "2024-06-03..2025-06-02", "2025-06-02..2026-01-31"]);
  expect(gaps).toEqual([range("2024-06-03", "2025-06-01")]);
  expect(missingDays(coverage, rules)).toEqual([]);
  expect(daysOf(play(coverage, rules, broker).asks)).toEqual(["saved"]);
});

test("windows: a host that was down longer than the saved period reaches back has a hole that is closed by name", () => {
  const covered = [range("2025-01-02", "2025-12-12")];
  const start: FlexCoverage = { ...nothingCovered, covered, since: "2025-01-02", type: "AF" };
  const { asks, gaps, coverage } = play(start, plan(), obliging({ savedDays: 30 }));
  expect(daysOf(asks)).toEqual(["saved", "2025-11-13..2026-01-31"]);
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
    ...{ byDay: true, rows: 1 },
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
  const { coverage } = answered(
    nothingCovered,
    { ask: head, statements, byDay: true, rows: 9, type: "AF", atMs: 0 },
    plan(),
  );
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
