import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Decimal, decimal, divideDecimal } from "../src/decimal.ts";
import type { Instrument } from "../src/execution.ts";
import { instant } from "../src/instant.ts";
import type { Link } from "../src/plan/plan-types.ts";
import { campaignTotals } from "../src/statistics/campaign-totals.ts";
import { positions } from "../src/statistics/positions.ts";
import { realizedByDay } from "../src/statistics/realized-by-day.ts";
import type { StatFill } from "../src/statistics/stat-fill.ts";

// Goal: no rounding, no order of input and no grouping changes a figure. Method: random fills, few instruments and few
// instants, so that they meet, against a naive model that goes fill by fill in fractions of whole numbers.

const amount = fc.oneof(
  fc.integer({ min: 1, max: 9 }).map(String),
  fc.stringMatching(/^[1-9]\d{0,3}\.\d{0,5}[1-9]$/),
  fc.constantFrom("0.000000000000000001", "3.333333333333333333", "900000000000000000000001"),
);
const row = fc.record({
  symbol: fc.constantFrom("A", "B"),
  account: fc.constantFrom("1", null),
  currency: fc.constantFrom("USD", "EUR", null),
  multiplier: fc.constantFrom(null, "1", "50", "0.1"),
  side: fc.constantFrom("buy" as const, "sell" as const),
  quantity: fc.oneof({ weight: 9, arbitrary: amount }, { weight: 1, arbitrary: fc.constant("0") }),
  price: fc.tuple(fc.constantFrom("", "", "-"), fc.oneof(amount, fc.constant("0"))).map((parts) => parts.join("")),
  hour: fc.integer({ min: 0, max: 98 }),
  link: fc.constantFrom<Link>(
    null,
    { campaignId: "c" },
    { campaignId: "d" },
    { tradePlanId: "p" },
    { tradePlanId: "free" },
  ),
  fees: fc.option(
    fc.array(fc.record({ amount: amount.map(decimal), currency: fc.constantFrom("USD", "X") }), { maxLength: 2 }),
  ),
});
type Row = typeof row extends fc.Arbitrary<infer Value> ? Value : never;

function statFill(one: Row, id: number): StatFill {
  const { symbol, account, side, link, fees, currency } = one;
  const names = { symbol, rawSymbol: symbol, kind: "other", base: null, exchange: null, conid: null } as const;
  const instrument: Instrument = {
    ...names,
    currency,
    multiplier: one.multiplier === null ? null : decimal(one.multiplier),
  };
  const time = `2026-01-0${1 + Math.floor(one.hour / 24)}T${String(one.hour % 24).padStart(2, "0")}:00:00Z`;
  return {
    ...{ id: `${id}`, tradeId: `${id % 3}`, instrumentKey: symbol, account, instrument, side, link, fees, source: "s" },
    ...{ quantity: decimal(one.quantity), price: decimal(one.price), executedAt: instant(time) },
  };
}
const toFills = (rows: readonly Row[]) => rows.map(statFill);
const mixed = fc.array(row, { maxLength: 30 }).map(toFills);
/** All of one position. */
const only = { symbol: "A", account: null, currency: "USD", multiplier: "50" } as const;
const plain = { ...only, link: null, fees: [] };
const single = fc.array(row, { minLength: 1, maxLength: 30 }).map((rows) => {
  return toFills(rows.map((one) => ({ ...one, ...only })));
});
const campaignOf = (tradePlanId: string) => (tradePlanId === "p" ? "c" : null);

describe("statistics: against the model", () => {
  test("a position is the model's: quantity, average, lots, and what both methods realized", () => {
    fc.assert(
      fc.property(single, (fills) => {
        const [found] = positions(fills);
        const expected = model(fills);
        expect(found).toMatchObject({
          quantity: written(expected.quantity),
          averageCost: expected.quantity.top === 0n ? null : rounded(expected.average),
          realizedAverage: written(times(expected.realizedAverage, whole(50))),
          realizedFifo: written(times(expected.realizedFifo, whole(50))),
          executionCount: fills.filter(({ quantity }) => quantity !== "0").length,
        });
        expect(found?.lots.map((lot) => [lot.quantity, lot.price])).toEqual(
          expected.lots.map((lot) => [written(lot.quantity), written(lot.price)]),
        );
      }),
      { numRuns: 1000 },
    );
  });

  test("FIFO: realized is the cash received and what the open lots cost", () => {
    fc.assert(
      fc.property(single, (fills) => {
        const [found] = positions(fills);
        const cash = fills.map((fill) => times(signed(fill), fraction(fill.price)));
        const held = (found?.lots ?? []).map((lot) => times(fraction(lot.quantity), fraction(lot.price)));
        const realized = plus(total(held), negative(total(cash)));
        expect(found?.realizedFifo).toBe(written(times(realized, whole(50))));
      }),
    );
  });

  test("when flat, both methods realized exactly the same", () => {
    fc.assert(
      fc.property(single, (fills) => {
        const open = model(fills).quantity;
        const side = open.top < 0n ? ("buy" as const) : ("sell" as const);
        const last = statFill({ ...plain, side, quantity: "0", price: "7.25", hour: 99 }, fills.length);
        // A sum of quantities may be longer than what a broker may send.
        const quantity = written(open).replace("-", "") as Decimal;
        const [found] = positions([...fills, { ...last, quantity }]);
        expect(found).toMatchObject({ quantity: "0", averageCost: null, lots: [] });
        expect(found?.realizedAverage).toBe(found?.realizedFifo);
      }),
    );
  });

  test("a position that is never flat for hundreds of fills has the model's last digit", () => {
    // Each opening after a closing makes the average's bottom about six digits longer.
    const fills = Array.from({ length: 400 }, (_, index) => {
      const quantity = index === 0 ? "1000" : `${1 + ((index * 5) % 13)}.${1001 + ((index * 7919) % 8998)}`;
      const side = index % 2 === 0 ? ("buy" as const) : ("sell" as const);
      return statFill(
        { ...plain, multiplier: null, side, quantity, price: `${1 + ((index * 7) % 101)}`, hour: 0 },
        1_000_000 + index,
      );
    });
    const [found] = positions(fills);
    const expected = model(fills);
    expect(found?.averageCost).toBe(rounded(expected.average));
    expect(found?.realizedAverage).toBe(rounded(expected.realizedAverage));
    expect(`${expected.average.bottom}`.length).toBeGreaterThan(1000);
  });
});

describe("statistics: order and parts", () => {
  test("any order of input has the same answers", () => {
    const shuffled = mixed.chain((fills) =>
      fc.tuple(fc.constant(fills), fc.shuffledSubarray(fills, { minLength: fills.length })),
    );
    fc.assert(
      fc.property(shuffled, ([fills, other]) => {
        expect(positions(other)).toEqual(positions(fills));
        expect(realizedByDay(other)).toEqual(realizedByDay(fills));
        expect(campaignTotals(other, { campaignOf })).toEqual(campaignTotals(fills, { campaignOf }));
      }),
    );
  });

  test("disjoint instruments do not touch each other", () => {
    fc.assert(
      fc.property(mixed, (fills) => {
        const parts = ["A", "B"].map((key) => positions(fills.filter((fill) => fill.instrumentKey === key)));
        expect(positions(fills)).toEqual(parts.flat());
      }),
    );
  });

  test("the days' realized and fees are those of the positions, in any zone", () => {
    fc.assert(
      fc.property(mixed, fc.constantFrom("UTC", "Asia/Tokyo", "America/New_York"), (fills, timeZone) => {
        const days = realizedByDay(fills, { timeZone });
        const whole = positions(fills);
        const ofPositions = sums(whole.map((one) => ({ currency: one.currency, amount: one.realizedFifo })));
        expect(sums(days.flatMap((day) => day.realized))).toEqual(ofPositions);
        expect(sums(days.at(-1)?.cumulativeRealized ?? [])).toEqual(ofPositions);
        expect(sums(days.at(-1)?.cumulativeFees ?? [])).toEqual(sums(fills.flatMap(({ fees }) => fees ?? [])));
        expect(sums(days.flatMap((day) => day.fees))).toEqual(sums(whole.flatMap((one) => one.fees)));
        expect(days.map(({ day }) => day)).toEqual([...new Set(days.map(({ day }) => day))].sort());
      }),
    );
  });

  test("campaigns share out all fills, and each is as if it were alone", () => {
    fc.assert(
      fc.property(mixed, (fills) => {
        const totals = campaignTotals(fills, { campaignOf });
        const currencies = totals.flatMap((one) => one.currencies);
        for (const side of ["buy", "sell"] as const) {
          const ofSide = fills.filter((fill) => fill.side === side);
          const shared = currencies.map((one) => (side === "buy" ? one.boughtQuantity : one.soldQuantity));
          expect(written(total(shared.map(fraction)))).toBe(
            written(total(ofSide.map((fill) => fraction(fill.quantity)))),
          );
        }
        expect(totals.reduce((count, one) => count + one.executionCount + one.canceledCount, 0)).toBe(fills.length);
        expect(sums(totals.flatMap((one) => one.fees))).toEqual(sums(fills.flatMap(({ fees }) => fees ?? [])));
        for (const { campaignId, currencies: own } of totals) {
          const alone = positions(fills.filter((fill) => campaignOfFill(fill) === campaignId));
          const realized = alone.map((one) => ({ currency: one.currency, amount: one.realizedFifo }));
          expect(sums(own.map((one) => ({ ...one, amount: one.realized })))).toEqual(sums(realized));
        }
      }),
    );
  });
});

function campaignOfFill({ link }: StatFill): string | null {
  const { tradePlanId, campaignId } = { tradePlanId: null, campaignId: null, ...link };
  return tradePlanId === null ? campaignId : campaignOf(tradePlanId);
}

/** Amounts other than zero by currency, as text. */
function sums(amounts: readonly { readonly currency: string | null; readonly amount: Decimal }[]) {
  const currencies = [...new Set(amounts.map(({ currency }) => `${currency}`))].sort();
  const parts = currencies.map((currency) => {
    const own = amounts.filter((one) => `${one.currency}` === currency);
    return [currency, written(total(own.map((one) => fraction(one.amount))))] as const;
  });
  return parts.filter(([, sum]) => sum !== "0");
}

interface Fraction {
  readonly top: bigint;
  readonly bottom: bigint;
}

/** A position as a person keeps it: the average anew at each opening, a profit booked at each closing. */
function model(fills: readonly StatFill[]) {
  let [quantity, average, realizedAverage, realizedFifo] = [whole(0), whole(0), whole(0), whole(0)];
  const lots: { quantity: Fraction; price: Fraction }[] = [];
  const ordered = [...fills].sort((left, right) =>
    `${left.executedAt} ${left.id}` < `${right.executedAt} ${right.id}` ? -1 : 1,
  );
  for (const fill of ordered) {
    let [left, price] = [signed(fill), fraction(fill.price)];
    while (left.top !== 0n) {
      const lot = lots[0];
      if (lot === undefined || lot.quantity.top > 0n === left.top > 0n) {
        const after = plus(quantity, left);
        average = over(plus(times(quantity, average), times(left, price)), after);
        lots.push({ quantity: left, price });
        quantity = after;
        break;
      }
      const all = plus(lot.quantity, left);
      const closed = all.top === 0n || all.top > 0n === left.top > 0n ? lot.quantity : negative(left);
      realizedFifo = plus(realizedFifo, times(closed, plus(price, negative(lot.price))));
      realizedAverage = plus(realizedAverage, times(closed, plus(price, negative(average))));
      lot.quantity = plus(lot.quantity, negative(closed));
      if (lot.quantity.top === 0n) lots.shift();
      [quantity, left] = [plus(quantity, negative(closed)), plus(left, closed)];
    }
  }
  return { quantity, average, realizedAverage, realizedFifo, lots };
}

function signed({ side, quantity }: StatFill): Fraction {
  return side === "buy" ? fraction(quantity) : negative(fraction(quantity));
}
function whole(value: number): Fraction {
  return { top: BigInt(value), bottom: 1n };
}
function fraction(text: Decimal): Fraction {
  const places = text.split(".")[1]?.length ?? 0;
  return lowest(BigInt(text.replace(".", "")), 10n ** BigInt(places));
}
function plus(left: Fraction, right: Fraction): Fraction {
  return lowest(left.top * right.bottom + right.top * left.bottom, left.bottom * right.bottom);
}
function total(values: readonly Fraction[]): Fraction {
  return values.reduce(plus, whole(0));
}
function negative({ top, bottom }: Fraction): Fraction {
  return { top: -top, bottom };
}
function times(left: Fraction, right: Fraction): Fraction {
  return lowest(left.top * right.top, left.bottom * right.bottom);
}
function over(left: Fraction, right: Fraction): Fraction {
  return lowest(left.top * right.bottom, left.bottom * right.top);
}
function lowest(top: bigint, bottom: bigint): Fraction {
  let [divisor, rest] = [top, bottom];
  while (rest !== 0n) [divisor, rest] = [rest, divisor % rest];
  if (divisor < 0n !== bottom < 0n) divisor = -divisor;
  return { top: top / divisor, bottom: bottom / divisor };
}
function rounded({ top, bottom }: Fraction): string {
  return divideDecimal(`${top}` as Decimal, `${bottom}` as Decimal);
}
/** All digits where they end within 54 places. */
function written({ top, bottom }: Fraction): string {
  const scaled = top * 10n ** 54n;
  if (scaled % bottom !== 0n) return rounded({ top, bottom });
  const digits = `${scaled / bottom}`.replace("-", "").padStart(55, "0");
  return `${top < 0n ? "-" : ""}${digits.slice(0, -54)}.${digits.slice(-54)}`.replace(/\.?0+$/, "");
}
