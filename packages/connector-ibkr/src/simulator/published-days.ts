import { easternMs } from "./eastern-time.ts";
import { cancelOf } from "./fill-book.ts";
import { makeFill } from "./make-fill.ts";
import { reviseFill } from "./revise-fill.ts";
import type { SimulatedEntry } from "./simulated-fill.ts";
import { simulatedInstruments } from "./simulated-instruments.ts";

/**
 * A forex fill of September 2025, taken back and booked again the day after: same trade id, next revision, another
 * quantity and price. Ids, amounts and times are those of a real account; 1145.929445 dollars remain sold.
 */
export function forexRebookDay(accountId = "U1234567"): readonly SimulatedEntry[] {
  const atMs = easternMs("2025-09-11", "17:00:00");
  const fill = makeFill(
    {
      instrument: simulatedInstruments.dollarTaiwan,
      side: "sell",
      quantity: "1143.28313142",
      price: "30.3074532",
      atMs,
      execId: "CUSTHSFX.012f041f.01.01",
      tradeId: "1144440025",
      transactionId: "4606872535",
      externalId: null,
      exchange: "IDEALFX",
      commission: "0",
      commissionCurrency: "TWD",
      order: { permanentId: "938019702", placedAtMs: atMs, brokerageOrderId: null, type: "MKT" },
    },
    { row: 4606872535, nowMs: atMs, accountId },
  );
  const booking = { reportDay: "2025-09-12", bookedAtMs: easternMs("2025-09-12", "18:00:00") };
  const cancel = cancelOf(fill, { ...booking, row: 4610738883, nowMs: atMs });
  const changes = { quantity: "1145.929445", price: "30.2374637" };
  const rebook = reviseFill(fill, { ...booking, revision: "rebook", transactionId: "4610738885", changes });
  return [fill, cancel, rebook];
}

/**
 * Five thousand shares, taken back and booked again unchanged, as reported in 2026: five thousand remain, and the 6.00
 * of commission are paid once and not given back. The ids are made.
 */
export function stockRebookDay(accountId = "U1234567"): readonly SimulatedEntry[] {
  const atMs = easternMs("2026-02-03", "10:15:30");
  const fill = makeFill(
    { instrument: simulatedInstruments.pennyStock, side: "buy", quantity: "5000", price: "0.32", commission: "6" },
    { row: 4700000101, nowMs: atMs, accountId },
  );
  const booking = { reportDay: "2026-02-04", bookedAtMs: easternMs("2026-02-04", "18:00:00") };
  const cancel = cancelOf(fill, { ...booking, row: 4700000902, nowMs: atMs });
  const rebook = reviseFill(fill, { ...booking, revision: "rebook", transactionId: "4700000903", changes: {} });
  return [fill, cancel, rebook];
}

/** A Gettex fill of December 2022 with the facts that are published of it. */
export function publishedBuyDay(accountId = "U1111111"): readonly SimulatedEntry[] {
  const atMs = easternMs("2022-12-02", "06:26:11");
  const order = {
    permanentId: "401339261",
    brokerageOrderId: "00ecc9e0.0001a7ea.63898a22.0001",
    placedAtMs: atMs - 1000,
  };
  const fill = makeFill(
    {
      instrument: simulatedInstruments.farfetch,
      side: "buy",
      quantity: "450",
      price: "5.432",
      atMs,
      execId: "0000d349.6389b516.01.01",
      tradeId: "464740365",
      transactionId: "1522126816",
      externalId: "124121125",
      exchange: "GETTEX2",
      commission: "2.4444",
      commissionCurrency: "EUR",
      settleDay: "2022-12-06",
      closePrice: "5.4",
      order,
    },
    { row: 1522126816, nowMs: atMs, accountId },
  );
  return [fill];
}

/**
 * The same fill taken back three days later by a row that names the trade and not the transaction, as in statements
 * of 2022. The row's own number is lower than that of the fill, as it was published. Nothing remains but 2.4444 paid.
 */
export function stockCancelDay(accountId = "U1111111"): readonly SimulatedEntry[] {
  return publishedBuyDay(accountId).flatMap((fill) => {
    if (fill.kind === "cancel") return [fill];
    const options = { reportDay: "2022-12-05", namesTransaction: false, row: 1526114213, nowMs: fill.atMs };
    return [fill, cancelOf(fill, options)];
  });
}

/** Two fills of one order with the same second, price and size; both count. */
export function twinsDay(accountId = "U1234567"): readonly SimulatedEntry[] {
  const atMs = easternMs("2026-03-02", "09:30:01");
  const order = { permanentId: "938100001", brokerageOrderId: "0226befd.00019ddb.69cdf790.0001", placedAtMs: atMs };
  return [4700001001, 4700001002].map((row) =>
    makeFill(
      { instrument: simulatedInstruments.spy, side: "buy", quantity: "100", price: "601.5", notes: ["P"], order },
      { row, nowMs: atMs, accountId },
    ),
  );
}

/** A fractional share, and the whole shares of its order. */
export function fractionalDay(accountId = "U1234567"): readonly SimulatedEntry[] {
  const atMs = easternMs("2026-03-03", "11:00:05");
  const order = { permanentId: "938100002", brokerageOrderId: null, placedAtMs: atMs };
  const { qqq } = simulatedInstruments;
  return [
    makeFill(
      { instrument: qqq, side: "buy", quantity: "3", price: "590.1", order },
      { row: 4700001101, nowMs: atMs, accountId },
    ),
    makeFill(
      { instrument: qqq, side: "buy", quantity: "0.4271", price: "590.1", commission: "0", notes: ["FP"], order },
      { row: 4700001102, nowMs: atMs, accountId },
    ),
  ];
}

/** Fills around both changes of New York's clocks in 2026; 01:30 on 1 November comes twice, an hour apart. */
export function clockChangeDays(accountId = "U1234567"): readonly SimulatedEntry[] {
  const moments = [
    "2026-03-08T06:59:59Z",
    "2026-03-08T07:00:00Z",
    "2026-11-01T05:30:00Z",
    "2026-11-01T06:30:00Z",
    "2026-11-01T07:00:00Z",
  ];
  return moments.map((moment, index) =>
    makeFill(
      { instrument: simulatedInstruments.crypto, side: "buy", quantity: "0.001", price: "61000.25" },
      { row: 4700001201 + index, nowMs: Date.parse(moment), accountId },
    ),
  );
}
