import { addDays } from "./calendar-day.ts";
import { easternMs, easternTime } from "./eastern-time.ts";
import { makeFill, type SimulatedFillFacts } from "./make-fill.ts";
import { reviseFill } from "./revise-fill.ts";
import type { SimulatedCancel, SimulatedEntry, SimulatedFill } from "./simulated-fill.ts";

/** How and when a fill is taken back. */
export interface SimulatedCancelOptions {
  /** The day whose statement shows the cancel. @defaultValue the day of `bookedAtMs` */
  readonly reportDay?: string;
  /** @defaultValue 18:00 in New York on `reportDay`, or now */
  readonly bookedAtMs?: number;
  /** @defaultValue true */
  readonly namesTransaction?: boolean;
  /** @defaultValue true */
  readonly namesTrade?: boolean;
}

/** An account's record, or that of several: rows are added and never changed. */
export interface FillBook {
  /** In the order of booking. */
  readonly entries: readonly SimulatedEntry[];
  /** Throws on a transaction id or exec id that the account has already. */
  addEntries(entries: Iterable<SimulatedEntry>): void;
  addFill(facts: SimulatedFillFacts): SimulatedFill;
  /** Takes back the fill with this exec id or transaction id. Throws when there is none. */
  cancel(id: string, options?: SimulatedCancelOptions): SimulatedCancel;
  /** Adds the next revision of the fill with this exec id or transaction id. Throws when there is none. */
  revise(id: string, revision: "rebook" | "correction", changes?: Partial<SimulatedFill>): SimulatedFill;
}

/** The first row number of a book that nobody has given one; rows of 2026 have ten digits. */
const FIRST_ROW = 4_700_000_001;

/** An empty book. `now` dates what comes without a time; `accountId` is whose it is when nobody says. */
export function createFillBook({
  now,
  accountId,
}: {
  readonly now: () => number;
  readonly accountId: string;
}): FillBook {
  const entries: SimulatedEntry[] = [];
  const byId = new Map<string, SimulatedFill>();
  const taken = new Set<string>();
  let nextRow = FIRST_ROW;

  function add<Entry extends SimulatedEntry>(entry: Entry): Entry {
    const ids = entry.kind === "fill" ? [entry.execId, entry.transactionId] : [entry.transactionId];
    for (const id of ids.filter((one) => one !== null)) {
      const key = `${entry.accountId} ${id}`;
      if (taken.has(key)) throw new Error(`the simulator already has a row ${id} in ${entry.accountId}`);
      taken.add(key);
      if (entry.kind === "fill") byId.set(id, entry);
    }
    if (/^\d{1,15}$/.test(entry.transactionId ?? "")) nextRow = Math.max(nextRow, Number(entry.transactionId) + 1);
    entries.push(entry);
    return entry;
  }

  function fillOf(id: string): SimulatedFill {
    const fill = byId.get(id);
    if (fill === undefined) throw new Error(`the simulator has no fill ${id}`);
    return fill;
  }

  return {
    entries,
    addEntries: (more) => {
      for (const entry of more) add(entry);
    },
    addFill: (facts) => add(makeFill(facts, { row: nextRow, nowMs: now(), accountId })),
    cancel: (id, options = {}) => add(cancelOf(fillOf(id), { ...options, row: nextRow, nowMs: now() })),
    revise(id, revision, changes = {}) {
      const fill = fillOf(id);
      const bookedAtMs = changes.bookedAtMs ?? bookedOn(changes.reportDay) ?? now();
      const reportDay = changes.reportDay ?? reportDayOf(fill, bookedAtMs);
      return add(reviseFill(fill, { revision, transactionId: String(nextRow), bookedAtMs, reportDay, changes }));
    },
  };
}

/** The row that takes a fill back. */
export function cancelOf(
  fill: SimulatedFill,
  options: SimulatedCancelOptions & { readonly row: number; readonly nowMs: number },
): SimulatedCancel {
  const bookedAtMs = options.bookedAtMs ?? bookedOn(options.reportDay) ?? options.nowMs;
  return {
    kind: "cancel",
    accountId: fill.accountId,
    transactionId: String(options.row),
    canceled: fill,
    bookedAtMs,
    reportDay: options.reportDay ?? reportDayOf(fill, bookedAtMs),
    namesTransaction: options.namesTransaction ?? true,
    namesTrade: options.namesTrade ?? true,
    rateToBase: fill.rateToBase,
  };
}

/** Afternoon bookings are in the day's statement; nothing is reported before the trade is. */
function reportDayOf(fill: SimulatedFill, bookedAtMs: number): string {
  const { day, time } = easternTime(bookedAtMs);
  const reportDay = time < "20:00:00" ? day : addDays(day, 1);
  return laterDay(reportDay, fill.reportDay);
}

function laterDay(one: string, other: string): string {
  if (one > other) return one;
  return other;
}

function bookedOn(reportDay: string | undefined): number | undefined {
  return reportDay === undefined ? undefined : easternMs(reportDay, "18:00:00");
}
