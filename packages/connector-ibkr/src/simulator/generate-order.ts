import { addDays } from "./calendar-day.ts";
import { easternMs } from "./eastern-time.ts";
import { fixedText, multiplyDecimals, plainDecimal, productOf } from "./exact-decimal.ts";
import type { SimulatedFillFacts } from "./make-fill.ts";
import type { SeededRandom } from "./seeded-random.ts";
import type { SimulatedInstrument } from "./simulated-instrument.ts";
import { simulatedInstruments } from "./simulated-instruments.ts";

/** A fill that has no row number yet. */
export interface FillDraft {
  readonly facts: SimulatedFillFacts;
  readonly atMs: number;
}

/** Which order to make. */
export interface GenerateOrderOptions {
  readonly number: number;
  readonly day: string;
  readonly fillsMax: number;
  /** Two fills alike. */
  readonly twin: boolean;
  /** A combo and the fills of its legs. */
  readonly combo: boolean;
}

interface Market {
  readonly instrument: SimulatedInstrument;
  readonly priceTicks: number;
  readonly priceDecimals: number;
  readonly quantityUnits: number;
  readonly quantityDecimals: number;
  /** Null when commission is in the instrument's currency. */
  readonly commissionCurrency: string | null;
  readonly taxRate: string;
  readonly venues: readonly string[];
}

const { qqq, spy, farfetch, londonStock, spyCall, spyPut, future, euroDollar, bond, warrant, crypto, fund, strangle } =
  simulatedInstruments;

const usual = { priceDecimals: 2, quantityDecimals: 0, commissionCurrency: null, taxRate: "0" } as const;

const markets: readonly Market[] = [
  { ...usual, instrument: qqq, priceTicks: 59000, quantityUnits: 300, venues: ["NASDAQ", "IEX", "ARCA"] },
  { ...usual, instrument: spy, priceTicks: 65200, quantityUnits: 200, venues: ["ARCA", "BATS", "NYSE"] },
  // A fraction of a share.
  { ...usual, instrument: spy, priceTicks: 65200, quantityUnits: 30000, quantityDecimals: 4, venues: ["IBKRATS"] },
  {
    ...usual,
    instrument: farfetch,
    priceTicks: 5432,
    priceDecimals: 3,
    quantityUnits: 900,
    venues: ["GETTEX2", "IBIS"],
  },
  { ...usual, instrument: londonStock, priceTicks: 1234, quantityUnits: 5000, taxRate: "0.005", venues: ["LSE"] },
  { ...usual, instrument: spyCall, priceTicks: 812, quantityUnits: 9, venues: ["CBOE", "PEARL", "EDGX"] },
  { ...usual, instrument: spyPut, priceTicks: 655, quantityUnits: 9, venues: ["CBOE", "NASDAQOM"] },
  { ...usual, instrument: future, priceTicks: 652525, quantityUnits: 4, venues: ["CME"] },
  {
    ...usual,
    instrument: euroDollar,
    priceTicks: 108550,
    priceDecimals: 5,
    quantityUnits: 90000,
    commissionCurrency: "EUR",
    venues: ["IDEALPRO"],
  },
  { ...usual, instrument: bond, priceTicks: 98765, priceDecimals: 3, quantityUnits: 50000, venues: ["BONDDESK"] },
  { ...usual, instrument: warrant, priceTicks: 45, quantityUnits: 2000, venues: ["FWB", "SWB"] },
  {
    ...usual,
    instrument: crypto,
    priceTicks: 6100025,
    quantityUnits: 1_000_000,
    quantityDecimals: 8,
    venues: ["PAXOS"],
  },
  {
    ...usual,
    instrument: fund,
    priceTicks: 43698055,
    priceDecimals: 5,
    quantityUnits: 50000,
    quantityDecimals: 3,
    venues: ["ALLFUNDS"],
  },
];

/** One to four fills of an order, in the order of time. */
export function generateOrder(random: SeededRandom, options: GenerateOrderOptions): readonly FillDraft[] {
  const side = random.pick(["buy", "sell"] as const);
  const market = random.pick(markets);
  const startMs = startOf(random, options, market);
  const order = orderFacts(random, options, startMs);
  if (options.combo) return comboDrafts(random, { side, order, startMs });
  const fills = options.twin ? 2 : Math.min(options.fillsMax, 1 + random.below(4));
  const first = { side, order, ...draftOf(random, market, { side, place: 0, partial: fills > 1 }) };
  const drafts = [{ atMs: startMs, facts: { ...first, atMs: startMs } }];
  for (let place = 1; place < fills; place += 1) {
    const facts = options.twin ? {} : draftOf(random, market, { side, place, partial: true });
    const atMs = options.twin ? startMs : startMs + place * 1000 * random.below(20);
    drafts.push({ atMs, facts: { ...first, ...facts, atMs } });
  }
  return drafts;
}

// From 9:30 to 15:30; a quarter of the orders in forex, futures and crypto is from 18:01 of the evening before.
function startOf(random: SeededRandom, { day, combo }: GenerateOrderOptions, { instrument }: Market): number {
  const evening = !combo && ["forex", "future", "crypto"].includes(instrument.kind) && random.oneIn(4);
  if (evening) return easternMs(addDays(day, -1), "18:01:00") + random.below(3600) * 1000;
  return easternMs(day, "09:30:00") + random.below(6 * 3600) * 1000;
}

function orderFacts(random: SeededRandom, { number, day }: GenerateOrderOptions, placedAtMs: number) {
  const byApi = random.oneIn(3);
  const dayHex = Math.floor(placedAtMs / 1000).toString(16);
  return {
    permanentId: String(100_000_000 + number),
    clientOrderId: byApi ? String(number) : "0",
    clientId: byApi ? "7" : "0",
    reference: byApi ? `rebalance ${day} & ${number}` : null,
    brokerageOrderId: `0226befd.00019ddb.${dayHex}.${String(number % 10000).padStart(4, "0")}`,
    type: random.pick(["LMT", "LMT", "MKT", "MIDPX"]),
    placedAtMs,
    byApi,
  };
}

function draftOf(
  random: SeededRandom,
  market: Market,
  { side, place, partial }: { readonly side: "buy" | "sell"; readonly place: number; readonly partial: boolean },
) {
  const { instrument, priceTicks, quantityUnits } = market;
  const spread = Math.max(1, Math.floor(priceTicks / 50));
  const price = plainDecimal(fixedText(BigInt(priceTicks - spread + random.below(2 * spread)), market.priceDecimals));
  const quantity = plainDecimal(fixedText(BigInt(1 + random.below(quantityUnits)), market.quantityDecimals));
  const taxes = side === "buy" ? multiplyDecimals(productOf(quantity, price), market.taxRate, 2) : "0";
  const rebate = random.oneIn(15);
  return {
    ...(instrument.kind === "fund" ? { execId: null, transactionId: null } : {}),
    instrument,
    quantity,
    price,
    taxes: plainDecimal(taxes),
    // The minimum fee is on the first fill; the others cost next to nothing, or bring a rebate.
    commission: place === 0 ? "1.000309" : rebate ? "-0.0021" : plainDecimal(fixedText(BigInt(random.below(900)), 4)),
    commissionCurrency: market.commissionCurrency ?? instrument.currency,
    exchange: random.pick(market.venues),
    notes: quantity.includes(".") && instrument.kind === "stock" ? ["FP"] : partial ? ["P"] : [],
    rateToBase: instrument.currency === "USD" ? "1" : "1.0855",
    effect: instrument.kind === "forex" ? null : side === "buy" ? ("open" as const) : ("close" as const),
  };
}

function comboDrafts(
  random: SeededRandom,
  { side, order, startMs }: Pick<SimulatedFillFacts, "side" | "order"> & { readonly startMs: number },
): readonly FillDraft[] {
  const quantity = String(1 + random.below(5));
  const price = plainDecimal(fixedText(BigInt(1300 + random.below(300)), 2));
  const shared = { side, quantity, order: order ?? null, atMs: startMs };
  const comboExecId = `0000c0de.${Math.floor(startMs / 1000).toString(16)}.${(order?.permanentId ?? "0").slice(-8)}.01`;
  const whole = { ...shared, instrument: strangle, price, commission: "0", execId: comboExecId };
  const legs = [spyCall, spyPut].map((instrument) => {
    const premium = plainDecimal(fixedText(BigInt(600 + random.below(200)), 2));
    return { ...shared, instrument, price: premium, commission: "0.65", comboExecId, exchange: "CBOE" };
  });
  return [whole, ...legs].map((facts) => ({ facts, atMs: startMs }));
}
