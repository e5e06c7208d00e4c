import type { SimulatedInstrument } from "./simulated-instrument.ts";

/** A row of an account's record. Rows are only ever added: a cancel names the row it takes back. */
export type SimulatedEntry = SimulatedFill | SimulatedCancel;

/** What brought a fill about: an order on a market, or the broker's own booking. */
export type SimulatedCause = "exchange" | "assignment" | "exercise" | "expiry";

/** A fill, or a later revision of one. Days are "2026-04-02" in New York, amounts are decimal text. */
export interface SimulatedFill {
  readonly kind: "fill";
  readonly cause: SimulatedCause;
  /** "first" came from the market; a rebook follows a cancel; a correction replaces the revision before it. */
  readonly revision: "first" | "rebook" | "correction";
  readonly accountId: string;
  /** "0000e0d5.6576fd38.01.01": the last group is the revision. Null for bookings, and for funds. */
  readonly execId: string | null;
  /** Shared by a fill and its rebooks. */
  readonly tradeId: string | null;
  /** The row's own number, growing in the order of booking. Null for funds. */
  readonly transactionId: string | null;
  /** The venue's id. */
  readonly externalId: string | null;
  readonly order: SimulatedOrder | null;
  readonly instrument: SimulatedInstrument;
  /** Milliseconds since 1970 UTC, whole seconds. */
  readonly atMs: number;
  /** When the broker booked the row; later than `atMs` for rebooks and corrections. */
  readonly bookedAtMs: number;
  /** The trading day: the next one for what is traded in the evening. */
  readonly tradeDay: string;
  /** The day whose statement shows the row. */
  readonly reportDay: string;
  readonly settleDay: string | null;
  readonly side: "buy" | "sell";
  /** Above zero. */
  readonly quantity: string;
  readonly price: string;
  /** Quantity x price x multiplier, as the broker rounded it; same sign as the price. */
  readonly money: string;
  /** What was paid for; below zero is a rebate. */
  readonly commission: string;
  readonly commissionCurrency: string;
  /** In the instrument's currency; above zero was paid. */
  readonly taxes: string;
  readonly exchange: string | null;
  /** The broker's codes, such as "P" for a partial fill; cause and revision add their own when shown. */
  readonly notes: readonly string[];
  readonly effect: "open" | "close" | "flip" | null;
  /** The day's last price, for the broker's mark to market. Null when it is the fill's. */
  readonly closePrice: string | null;
  /** Units of the base currency for one unit of the instrument's. */
  readonly rateToBase: string;
  /** Of a leg: the execution of the combo as a whole. */
  readonly comboExecId: string | null;
}

/** The order behind a fill. Its ids have nothing to do with each other. */
export interface SimulatedOrder {
  /** The broker's lasting number of the order. */
  readonly permanentId: string;
  /** The number the client's session gave it; "0" for orders typed in by hand. */
  readonly clientOrderId: string;
  readonly clientId: string;
  /** Free text of whoever placed it. */
  readonly reference: string | null;
  readonly brokerageOrderId: string | null;
  readonly type: string;
  readonly placedAtMs: number | null;
  readonly byApi: boolean;
}

/** Takes one revision of a fill back (a bust). The commission stays on the fill. */
export interface SimulatedCancel {
  readonly kind: "cancel";
  readonly accountId: string;
  readonly transactionId: string;
  readonly canceled: SimulatedFill;
  readonly bookedAtMs: number;
  readonly reportDay: string;
  /** Whether the row names the transaction it takes back; older statements have no such field. */
  readonly namesTransaction: boolean;
  /** Whether the row names the trade it takes back. */
  readonly namesTrade: boolean;
  readonly rateToBase: string;
}
