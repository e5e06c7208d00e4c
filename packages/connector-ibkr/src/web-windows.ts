import { ImportError } from "@fillbook/core";
import { isTimeZone, wallMsAt } from "./flex-zone.ts";

/** Where the user's servers are; it decides when they are reset. */
export type WebRegion = "america" | "europe" | "asia";

/** A span of every named weekday in which IBKR resets systems. */
export interface ResetWindow {
  /** IANA name, such as "America/New_York". */
  readonly timeZone: string;
  /** 0 is Sunday. @defaultValue every day */
  readonly weekdays?: readonly number[];
  /** "HH:mm" on that zone's clock. */
  readonly from: string;
  /** "HH:mm", after `from`; "24:00" is the day's end. */
  readonly to: string;
}

const NEW_YORK = "America/New_York";

/** Friday 23:00 to Saturday 03:00 (all systems), and the Web API's own maintenance on Saturday evening. */
const weekend: readonly ResetWindow[] = [
  { timeZone: NEW_YORK, weekdays: [5], from: "23:00", to: "24:00" },
  { timeZone: NEW_YORK, weekdays: [6], from: "00:00", to: "03:00" },
  { timeZone: NEW_YORK, weekdays: [6], from: "18:00", to: "24:00" },
];

/**
 * IBKR's pages disagree: "disconnects at midnight" and "about 01:00 local" (IBKR Campus, Web API), 00:15-01:45 in New
 * York, 06:25-07:45 in Zug, 04:45-06:05 and 20:15-21:15 in Hong Kong (System Status page); all read 2026-05-27. A
 * window here is what all of them together allow for; the evening of Saturday is named without hours.
 */
export const resetWindows: Readonly<Record<WebRegion, readonly ResetWindow[]>> = {
  america: [{ timeZone: NEW_YORK, from: "00:00", to: "01:45" }, ...weekend],
  europe: [
    { timeZone: "Europe/Zurich", from: "00:00", to: "00:15" },
    { timeZone: "Europe/Zurich", from: "01:00", to: "01:15" },
    { timeZone: "Europe/Zurich", from: "06:25", to: "07:45" },
    ...weekend,
  ],
  asia: [
    { timeZone: "Asia/Hong_Kong", from: "00:00", to: "00:15" },
    { timeZone: "Asia/Hong_Kong", from: "01:00", to: "01:15" },
    { timeZone: "Asia/Hong_Kong", from: "04:45", to: "06:05" },
    { timeZone: "Asia/Hong_Kong", from: "20:15", to: "21:15" },
    ...weekend,
  ],
};

/** Milliseconds until the windows that hold this moment have ended, windows that follow at once included; 0 outside. */
export function resetLeftMs(windows: readonly ResetWindow[], nowMs: number): number {
  let leftMs = 0;
  for (let hops = 0; hops < 4; hops += 1) {
    const more = Math.max(0, ...windows.map((window) => leftIn(window, nowMs + leftMs)));
    if (more === 0) break;
    leftMs += more;
  }
  return leftMs;
}

/** @throws ImportError `OPTION_INVALID` for a window that no clock shows. */
export function readResetWindows(windows: Readonly<Record<WebRegion, readonly ResetWindow[]>>) {
  for (const window of Object.values(windows).flat()) {
    const { timeZone, from, to, weekdays = [] } = window;
    const valid =
      isTimeZone(timeZone) && minutesOf(from) < minutesOf(to) && weekdays.every((day) => WEEK.includes(day));
    if (!valid) throw new ImportError("OPTION_INVALID", `ibkrWeb(): resetWindows holds no window: ${from}-${to}`);
  }
  return windows;
}

const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;
const WEEK: readonly number[] = [0, 1, 2, 3, 4, 5, 6];

function leftIn({ timeZone, weekdays = WEEK, from, to }: ResetWindow, atMs: number): number {
  const wallMs = wallMsAt(atMs, timeZone) ?? atMs;
  const inDayMs = wallMs % DAY_MS;
  const inside = inDayMs >= minutesOf(from) * MINUTE_MS && inDayMs < minutesOf(to) * MINUTE_MS;
  if (!inside || !weekdays.includes(new Date(wallMs).getUTCDay())) return 0;
  return minutesOf(to) * MINUTE_MS - inDayMs;
}

/** NaN for what is no time, which compares false with everything. */
function minutesOf(text: string): number {
  const match = /^(\d\d):([0-5]\d)$/.exec(text);
  const minutes = match === null ? Number.NaN : Number(match[1]) * 60 + Number(match[2]);
  return minutes <= 24 * 60 ? minutes : Number.NaN;
}
