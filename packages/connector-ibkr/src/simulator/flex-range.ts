import { addBusinessDays, addDays, daysCovered, isDay } from "./calendar-day.ts";
import { easternTime } from "./eastern-time.ts";
import type { FlexQuery } from "./flex-query.ts";

/** The days of a statement, or the code that stands in its place. */
export type FlexRange =
  | { readonly kind: "days"; readonly fromDay: string; readonly toDay: string; readonly period: string }
  /** Refused at once. */
  | { readonly kind: "refused"; readonly code: string }
  /** Found out while the statement is made: GetStatement answers it, for ever. */
  | { readonly kind: "failed"; readonly code: string };

const DAYS_MAX = 365;

/**
 * Which days a request is for: fd and td, or p, over what the query has saved. Today is no finished day, so activity up
 * to today is 1003. What IBKR answers to too many days, to days that are none, and to p beside fd is not published;
 * here it is 1020.
 */
export function flexRange(query: FlexQuery, parameters: ReadonlyMap<string, string>, atMs: number): FlexRange {
  const today = easternTime(atMs).day;
  const [fd, td, p] = ["fd", "td", "p"].map((name) => parameters.get(name));
  if (fd === undefined && td === undefined && p === undefined) return finished(savedRange(query, today), query, today);
  if (query.override === "ignored") return finished(savedRange(query, today), query, today);
  if (query.override === "conflicts") return { kind: "failed", code: "1003" };
  if (query.override === "hangs") return { kind: "failed", code: "1019" };
  const asked =
    p === undefined ? namedDays(fd, td) : fd === undefined && td === undefined ? lastDays(p, query, today) : null;
  return asked === null ? { kind: "refused", code: "1020" } : finished(asked, query, today);
}

interface Days {
  readonly fromDay: string;
  readonly toDay: string;
  readonly period: string;
}

function savedRange({ period, type }: FlexQuery, today: string): Days {
  const lastDay = type === "TCF" ? today : addDays(today, -1);
  switch (period.kind) {
    case "today":
      return { fromDay: today, toDay: today, period: "Today" };
    case "last-business-day": {
      const day = addBusinessDays(today, -1);
      return { fromDay: day, toDay: day, period: "LastBusinessDay" };
    }
    case "last-days":
      return { fromDay: addDays(lastDay, 1 - period.days), toDay: lastDay, period: `Last${period.days}CalendarDays` };
    case "fixed":
      return { fromDay: period.fromDay, toDay: period.toDay, period: "" };
  }
}

function namedDays(fd: string | undefined, td: string | undefined): Days | null {
  const [fromDay, toDay] = [dayOf(fd), dayOf(td)];
  if (fromDay === null || toDay === null) return null;
  const days = daysCovered({ fromDay, toDay });
  return days >= 1 && days <= DAYS_MAX ? { fromDay, toDay, period: "" } : null;
}

function lastDays(p: string, query: FlexQuery, today: string): Days | null {
  const days = /^\d{1,3}$/.test(p) ? Number(p) : 0;
  return days >= 1 && days <= DAYS_MAX ? savedRange({ ...query, period: { kind: "last-days", days } }, today) : null;
}

function dayOf(text: string | undefined): string | null {
  const match = /^(\d{4})(\d\d)(\d\d)$/.exec(text ?? "");
  const day = match === null ? "" : `${match[1]}-${match[2]}-${match[3]}`;
  return isDay(day) ? day : null;
}

function finished(days: Days, { type }: FlexQuery, today: string): FlexRange {
  return type === "AF" && days.toDay >= today ? { kind: "failed", code: "1003" } : { ...days, kind: "days" };
}
