import { addBusinessDays, businessDayFrom } from "./calendar-day.ts";
import { easternTime } from "./eastern-time.ts";
import { multiplyDecimals, plainDecimal, productOf } from "./exact-decimal.ts";
import type { SimulatedFill, SimulatedOrder } from "./simulated-fill.ts";
import type { SimulatedInstrument } from "./simulated-instrument.ts";

/** What must be said of a fill; the rest is made up to fit, unless it is said too. */
export type SimulatedFillFacts = Pick<SimulatedFill, "instrument" | "side" | "quantity" | "price"> &
  Partial<Omit<SimulatedFill, "order">> & { readonly order?: Partial<SimulatedOrder> | null };

/** Where a fill gets its ids and times from when its facts do not say them. */
export interface FillSetting {
  /** The row number: the transaction id, and the source of the other ids. */
  readonly row: number;
  readonly nowMs: number;
  readonly accountId: string;
}

/** A whole fill. Days follow from the time, money from quantity and price, commission is 1 in the fill's currency. */
export function makeFill(facts: SimulatedFillFacts, { row, nowMs, accountId }: FillSetting): SimulatedFill {
  const { instrument, quantity, price } = facts;
  const atMs = facts.atMs ?? Math.floor(nowMs / 1000) * 1000;
  const tradeDay = facts.tradeDay ?? tradeDayOf(instrument, atMs);
  const own = {
    kind: "fill",
    cause: "exchange",
    revision: "first",
    accountId,
    execId: execIdOf(row),
    tradeId: String(1_000_000_000 + (row % 1_000_000_000)),
    transactionId: String(row),
    externalId: String(row % 100_000_000),
    atMs,
    bookedAtMs: atMs,
    tradeDay,
    reportDay: tradeDay,
    settleDay: settleDayOf(instrument, tradeDay),
    money: moneyOf(instrument, { quantity, price }),
    commission: "1",
    commissionCurrency: instrument.currency,
    taxes: "0",
    exchange: instrument.listingExchange ?? "IDEALFX",
    notes: [],
    effect: instrument.kind === "forex" ? null : "open",
    closePrice: null,
    rateToBase: "1",
    comboExecId: null,
  } as const;
  return { ...own, ...facts, order: facts.order === null ? null : orderOf(facts.order ?? {}, { row, atMs }) };
}

/** Quantity x price x multiplier; bonds are priced in percent. Exact, but for bonds: two decimals. */
export function moneyOf(
  instrument: SimulatedInstrument,
  { quantity, price }: Pick<SimulatedFill, "quantity" | "price">,
): string {
  const money = productOf(quantity, price, instrument.multiplier);
  return instrument.kind === "bond" ? plainDecimal(multiplyDecimals(money, "0.01", 2)) : money;
}

/** IBKR's exec id of a first revision: two groups of hex that encode no time. */
function execIdOf(row: number): string {
  return `0000e0d5.${(row % 2 ** 32).toString(16).padStart(8, "0")}.01.01`;
}

function orderOf(facts: Partial<SimulatedOrder>, { row, atMs }: { row: number; atMs: number }): SimulatedOrder {
  return {
    permanentId: String(500_000_000 + (row % 400_000_000)),
    clientOrderId: String(row % 100_000),
    clientId: "0",
    reference: null,
    brokerageOrderId: `0226befd.00019ddb.${(row % 2 ** 32).toString(16).padStart(8, "0")}.0001`,
    type: "LMT",
    placedAtMs: atMs - 1000,
    byApi: false,
    ...facts,
  };
}

// From 17:00 in New York the trading day of forex and futures is the next one.
function tradeDayOf({ kind }: SimulatedInstrument, atMs: number): string {
  const { day, time } = easternTime(atMs);
  const evening = (kind === "forex" || kind === "future" || kind === "future-option") && time > "17:00:00";
  if (kind === "crypto") return day;
  return evening ? addBusinessDays(day, 1) : businessDayFrom(day);
}

function settleDayOf({ kind }: SimulatedInstrument, tradeDay: string): string | null {
  if (kind === "future" || kind === "future-option") return null;
  return addBusinessDays(tradeDay, kind === "forex" ? 2 : 1);
}
