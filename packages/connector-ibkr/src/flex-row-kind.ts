import { type FlexNames, type FlexRow, flexNotes, flexText } from "./flex-row.ts";

/** What a row of a statement is. `ignored` is only for what is surely no fill. */
export type FlexRowKind =
  | { readonly kind: "execution" | "cancel"; readonly reason?: never }
  | { readonly kind: "ignored" | "rejected"; readonly reason: string };

/**
 * Tells fills and cancels from all else by `transactionType`, `buySell` and the notes.
 *
 * A query without `transactionType` leaves the notes and the exchange: bookings have none, so a row without both is not
 * taken for a fill.
 */
export function flexRowKind(row: FlexRow, names: FlexNames): FlexRowKind {
  const level = flexText(row, "levelOfDetail");
  if (level !== null && level !== "EXECUTION") return otherLevel(level);
  const type = flexText(row, "transactionType");
  const notes = flexNotes(row, names);
  switch (type) {
    case "TradeCancel":
      return cancel;
    case "ExchTrade":
      if (isCanceled(row, notes)) return cancel;
      return notes.some(isBooking) ? contradiction : execution;
    case "BookTrade":
      return notes.some(isBooking) ? booked : unknownBooking;
    case null:
      return untyped(row, notes);
    default:
      return unknownType(type);
  }
}

const execution = { kind: "execution" } as const;
const cancel = { kind: "cancel" } as const;
const booked = { kind: "ignored", reason: "an expiry, assignment or exercise is booked, not traded" } as const;
const contradiction = {
  kind: "rejected",
  reason: "transactionType is ExchTrade, but the notes say expiry, assignment or exercise",
} as const;
const unknownBooking = {
  kind: "rejected",
  reason: "transactionType is BookTrade, and no note says expiry, assignment or exercise",
} as const;

/** Assigned, exercised (by the holder, automatically, or for a dividend), expired. */
const bookings: ReadonlySet<string> = new Set(["A", "AEx", "Ex", "MEx", "Ep"]);

function isBooking(note: string): boolean {
  return bookings.has(note);
}

function isCanceled(row: FlexRow, notes: readonly string[]): boolean {
  return notes.includes("Ca") || flexText(row, "buySell")?.endsWith("(Ca.)") === true;
}

function untyped(row: FlexRow, notes: readonly string[]): FlexRowKind {
  if (isCanceled(row, notes)) return cancel;
  if (notes.some(isBooking)) return booked;
  if (row.exchange === "--")
    return { kind: "rejected", reason: "transactionType is missing, and there is no exchange" };
  return execution;
}

/** Sums and parts of what the execution rows say. */
const levels: ReadonlySet<string> = new Set([
  "ORDER",
  "SYMBOL_SUMMARY",
  "ASSET_SUMMARY",
  "SUMMARY",
  "CLOSED_LOT",
  "LOT",
  "WASH_SALE",
]);

function otherLevel(level: string): FlexRowKind {
  if (levels.has(level)) return { kind: "ignored", reason: `a row of level ${level} repeats executions` };
  return { kind: "rejected", reason: "levelOfDetail is not one that is known" };
}

/** Named in IBKR's lists, but no row of them was ever seen, or only as the booking of a corporate action. */
const unseenTypes: ReadonlySet<string> = new Set(["TradeCorrect", "FracShare", "FracShareCancel", "DvpTrade"]);

function unknownType(type: string): FlexRowKind {
  const known = unseenTypes.has(type)
    ? `${type}, whose rows are not known well enough to count`
    : "not one that is known";
  return { kind: "rejected", reason: `transactionType is ${known}` };
}
