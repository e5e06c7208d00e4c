const DAY_MS = 86_400_000;

/** The day so many days later; days are text, "2026-04-02". */
export function addDays(day: string, days: number): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + days * DAY_MS).toISOString().slice(0, 10);
}

/** From Monday to Friday; holidays count as business days. */
export function isBusinessDay(day: string): boolean {
  return ![0, 6].includes(new Date(`${day}T00:00:00Z`).getUTCDay());
}

/** The business day so many business days later, or earlier when `days` is below zero. */
export function addBusinessDays(day: string, days: number): string {
  let moved = day;
  for (let left = Math.abs(days); left > 0; ) {
    moved = addDays(moved, Math.sign(days));
    if (isBusinessDay(moved)) left -= 1;
  }
  return moved;
}

/** The day itself, or the first business day after it. */
export function businessDayFrom(day: string): string {
  return isBusinessDay(day) ? day : addBusinessDays(day, 1);
}

/** How many days from the first to the last, both counted; zero or less when they are in the wrong order. */
export function daysCovered(range: { readonly fromDay: string; readonly toDay: string }): number {
  return (Date.parse(`${range.toDay}T00:00:00Z`) - Date.parse(`${range.fromDay}T00:00:00Z`)) / DAY_MS + 1;
}

/** Whether the text is a day that the calendar has. */
export function isDay(text: string): boolean {
  return /^\d{4}-\d\d-\d\d$/.test(text) && !Number.isNaN(Date.parse(`${text}T00:00:00Z`)) && addDays(text, 0) === text;
}
