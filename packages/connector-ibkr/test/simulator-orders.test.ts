import { simulatedInstruments } from "@fillbook/connector-ibkr/simulator";
import { expect, test } from "vitest";
import { aPortal } from "./support/portal-client.ts";

const { qqq } = simulatedInstruments;
const PATH = "/iserver/account/U1234567/orders";

async function ordering(orderQuestions: readonly string[] = []) {
  const simulator = await aPortal({ orderQuestions, firstTradesEmpty: false });
  await simulator.ask("/iserver/accounts");
  const post = (path: string, body: unknown) => simulator.ask(path, { method: "POST", body });
  const order = {
    acctId: "U1234567",
    conid: Number(qqq.conid),
    orderType: "MKT",
    side: "BUY",
    tif: "DAY",
    quantity: 5,
  };
  const place = (more: object = {}) => post(PATH, { orders: [{ ...order, cOID: "host-1", ...more }] });
  return Object.assign(simulator, {
    post,
    place,
    trades: async () => (await simulator.ask("/iserver/account/trades")).json,
  });
}

test("(t) a market order fills, and its reference comes back in the trades", async () => {
  await using simulator = await ordering();
  expect((await simulator.place()).json).toMatchObject([{ order_status: "Filled", local_order_id: "host-1" }]);
  expect(await simulator.trades()).toMatchObject([
    { order_ref: "host-1", side: "B", size: 5, conid: Number(qqq.conid) },
  ]);
});

test("(t) questions come one after the other, and a no ends it", async () => {
  await using simulator = await ordering(["o354", "o10151"]);
  const [first] = (await simulator.place()).json;
  expect(first).toMatchObject({ messageIds: ["o354"], isSuppressed: false });
  const [second] = (await simulator.post(`/iserver/reply/${first?.id}`, { confirmed: true })).json;
  expect(second).toMatchObject({ messageIds: ["o10151"] });
  expect((await simulator.post(`/iserver/reply/${second?.id}`, { confirmed: false })).json).toEqual({
    error: "Order not confirmed ",
  });
  expect((await simulator.post(`/iserver/reply/${second?.id}`, { confirmed: true })).json).toMatchObject({
    error: expect.stringMatching(/^reply id not found/),
  });
  expect(await simulator.trades()).toEqual([]);
});

test("(t) rejects are HTTP 200, and a reference is good for one order", async () => {
  await using simulator = await ordering();
  expect(await simulator.place({ orderType: "LMT" })).toMatchObject({
    status: 200,
    json: { error: expect.any(String) },
  });
  await simulator.place();
  expect((await simulator.place()).json).toMatchObject({
    error: expect.stringMatching(/host-1 is already registered/),
  });
  expect((await simulator.post("/iserver/account/U9/orders", {})).status).toBe(400);
  expect((await simulator.place({ quantity: 0 })).status).toBe(500);
  expect(await simulator.trades()).toHaveLength(1);
});

test("(t) a 503 after the order was accepted: it filled, and the same reference proves it", async () => {
  await using simulator = await ordering();
  simulator.portal.inject({ kind: "lost", status: 503, path: PATH });
  expect((await simulator.place()).status).toBe(503);
  expect((await simulator.place()).json).toMatchObject({ error: expect.stringMatching(/already registered/) });
  expect(await simulator.trades()).toMatchObject([{ order_ref: "host-1" }]);
});
