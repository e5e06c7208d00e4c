import { X509Certificate } from "node:crypto";
import { generateFills, simulatedInstruments, startIbkrSimulator } from "@fillbook/connector-ibkr/simulator";
import { expect, test } from "vitest";
import { aPortal } from "./support/portal-client.ts";

// The letters are those of our list of behaviours of the Client Portal Web API.

const fill = { instrument: simulatedInstruments.qqq, side: "buy", quantity: "100", price: "590.25" } as const;
const TRADES = "/iserver/account/trades?days=7";

async function readyPortal(...parameters: Parameters<typeof aPortal>) {
  const portal = await aPortal(...parameters);
  await portal.ask("/iserver/accounts");
  return portal;
}

test("(a) the first trades call of a session is empty, later ones are not", async () => {
  await using simulator = await readyPortal();
  simulator.addFills(fill);
  expect((await simulator.ask(TRADES)).text).toBe("[]");
  expect((await simulator.ask(TRADES)).json).toHaveLength(1);
  simulator.portal.login();
  await simulator.ask("/iserver/accounts");
  expect((await simulator.ask(TRADES)).text).toBe("[]");
});

test("(b) a row is there before its commission, which is its last key", async () => {
  await using simulator = await readyPortal({ firstTradesEmpty: false, commissionDelayMs: 60_000 });
  simulator.addFills(fill);
  expect((await simulator.ask(TRADES)).json[0]).not.toHaveProperty("commission");
  simulator.clock.advance(60_000);
  const [row] = (await simulator.ask(TRADES)).json;
  expect(Object.keys(row ?? {}).at(-1)).toBe("commission");
});

test("(c) an ended login is 401, an ended brokerage session 400 and 200", async () => {
  await using simulator = await readyPortal();
  simulator.portal.expire("brokerage");
  expect(await simulator.ask(TRADES)).toMatchObject({ status: 400, json: { error: "Bad Request: no bridge" } });
  const status = await simulator.ask("/iserver/auth/status", { method: "POST" });
  expect(status).toMatchObject({ status: 200, json: { authenticated: false, connected: true } });
  const init = { method: "POST", body: { publish: true, compete: false } };
  expect((await simulator.ask("/iserver/auth/ssodh/init", init)).json).toMatchObject({ authenticated: true });
  expect((await simulator.ask("/iserver/auth/ssodh/init", { method: "POST", body: { publish: false } })).status).toBe(
    500,
  );
  simulator.portal.expire("sso");
  expect((await simulator.ask("/tickle", { method: "POST" })).status).toBe(401);
  expect((await simulator.ask("/logout", { method: "POST" })).status).toBe(401);
});

test("(c) six minutes of silence end a brokerage session that no gateway keeps alive", async () => {
  await using simulator = await readyPortal({ gatewayTickles: false });
  simulator.clock.advance(360_000);
  expect((await simulator.ask("/iserver/accounts")).status).toBe(200);
  simulator.clock.advance(361_000);
  expect((await simulator.ask("/iserver/accounts")).status).toBe(400);
});

test("(d) a competing session is told, and thrown out by who competes", async () => {
  await using simulator = await readyPortal();
  simulator.portal.compete(true);
  const init = "/iserver/auth/ssodh/init";
  const ask = (compete: boolean) => simulator.ask(init, { method: "POST", body: { publish: true, compete } });
  expect((await ask(false)).json).toMatchObject({ competing: true, authenticated: false });
  expect(simulator.portal.thrownOut).toBe(0);
  expect((await ask(true)).json).toMatchObject({ competing: false, authenticated: true });
  expect(simulator.portal.thrownOut).toBe(1);
});

test("(e) trades need the accounts first", async () => {
  await using simulator = await aPortal();
  expect(await simulator.ask(TRADES)).toMatchObject({
    status: 400,
    json: { error: "Bad Request: Please query /accounts first", statusCode: 400 },
  });
  await simulator.ask("/iserver/accounts");
  expect((await simulator.ask(TRADES)).status).toBe(200);
});

test("(f) two trades calls within five seconds put the address into the box, and no other", async () => {
  await using simulator = await readyPortal({ penaltyMs: 600_000 }, { limits: true });
  await simulator.ask(TRADES);
  simulator.clock.advance(4_999);
  expect((await simulator.ask(TRADES)).status).toBe(429);
  simulator.clock.advance(599_999);
  expect((await simulator.ask("/iserver/accounts")).status).toBe(429);
  expect((await simulator.ask("/iserver/accounts", { localAddress: "127.0.0.2" })).status).toBe(200);
  simulator.clock.advance(1);
  expect((await simulator.ask("/iserver/accounts")).status).toBe(200);
  expect(simulator.portal.violations).toEqual(["trades", "box"]);
});

test("(f) ten requests a second are allowed, eleven are not", async () => {
  await using simulator = await readyPortal({}, { limits: true });
  simulator.clock.advance(1_000);
  for (let count = 0; count < 10; count += 1) expect((await simulator.ask("/iserver/accounts")).status).toBe(200);
  expect((await simulator.ask("/iserver/accounts")).status).toBe(429);
});

test("(g) midnight in New York ends the gateway's login", async () => {
  await using simulator = await readyPortal();
  simulator.clock.advance(17 * 3_600_000 - 1);
  expect((await simulator.ask("/iserver/accounts")).status).toBe(200);
  simulator.clock.advance(1);
  expect((await simulator.ask("/iserver/accounts")).status).toBe(401);
  simulator.portal.login();
  expect((await simulator.ask("/iserver/accounts")).status).toBe(200);
});

test("(h), (i) 503 for half a minute, a page instead of data, a redirect", async () => {
  await using simulator = await readyPortal();
  simulator.portal.inject({ kind: "json", status: 503, body: "", forMs: 30_000 });
  expect((await simulator.ask("/iserver/accounts")).status).toBe(503);
  simulator.clock.advance(30_000);
  expect((await simulator.ask("/iserver/accounts")).status).toBe(200);
  simulator.portal.inject({ kind: "html" });
  expect(await simulator.ask("/iserver/accounts")).toMatchObject({
    status: 200,
    text: expect.stringContaining("<html>"),
  });
  simulator.portal.inject({ kind: "redirect", location: "/sso/Login" });
  expect((await simulator.ask("/iserver/accounts")).status).toBe(302);
});

test("(j) a POST without its length is 411, a request without a program's name 403", async () => {
  await using simulator = await aPortal();
  const headers = { "content-length": "none", "transfer-encoding": "chunked" };
  expect((await simulator.ask("/tickle", { method: "POST", headers })).status).toBe(411);
  expect((await simulator.ask("/tickle", { method: "POST", headers: { "user-agent": "none" } })).status).toBe(403);
});

test("(k), (p) the selected account is the session's, and an alias stands in its rows", async () => {
  const accounts = [{ accountId: "U1234567", alias: "Anna" }, { accountId: "U7654321" }];
  await using simulator = await readyPortal({ firstTradesEmpty: false, accountNames: "alias" }, { accounts });
  simulator.addFills(fill, { ...fill, accountId: "U7654321" });
  expect((await simulator.ask(TRADES)).json).toMatchObject([{ account: "Anna", accountCode: "U1234567" }]);
  const select = (acctId: string) => simulator.ask("/iserver/account", { method: "POST", body: { acctId } });
  expect((await select("U7654321")).json).toEqual({ set: true, acctId: "U7654321" });
  expect((await select("U7654321")).json).toEqual({ success: "Account already set" });
  expect(await select("U9999999")).toMatchObject({ status: 500, json: { error: "Invalid account ID" } });
  expect((await simulator.ask(TRADES)).json).toMatchObject([{ accountCode: "U7654321" }]);
  expect((await simulator.ask("/iserver/accounts")).json).toMatchObject({ selectedAccount: "U7654321", isPaper: true });
});

test("(l), (m) rows twice and in no order", async () => {
  const entries = [...generateFills({ count: 30, seed: 2, days: 2, fromDay: "2026-02-26", comboEvery: 0 })];
  await using simulator = await readyPortal(
    { firstTradesEmpty: false, duplicates: true, rowOrder: "mixed" },
    { entries },
  );
  const times = (await simulator.ask(TRADES)).json.map(({ trade_time_r }) => Number(trade_time_r));
  expect(times.length % 2).toBe(0);
  expect(times).not.toEqual(times.toSorted((one, other) => other - one));
});

test("(n), (o) a correction is a row with the next revision, an expiry one with side X", async () => {
  await using simulator = await readyPortal({ firstTradesEmpty: false });
  const [made] = simulator.addFills(fill);
  simulator.correct(made?.execId ?? "", { price: "590.26" });
  simulator.addFills({
    instrument: simulatedInstruments.spyCall,
    side: "sell",
    quantity: "2",
    price: "0",
    cause: "expiry",
    execId: null,
  });
  const rows = (await simulator.ask(TRADES)).json;
  expect(rows.map(({ execution_id }) => String(execution_id).slice(-3)).sort()).toEqual([".01", ".01", ".02"]);
  expect(rows.filter(({ side }) => side === "X")).toMatchObject([{ order_description: "EXPIRED 2 @ 0 on CBOE" }]);
});

test("(q), (s) numbers of any size and spelling", async () => {
  await using simulator = await readyPortal({
    firstTradesEmpty: false,
    orderIdBase: "9007199254740993000",
    spelling: "swapped",
  });
  simulator.addFills({ ...fill, order: { permanentId: "1" } });
  const { text } = await simulator.ask(TRADES);
  expect(text).toContain('"order_id":9007199254740993001,');
  expect(text).toContain('"price":590.25,');
  expect(text).toContain(`"conid":"${fill.instrument.conid}","conidex":`);
});

test("(r) a definition can be missing, and multipliers of shares are 0.0", async () => {
  await using simulator = await aPortal({ unknownConids: ["756733"] });
  const { json, text } = await simulator.ask("/trsrv/secdef?conids=756733,320227571,800000101");
  expect(json.secdef).toMatchObject([
    { conid: 320227571, currency: "USD" },
    { putOrCall: "C", expiry: "20260619" },
  ]);
  expect(text).toContain('"multiplier":0.0');
});

test("(u) the certificate signs itself, for localhost, and is another one each time", async () => {
  await using simulator = await aPortal();
  await using other = await startIbkrSimulator({ portal: {} });
  const certificate = new X509Certificate(simulator.portal.certificate);
  expect(certificate.checkIssued(certificate)).toBe(true);
  expect(certificate.fingerprint256).toBe(simulator.portal.fingerprint256);
  expect(certificate.subjectAltName).toBe("DNS:localhost, IP Address:127.0.0.1");
  expect(other.portal.fingerprint256).not.toBe(simulator.portal.fingerprint256);
});

test("(v) a body that is cut, dripped, or never ends", async () => {
  await using simulator = await readyPortal();
  simulator.portal.inject({ kind: "truncated" });
  expect((await simulator.ask("/iserver/accounts")).json).toEqual([]);
  simulator.portal.inject({ kind: "reset" });
  await expect(simulator.ask("/iserver/accounts")).rejects.toThrow();
  simulator.portal.inject({ kind: "drip", waitMs: 1, chunkBytes: 400 });
  expect((await simulator.ask("/iserver/accounts")).json).toMatchObject({ accounts: ["U1234567"] });
});

test("oauth: nothing without a signature, and nothing with a foreign or repeated one", async () => {
  await using simulator = await aPortal({}, { limits: true });
  const { oauthUrl: url, consumer } = simulator.portal;
  expect((await simulator.ask("/tickle", { method: "POST", url })).status).toBe(401);
  const header = (fields: Record<string, string>) =>
    `OAuth ${Object.entries(fields)
      .map(([name, value]) => `${name}="${value}"`)
      .join(", ")}`;
  const fields = {
    ...{ oauth_consumer_key: consumer.consumerKey, oauth_token: consumer.accessToken, oauth_nonce: "n1" },
    ...{ oauth_signature_method: "HMAC-SHA256", oauth_timestamp: String(Math.floor(simulator.clock.now() / 1000)) },
  };
  const answers = [
    [{ ...fields }, "Access token expired"],
    [{ ...fields }, "nonce was used before"],
    [{ ...fields, oauth_nonce: "n2", oauth_timestamp: "1000000000" }, "timestamp went back"],
    [{ ...fields, oauth_nonce: "n3", oauth_timestamp: "1772452800000" }, "timestamp is not in seconds"],
    [{ ...fields, oauth_consumer_key: "OTHER" }, "id: 3931, error: invalid consumer"],
  ] as const;
  for (const [given, said] of answers) {
    simulator.clock.advance(2_000);
    const answer = await simulator.ask("/tickle", { method: "POST", url, headers: { authorization: header(given) } });
    expect(answer).toMatchObject({ status: 401 });
    expect(answer.text).toContain(said);
  }
});
