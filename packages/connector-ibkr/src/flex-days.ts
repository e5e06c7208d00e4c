/** A calendar day, `yyyy-MM-dd`. Days compare as text. */
export type Day = string;

/** Days from the first to the last, both included. A type and not an interface, so that it is assignable to Json. */
export type DayRange = { readonly from: Day; readonly to: Day };

/** The day of a moment in New York, by whose days IBKR makes its statements. */
export function newYorkDay(ms: number): Day {
  return NEW_YORK.format(ms);
}

// Swedish dates are written yyyy-MM-dd.
const NEW_YORK = new Intl.DateTimeFormat("sv-SE", { timeZone: "America/New_York" });

export function addDays(day: Day, days: number): Day {
  return new Date(dayMs(day) + days * DAY_MS).toISOString().slice(0, 10);
}

/** How many days a range has. */
export function lengthInDays({ from, to }: DayRange): number {
  return (dayMs(to) - dayMs(from)) / DAY_MS + 1;
}

/** The last day before this one that is neither Saturday nor Sunday. */
export function weekdayBefore(day: Day): Day {
  let before = addDays(day, -1);
  while (isWeekend(before)) before = addDays(before, -1);
  return before;
}

/** How many days of a range are neither Saturdays nor Sundays. */
export function weekdaysIn({ from, to }: DayRange): number {
  const days = Math.max(0, lengthInDays({ from, to }));
  let weekdays = Math.floor(days / 7) * 5;
  for (let rest = days % 7; rest > 0; rest -= 1) if (!isWeekend(addDays(to, 1 - rest))) weekdays += 1;
  return weekdays;
}

/** Whether any day of a range is neither a Saturday nor a Sunday. */
export function hasWeekday(range: DayRange): boolean {
  return weekdaysIn(range) > 0;
}

/** All days of both lists, oldest first, in as few ranges as there are; ranges at most `joinDays` apart become one. */
export function uniteDays(ranges: readonly DayRange[], joinDays = 0): readonly DayRange[] {
  const united: DayRange[] = [];
  for (const range of ranges.toSorted((left, right) => (left.from < right.from ? -1 : 1))) {
    const last = united.at(-1);
    if (last === undefined || addDays(last.to, 1 + joinDays) < range.from) united.push(range);
    else if (range.to > last.to) united[united.length - 1] = { from: last.from, to: range.to };
  }
  return united;
}

/** All days of both lists as `uniteDays` has them; ranges with no weekday between them become one. */
export function uniteWeeks(ranges: readonly DayRange[]): readonly DayRange[] {
  const united = uniteDays(ranges);
  const weekends = united.slice(1).flatMap((range, index) => {
    const before = united[index];
    return before !== undefined && isNextWeekday(before, range)
      ? [{ from: addDays(before.to, 1), to: addDays(range.from, -1) }]
      : [];
  });
  return uniteDays([...united, ...weekends]);
}

/** Whether a range begins behind another one, with no weekday between them. */
export function isNextWeekday(before: DayRange, { from }: DayRange): boolean {
  return before.to < from && !hasWeekday({ from: addDays(before.to, 1), to: addDays(from, -1) });
}

/** Days of this century, however many ranges they came in. */
export interface DaySet {
  add(range: DayRange): void;
  /** Oldest first, in as few ranges as there are. */
  ranges(): readonly DayRange[];
}

/** An empty set. It takes the memory of a century, and no more. */
export function daySet(): DaySet {
  // How many more ranges begin on a day than ended before it.
  const changes = new Int32Array(dayIndex("2100-01-01") + 1);
  return {
    add({ from, to }) {
      changes[dayIndex(from)] = (changes[dayIndex(from)] ?? 0) + 1;
      changes[dayIndex(to) + 1] = (changes[dayIndex(to) + 1] ?? 0) - 1;
    },
    ranges() {
      const ranges: DayRange[] = [];
      let open = 0;
      let from = 0;
      for (const [index, change] of changes.entries()) {
        if (open === 0 && change > 0) from = index;
        if (open > 0 && open + change === 0) ranges.push({ from: dayAt(from), to: dayAt(index - 1) });
        open += change;
      }
      return ranges;
    },
  };
}

/** The days of the first list that are in none of the second. */
export function subtractDays(ranges: readonly DayRange[], taken: readonly DayRange[]): readonly DayRange[] {
  const gone = uniteDays(taken);
  return ranges.flatMap((range) => {
    const left: DayRange[] = [];
    let from = range.from;
    for (const { from: first, to: last } of gone) {
      if (last < from) continue;
      if (first > range.to) break;
      if (first > from) left.push({ from, to: addDays(first, -1) });
      from = addDays(last, 1);
    }
    if (from <= range.to) left.push({ from, to: range.to });
    return left;
  });
}

/** The days that a range shares with a list. */
export function sharedDays(ranges: readonly DayRange[], { from, to }: DayRange): readonly DayRange[] {
  return ranges.flatMap((range) => {
    const shared = { from: laterDay(range.from, from), to: earlierDay(range.to, to) };
    return shared.from <= shared.to ? [shared] : [];
  });
}

export function laterDay(left: Day, right: Day): Day {
  return left > right ? left : right;
}

export function earlierDay(left: Day, right: Day): Day {
  return left < right ? left : right;
}

const DAY_MS = 86_400_000;

const FIRST_DAY: Day = "2000-01-01";

function dayIndex(day: Day): number {
  return (dayMs(day) - dayMs(FIRST_DAY)) / DAY_MS;
}

function dayAt(index: number): Day {
  return addDays(FIRST_DAY, index);
}

function dayMs(day: Day): number {
  return Date.parse(`${day}T00:00:00Z`);
}

function isWeekend(day: Day): boolean {
  const weekday = new Date(dayMs(day)).getUTCDay();
  return weekday === 0 || weekday === 6;
}
