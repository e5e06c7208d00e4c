import { simulatedInstruments } from "@fillbook/connector-ibkr/simulator";
import { expect, test } from "vitest";
import { aTwsWorld } from "./support/ibkr-tws-world.ts";

// Goal: amounts and ids have every digit that TWS wrote, however many: in the fill, in its trade and in the raw record.
// Method: a whole import over a socket, with numbers that no float holds.

const { qqq, future } = simulatedInstruments;

const long = {
  side: "buy",
  quantity: "12345678901234567.891",
  price: "98765432109.876543211",
  commission: "1234567890.1234567891",
  order: { permanentId: "7", clientOrderId: "9007199254740993", clientId: "71", reference: "plan 4" },
} as const;

test("amounts: 20 digits are kept in the fill and in what was stored of its record", async () => {
  await using world = await aTwsWorld({ tws: { permIdBase: "90071992547409930000" } });
  world.simulator.addFills({ ...long, instrument: qqq });
  expect((await world.run()).stats).toMatchObject({ inserted: 1, rejected: 0 });
  const [fill] = await world.canonical();
  expect(fill).toMatchObject({
    ...{ quantity: long.quantity, price: long.price, fees: [{ amount: long.commission, currency: "USD" }] },
    order: { clientId: "tws", orderId: "90071992547409930007" },
    raw: {
      execution: {
        ...{ shares: long.quantity, cumQty: long.quantity, price: long.price, avgPrice: long.price },
        ...{ permId: "90071992547409930007", orderId: "9007199254740993" },
      },
      commission: { commission: long.commission },
    },
  });
  expect(await world.trades()).toMatchObject([{ quantity: long.quantity }]);
});

test("amounts: contract size and number of an instrument, and an order without a permId, keep theirs", async () => {
  await using world = await aTwsWorld();
  const instrument = { ...future, conid: "90071992547409930001", multiplier: "12345678901234.567891" };
  world.simulator.addFills({ ...long, instrument, order: { ...long.order, permanentId: "-1000000000" } });
  await world.run();
  expect(await world.canonical()).toMatchObject([
    {
      instrument: { conid: instrument.conid, multiplier: instrument.multiplier },
      order: { clientId: "tws:71", orderId: "9007199254740993" },
      raw: { contract: { conId: instrument.conid, multiplier: instrument.multiplier } },
    },
  ]);
});

test("amounts: more digits than can be kept are a reject that says so, never a rounded fill", async () => {
  await using world = await aTwsWorld();
  world.simulator.addFills({ ...long, instrument: qqq, price: "0.1234567890123456789" });
  expect((await world.run()).stats).toMatchObject({ inserted: 0, rejected: 1 });
  expect(await world.problems()).toEqual([expect.stringMatching(/^reject: .*price: has more digits than can be kept/)]);
});
