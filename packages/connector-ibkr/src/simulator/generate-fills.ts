import { addBusinessDays, businessDayFrom } from "./calendar-day.ts";
import { easternMs } from "./eastern-time.ts";
import { cancelOf } from "./fill-book.ts";
import { type FillDraft, generateOrder } from "./generate-order.ts";
import { makeFill } from "./make-fill.ts";
import { reviseFill } from "./revise-fill.ts";
import { seededRandom } from "./seeded-random.ts";
import type { SimulatedEntry, SimulatedFill } from "./simulated-fill.ts";

/** How many fills, and how often something happens to one. Zero means never. */
export interface GenerateFillsOptions {
  /** Exactly so many fills from a market; cancels, revisions, bookings and combos as a whole come on top. */
  readonly count: number;
  /** A whole number; the same options always give the same rows. */
  readonly seed: number;
  /** Business days to spread the fills over. @defaultValue 20 */
  readonly days?: number;
  /** The first business day. @defaultValue "2026-01-05" */
  readonly fromDay?: string;
  /** @defaultValue "U1234567" */
  readonly accountId?: string;
  /** The first row number. @defaultValue 4600000001 */
  readonly firstRow?: number;
  /** One fill in so many is taken back for good. @defaultValue 97 */
  readonly cancelEvery?: number;
  /** One fill in so many is taken back and booked again. @defaultValue 53 */
  readonly rebookEvery?: number;
  /** One fill in so many is corrected without a cancel. @defaultValue 71 */
  readonly correctEvery?: number;
  /** One order in so many has two fills that only their ids tell apart. @defaultValue 11 */
  readonly twinEvery?: number;
  /** One order in so many is a combo. @defaultValue 17 */
  readonly comboEvery?: number;
  /** One option fill in so many is followed by an expiry, assignment or exercise. @defaultValue 5 */
  readonly bookingEvery?: number;
}

type Later = (row: number) => SimulatedEntry;

interface Due {
  readonly atMs: number;
  readonly entry: Later;
}

/**
 * Made-up rows in the order of booking, one business day after the other, in memory of one day and the events that are
 * still to come. Events are booked one to three business days after their fill, so also after the last day.
 */
export function* generateFills(options: GenerateFillsOptions): Generator<SimulatedEntry, void, undefined> {
  const { count, days = 20, fromDay = "2026-01-05", firstRow = 4_600_000_001 } = options;
  const orders = ordersOf(options);
  const events = eventsOf(options);
  const later = new Map<string, Due[]>();
  let row = firstRow;
  let made = 0;
  let day = businessDayFrom(fromDay);
  for (let index = 0; index < days || later.size > 0; index += 1) {
    const dayEnd = index < days ? Math.floor((count * (index + 1)) / days) : count;
    const due = [...(later.get(day) ?? [])];
    later.delete(day);
    while (made < dayEnd) {
      const drafts = orders({ day, left: dayEnd - made });
      made += drafts.filter(({ facts }) => facts.instrument.kind !== "combo").length;
      due.push(...drafts.map((draft) => ({ atMs: draft.atMs, entry: (number: number) => draftFill(draft, number) })));
    }
    for (const { entry } of due.sort((one, other) => one.atMs - other.atMs)) {
      const booked = entry(row);
      row += 1;
      yield booked;
      if (booked.kind === "fill" && booked.revision === "first" && booked.cause === "exchange")
        events(booked, day, later);
    }
    day = addBusinessDays(day, 1);
  }

  function draftFill({ facts, atMs }: FillDraft, number: number): SimulatedFill {
    return makeFill(facts, { row: number, nowMs: atMs, accountId: options.accountId ?? "U1234567" });
  }
}

/** Makes one order after the other. */
function ordersOf({ seed, twinEvery = 11, comboEvery = 17 }: GenerateFillsOptions) {
  const random = seededRandom(seed);
  let index = 0;
  return ({ day, left }: { readonly day: string; readonly left: number }): readonly FillDraft[] => {
    index += 1;
    const twin = isTurn(index, twinEvery) && left > 1;
    const combo = isTurn(index, comboEvery) && left > 1 && !twin;
    return generateOrder(random, { number: index, day, fillsMax: left, twin, combo });
  };
}

/** Plans what happens to a fill later, counting fills so that the frequencies are exact. */
function eventsOf({ cancelEvery = 97, rebookEvery = 53, correctEvery = 71, bookingEvery = 5 }: GenerateFillsOptions) {
  let fills = 0;
  let options = 0;
  return (fill: SimulatedFill, day: string, later: Map<string, Due[]>): void => {
    if (fill.instrument.kind === "combo") return;
    fills += 1;
    // Funds have no ids that a cancel could name.
    if (fill.execId === null) return;
    const reportDay = addBusinessDays(day, 1 + (fills % 3));
    const bookedAtMs = easternMs(reportDay, "18:00:00") + (fills % 3600) * 1000;
    const booking = { reportDay, bookedAtMs };
    const events = eventList(fill, booking, {
      cancel: isTurn(fills, cancelEvery),
      rebook: isTurn(fills, rebookEvery),
      correct: isTurn(fills, correctEvery),
    });
    if (fill.instrument.kind === "option") options += 1;
    if (fill.instrument.kind === "option" && isTurn(options, bookingEvery)) {
      events.push((row) => bookingOf(fill, { ...booking, row, turn: Math.floor(options / bookingEvery) }));
    }
    const list = later.get(reportDay) ?? [];
    list.push(...events.map((entry, place) => ({ atMs: bookedAtMs + place * 1000, entry })));
    if (list.length > 0) later.set(reportDay, list);
  };
}

interface Turns {
  readonly cancel: boolean;
  readonly rebook: boolean;
  readonly correct: boolean;
}

function eventList(fill: SimulatedFill, booking: { reportDay: string; bookedAtMs: number }, turns: Turns): Later[] {
  const cancel: Later = (row) => cancelOf(fill, { ...booking, row, nowMs: booking.bookedAtMs });
  const revise =
    (revision: "rebook" | "correction", changes: Partial<SimulatedFill>): Later =>
    (row) =>
      reviseFill(fill, { ...booking, revision, transactionId: String(row), changes });
  if (turns.cancel) return [cancel];
  // Every other rebook changes nothing, which is what made importers count fills twice.
  const same = Number(fill.transactionId) % 2 === 0;
  if (turns.rebook) return [cancel, revise("rebook", same ? {} : { price: `${fill.price}${lastDigit(fill.price)}` })];
  return turns.correct ? [revise("correction", { price: `${fill.price}${lastDigit(fill.price)}` })] : [];
}

/** One more digit of a price that has a fraction, or a fraction for one that has none. */
function lastDigit(price: string): string {
  return price.includes(".") ? "5" : ".5";
}

/** What becomes of an option at its end: the opposite side, at price 0, without an order. */
function bookingOf(
  fill: SimulatedFill,
  { row, turn, ...booking }: { row: number; turn: number; reportDay: string; bookedAtMs: number },
): SimulatedFill {
  const cause = (["expiry", "assignment", "exercise"] as const)[turn % 3] ?? "expiry";
  const side = fill.side === "buy" ? "sell" : "buy";
  const { instrument, quantity, accountId } = fill;
  const ids = { execId: null, externalId: null, order: null, exchange: null };
  const facts = {
    instrument,
    side,
    quantity,
    price: "0",
    commission: "0",
    effect: "close",
    ...ids,
    ...booking,
  } as const;
  const tradeDay = booking.reportDay;
  return makeFill({ ...facts, cause, tradeDay }, { row, nowMs: easternMs(tradeDay, "16:20:00"), accountId });
}

function isTurn(index: number, every: number): boolean {
  return every > 0 && index % every === 0;
}
