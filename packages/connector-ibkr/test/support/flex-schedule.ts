import { answered, unanswered } from "../../src/flex-answered.ts";
import type { FlexCoverage, FlexPlan } from "../../src/flex-coverage.ts";
import { addDays, type DayRange } from "../../src/flex-days.ts";
import { askAfterNoData, type FlexAsk, nextAsk } from "../../src/flex-windows.ts";

/** A Monday. */
export const today = "2026-03-02";

export const plan = (changes: Partial<FlexPlan> = {}): FlexPlan => ({
  ...{ period: "saved", today, historyFrom: null, overlapDays: 30 },
  ...changes,
});

export const range = (from: string, to: string): DayRange => ({ from, to });

/** What IBKR answers to an ask: the days that its statements speak of, or null for "not available". */
export type Broker = (ask: FlexAsk) => readonly DayRange[] | null;

/** A request and what came of it. */
export interface Exchange {
  readonly ask: FlexAsk;
  readonly statements: readonly DayRange[] | null;
}

/** Asks and answers until nothing is left; every statement has rows. */
export function play(start: FlexCoverage, rules: FlexPlan, broker: Broker, asksMax = 100) {
  const asks: FlexAsk[] = [];
  const answers: Exchange[] = [];
  const reported: DayRange[] = [];
  const gaps: DayRange[] = [];
  let coverage = start;
  let headDue = true;
  let instead: FlexAsk | null = null;
  while (asks.length <= asksMax) {
    const ask: FlexAsk | null = instead ?? nextAsk(coverage, rules, { headDue });
    if (ask === null) return { asks, answers, reported, gaps, coverage };
    asks.push(ask);
    const statements = broker(ask);
    answers.push({ ask, statements });
    instead = statements === null ? askAfterNoData(ask) : null;
    if (instead !== null) continue;
    const byDay = statements?.every(({ from, to }) => from === to) ?? false;
    const result =
      statements === null
        ? unanswered(coverage, { ask, atMs: asks.length })
        : answered(coverage, { ask, statements, byDay, rows: 1, type: start.type ?? "AF", atMs: asks.length }, rules);
    reported.push(...(statements ?? []));
    gaps.push(...result.gaps);
    coverage = result.coverage;
    if (ask.role === "head") headDue = false;
  }
  throw new Error(`the asks do not come to an end within ${asksMax}`);
}

/** A broker whose saved period are so many days, and that has the days from `opened` on. */
export function obliging({ savedDays = 365, opened = "2000-01-01" } = {}): Broker {
  return ({ days }) => {
    const asked = days ?? range(addDays(today, -savedDays), addDays(today, -1));
    const from = asked.from < opened ? opened : asked.from;
    return from > asked.to ? null : [range(from, asked.to)];
  };
}

/** A broker that breaks out by day and leaves out days without activity, on a day of the test's clock. */
export function byActivity(days: readonly string[], { now = today, savedDays = 365 } = {}): Broker {
  return ({ days: named }) => {
    const asked = named ?? range(addDays(now, -savedDays), addDays(now, -1));
    const active = days.filter((day) => day >= asked.from && day <= asked.to && day < now);
    return active.map((day) => range(day, day));
  };
}

/** Every so many days from one day to before another. */
export function everyDays(step: number, { from, to }: DayRange): readonly string[] {
  const days: string[] = [];
  for (let day = from; day < to; day = addDays(day, step)) days.push(day);
  return days;
}

export const daysOf = (asks: readonly FlexAsk[]) =>
  asks.map(({ days }) => (days === null ? "saved" : `${days.from}..${days.to}`));
