import { describe, expect, test } from "vitest";
import { decimal } from "../src/decimal.ts";
import type { Instrument } from "../src/execution.ts";
import { instant } from "../src/instant.ts";
import { boundFraction } from "../src/statistics/fraction.ts";
import { positions } from "../src/statistics/positions.ts";
import type { StatFill } from "../src/statistics/stat-fill.ts";

// Goal: the figures that a person would write into a book. Method: each expected number is worked out by hand in the
// comment above it; `realizedAverage` and `realizedFifo` are told together as [average, fifo].

const instruments = {
  ACME: { kind: "stock", currency: "USD" },
  FUT: { kind: "future", currency: "USD", multiplier: "50" },
  OIL: { kind: "future", currency: "USD", multiplier: "1000" },
  CALL: { kind: "option", currency: "USD", multiplier: "100" },
  "BTC/EUR": { kind: "crypto", currency: "EUR" },
  "EUR/USD": { kind: "forex", currency: "USD" },
} as const;

/** `"ACME buy 100 at 10"`; fills are a second apart in the order of their making, with the ids f001, f002 and so on. */
function fill(text: string, details: Partial<StatFill> & { currency?: string | null } = {}): StatFill {
  const [symbol = "", side, quantity = "", , price = ""] = text.split(" ");
  const { currency, ...rest } = details;
  const known = instruments[symbol as keyof typeof instruments] ?? instruments.ACME;
  const multiplier = "multiplier" in known ? decimal(known.multiplier) : null;
  const names = { symbol, rawSymbol: symbol, base: null, exchange: null, conid: null };
  const instrument: Instrument = { ...names, kind: known.kind, multiplier, currency: currency ?? known.currency };
  made += 1;
  return {
    id: `f${String(made).padStart(3, "0")}`,
    ...{ tradeId: "trade", instrumentKey: symbol, account: null, link: null, source: "broker" },
    instrument: currency === null ? { ...instrument, currency } : instrument,
    side: side === "buy" ? "buy" : "sell",
    ...{ quantity: decimal(quantity), price: decimal(price), fees: [] },
    executedAt: instant(
      `2026-01-05T15:${String(Math.floor(made / 60)).padStart(2, "0")}:${String(made % 60).padStart(2, "0")}Z`,
    ),
    ...rest,
  };
}
let made = 0;

function usd(amount: string) {
  return [{ amount: decimal(amount), currency: "USD" }];
}

/** The one position of these fills, short enough to compare. */
function only(...fills: StatFill[]) {
  const [position, ...others] = positions(fills);
  expect(others).toEqual([]);
  return {
    quantity: position?.quantity,
    average: position?.averageCost,
    lots: position?.lots.map((lot) => `${lot.quantity} at ${lot.price}`),
    realized: [position?.realizedAverage, position?.realizedFifo],
  };
}

describe("positions: golden book", () => {
  const acme = [
    fill("ACME buy 100 at 10", { fees: usd("1") }),
    fill("ACME buy 50 at 13", { fees: usd("1.005") }),
    fill("ACME sell 30 at 14", { fees: [{ amount: decimal("0.5"), currency: "CHF" }] }),
    fill("ACME sell 200 at 9", { fees: null }),
    fill("ACME buy 20 at 8", { fees: usd("-0.25") }),
  ];

  test("two buys: the average is weighted", () => {
    // 100 x 10 + 50 x 13 = 1650; 1650 / 150 = 11.
    expect(only(...acme.slice(0, 2))).toEqual({
      ...{ quantity: "150", average: "11", lots: ["100 at 10", "50 at 13"], realized: ["0", "0"] },
    });
  });

  test("a partial close keeps the average and shortens the oldest lot", () => {
    // Average: 30 x (14 - 11) = 90. FIFO: 30 x (14 - 10) = 120.
    expect(only(...acme.slice(0, 3))).toEqual({
      ...{ quantity: "120", average: "11", lots: ["70 at 10", "50 at 13"], realized: ["90", "120"] },
    });
  });

  test("a flip from long to short closes all and opens the rest at its own price, in one fill", () => {
    // Closes 120 of 200. Average: 90 + 120 x (9 - 11) = -150. FIFO: 120 + 70 x (9 - 10) + 50 x (9 - 13) = -150.
    expect(only(...acme.slice(0, 4))).toEqual({
      ...{ quantity: "-80", average: "9", lots: ["-80 at 9"], realized: ["-150", "-150"] },
    });
  });

  test("buying back a short earns when the price fell; fees stand beside, by currency", () => {
    // -150 + 20 x (9 - 8) = -130. USD fees 1 + 1.005 - 0.25 = 1.755.
    expect(positions(acme)).toMatchObject([
      {
        ...{ instrumentKey: "ACME", currency: "USD", multiplier: "1", quantity: "-60", averageCost: "9" },
        lots: [{ fillId: acme[3]?.id, quantity: "-60", price: "9", executedAt: acme[3]?.executedAt }],
        ...{ realizedAverage: "-130", realizedFifo: "-130", executionCount: 5, canceledCount: 0, unknownFeeCount: 1 },
        fees: [
          { currency: "CHF", amount: "0.5" },
          { currency: "USD", amount: "1.755" },
        ],
        ...{ firstExecutedAt: acme[0]?.executedAt, lastExecutedAt: acme[4]?.executedAt },
      },
    ]);
  });

  test("a canceled fill is left out, or given with quantity 0 when its fee stays", () => {
    const kept = acme.slice(0, 2);
    const canceled = fill("ACME sell 0 at 99", { fees: usd("2") });
    expect(only(...kept, canceled)).toEqual(only(...kept));
    expect(positions([...kept, canceled])[0]).toMatchObject({
      ...{ executionCount: 2, canceledCount: 1, fees: usd("4.005"), lastExecutedAt: canceled.executedAt },
    });
    expect(only(canceled)).toEqual({ quantity: "0", average: null, lots: [], realized: ["0", "0"] });
  });

  test("a future counts its multiplier, also when short", () => {
    // (5000.25 - 4990.5) x 1 x 50 = 487.5.
    expect(only(fill("FUT sell 2 at 5000.25"), fill("FUT buy 1 at 4990.50"))).toEqual({
      ...{ quantity: "-1", average: "5000.25", lots: ["-1 at 5000.25"], realized: ["487.5", "487.5"] },
    });
  });

  test("an option counts its multiplier; a flat one has no average", () => {
    // (0.4 - 1.15) x 3 x 100 = -225.
    expect(only(fill("CALL buy 3 at 1.15"), fill("CALL sell 3 at 0.40"))).toEqual({
      ...{ quantity: "0", average: null, lots: [], realized: ["-225", "-225"] },
    });
  });

  test("a negative price is a price", () => {
    // (-37.63 - 18.27) x 1 x 1000 = -55900.
    expect(only(fill("OIL buy 1 at 18.27"), fill("OIL sell 1 at -37.63")).realized).toEqual(["-55900", "-55900"]);
    // Bought at -37.63 and at 0: -37.63 / 2 = -18.815.
    expect(only(fill("OIL buy 1 at -37.63"), fill("OIL buy 1 at 0")).average).toBe("-18.815");
  });

  test("fractions are exact; a fee in what was bought is not taken from the quantity", () => {
    // 0.1 x 30000 + 0.2 x 33000 = 9600; / 0.3 = 32000. Average: 0.15 x 4000 = 600. FIFO: 0.1 x 6000 + 0.05 x 3000 = 750.
    const bought = fill("BTC/EUR buy 0.1 at 30000", { fees: [{ amount: decimal("0.0001"), currency: "BTC" }] });
    expect(only(bought, fill("BTC/EUR buy 0.2 at 33000"), fill("BTC/EUR sell 0.15 at 36000"))).toEqual({
      ...{ quantity: "0.15", average: "32000", lots: ["0.15 at 33000"], realized: ["600", "750"] },
    });
  });

  test("a forex pair is bought in its base and earns in its quote", () => {
    // 4000 x (1.105 - 1.1) = 20.
    expect(only(fill("EUR/USD buy 10000 at 1.1"), fill("EUR/USD sell 4000 at 1.105"))).toEqual({
      ...{ quantity: "6000", average: "1.1", lots: ["6000 at 1.1"], realized: ["20", "20"] },
    });
  });
});

describe("positions: rounding", () => {
  test("thirds are rounded once, at the end", () => {
    // 5 / 3 = 1.666...; average: 2 - 5/3 = 1/3. FIFO: 2 - 1 = 1.
    const three = [fill("ACME buy 2 at 1"), fill("ACME buy 1 at 3")];
    expect(only(...three, fill("ACME sell 1 at 2"))).toEqual({
      ...{ quantity: "2", average: "1.66666666666666667", lots: ["1 at 1", "1 at 3"] },
      realized: ["0.333333333333333333", "1"],
    });
    // Three times a rounded third would be 0.999999999999999999: 3 x 2 - 5 = 1.
    expect(only(...three, ...[1, 2, 3].map(() => fill("ACME sell 1 at 2"))).realized).toEqual(["1", "1"]);
  });

  test("what has an end is written out, however long", () => {
    const tiny = "0.000000000000000001";
    const bought = fill(`ACME buy 900000000000000000000001 at ${tiny}`);
    // 900000000000000000000001 x (1 - 10^-18) = 900000000000000000000001 - 900000.000000000000000001.
    const earned = "899999999999999999100000.999999999999999999";
    expect(only(bought, fill("ACME sell 900000000000000000000001 at 1")).realized).toEqual([earned, earned]);
  });

  test("a half at the nineteenth digit goes to the even one", () => {
    // (1 + 1.00000000000000001) / 2 = 1.000000000000000005, between ...00 and ...01.
    expect(only(fill("ACME buy 1 at 1"), fill("ACME buy 1 at 1.00000000000000001")).average).toBe("1");
    expect(only(fill("ACME buy 1 at 1"), fill("ACME buy 1 at 1.00000000000000003")).average).toBe(
      "1.00000000000000002",
    );
  });
});

describe("positions: a fraction has a bound", () => {
  test("up to 1,000 digits it stays, beyond it is cut at 500 digits after the point", () => {
    const most = { top: 1n, bottom: 10n ** 1000n };
    expect(boundFraction(most)).toBe(most);
    // 1 / (3 x 10^1000) is nothing at 500 digits; (10^1001 + 1) / 10^1001 is one.
    expect(boundFraction({ top: 1n, bottom: 3n * 10n ** 1000n })).toEqual({ top: 0n, bottom: 1n });
    expect(boundFraction({ top: 10n ** 1001n + 1n, bottom: 10n ** 1001n })).toEqual({ top: 1n, bottom: 1n });
  });
});

describe("positions: what is one position", () => {
  test("currencies of one symbol are kept apart, an unknown one too", () => {
    const mixed = [
      fill("DUAL buy 10 at 5"),
      fill("DUAL buy 10 at 7", { currency: "CAD" }),
      fill("DUAL sell 10 at 6", { currency: null }),
    ];
    expect(positions(mixed).map(({ currency, quantity }) => [currency, quantity])).toEqual([
      ["CAD", "10"],
      ["USD", "10"],
      [null, "-10"],
    ]);
  });

  test("accounts and multipliers are kept apart; no multiplier is one", () => {
    const first = fill("ACME buy 1 at 1");
    const multiplied = (multiplier: string) => ({ ...first.instrument, multiplier: decimal(multiplier) });
    const others = [
      fill("ACME buy 2 at 1", { instrument: multiplied("1") }),
      fill("ACME buy 4 at 1", { instrument: multiplied("10") }),
      fill("ACME buy 8 at 1", { account: "B" }),
    ];
    const found = positions([first, ...others]).map((one) => [one.account, one.multiplier, one.quantity]);
    expect(found).toEqual([
      ["B", "1", "8"],
      [null, "1", "3"],
      [null, "10", "4"],
    ]);
  });

  test("fills entered by hand and imported ones close each other", () => {
    const manual = fill("ACME sell 1 at 3", { source: "manual" });
    expect(positions([fill("ACME buy 1 at 1"), manual])).toMatchObject([
      { quantity: "0", realizedFifo: "2", sources: ["broker", "manual"] },
    ]);
  });

  test("fills of one instant go by id, whatever their order", () => {
    const executedAt = instant("2026-01-05T15:00:00Z");
    const [first, second, third] = ["buy 1 at 10", "buy 1 at 20", "sell 1 at 15"].map((text, index) => {
      return fill(`ACME ${text}`, { executedAt, id: `${index}` });
    }) as [StatFill, StatFill, StatFill];
    // The fill 0 is closed: 15 - 10 = 5. By average: 15 - 15 = 0.
    for (const fills of [
      [third, second, first],
      [second, third, first],
      [first, second, third],
    ]) {
      expect(only(...fills)).toEqual({ quantity: "1", average: "15", lots: ["1 at 20"], realized: ["0", "5"] });
    }
  });

  test("a fill given twice and a negative quantity are refused; no fills are no positions", () => {
    const one = fill("ACME buy 1 at 1");
    expect(() => positions([one, { ...one }])).toThrow(RangeError);
    expect(() => positions([fill("ACME buy -1 at 1")])).toThrow(RangeError);
    expect(positions([])).toEqual([]);
  });

  test("the answer is plain JSON", () => {
    const found = positions([fill("ACME buy 1 at 1", { fees: null }), fill("DUAL sell 1 at 1", { currency: null })]);
    expect(JSON.parse(JSON.stringify(found))).toEqual(found);
  });
});
