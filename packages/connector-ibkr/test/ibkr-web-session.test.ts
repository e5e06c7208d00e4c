import { type PortalFault, simulatedInstruments } from "@fillbook/connector-ibkr/simulator";
import { expect, test } from "vitest";
import { HOUR_MS } from "./support/ibkr-flex-world.ts";
import { aWebWorld, type WebWorld } from "./support/ibkr-web-world.ts";

// Goal: whatever ends a session, the connection says what to do, asks nothing more, and after a login lacks no fill.
// Method: one import, the end of the session, a fill meanwhile, runs that must not ask, a login, an import.

const fill = { instrument: simulatedInstruments.qqq, side: "buy", quantity: "100", price: "590.25" } as const;

const loggedOut = '{"authenticated":false,"competing":false,"connected":false,"MAC":"98:B2:C3:45:DE:F6"}';
const form = '<!DOCTYPE html><html><body><form action="/sso/Login"></form></body></html>';

const forms: readonly (readonly [string, PortalFault])[] = [
  ["401 and nothing", { kind: "json", status: 401, body: "" }],
  [
    "401 as problem+json",
    { kind: "json", status: 401, body: '{"type":"/simple","status":401,"detail":"Access token expired"}' },
  ],
  ["401 and a page", { kind: "http", status: 401 }],
  ["a redirect to the login", { kind: "redirect", location: "/sso/Login?forwardTo=22" }],
  ["200 and the login's form", { kind: "http", status: 200, body: form }],
  ['200 and "no session"', { kind: "json", status: 200, body: '{"error":"no session"}', path: "/tickle" }],
  ["200 and not authenticated", { kind: "json", status: 200, body: loggedOut }],
  [
    '400 "Init session first" (trap 35)',
    { kind: "json", status: 400, body: '{"error":"Init session first","statusCode":400}' },
  ],
];

test.each(forms)("expired: %s needs a login, and nothing is asked before it", async (_form, fault) => {
  await using world = await aWebWorld();
  await storedOnce(world);
  const injected = world.portal.inject({ ...fault, times: 1_000 });
  await blockedUntilLogin(world, () => injected.remove());
});

test("expired: the login of yesterday ends at midnight (trap 30)", async () => {
  await using world = await aWebWorld();
  await storedOnce(world);
  world.clock.advance(20 * HOUR_MS);
  await blockedUntilLogin(world, () => world.portal.login());
});

test("expired: a session that ends between two calls of a run is noticed within it", async () => {
  await using world = await aWebWorld();
  await storedOnce(world);
  world.portal.inject({ kind: "process", path: "/iserver/accounts", process: () => world.portal.expire("sso") });
  await blockedUntilLogin(world, () => world.portal.login());
});

async function storedOnce(world: WebWorld): Promise<void> {
  world.simulator.addFills(fill);
  expect((await world.run()).stats.inserted).toBe(1);
  world.clock.advance(900_000);
}

async function blockedUntilLogin(world: WebWorld, logIn: () => void): Promise<void> {
  const report = await world.run();
  expect(report).toMatchObject({ status: "blocked_reauth", error: { code: "CREDENTIALS_INVALID" } });
  expect(report.error?.message).toMatch(/log in at the Client Portal Gateway in a browser, then reconnect/);
  expect(await world.connection()).toMatchObject({ status: "needs_reauth", health: "needs_reauth", nextSyncAt: null });
  const asked = world.portal.requests.length;
  world.simulator.addFills(fill);
  world.clock.advance(HOUR_MS);
  expect((await world.run()).status).toBe("blocked_reauth");
  expect(await world.book.ingestDue()).toEqual([]);
  expect(world.portal.requests).toHaveLength(asked);
  logIn();
  await world.reconnect();
  expect(await world.run()).toMatchObject({ status: "succeeded", stats: { inserted: 1 } });
  expect(await world.canonical()).toHaveLength(2);
  expect(await world.connection()).toMatchObject({ status: "active", health: "ok" });
}

test("brokerage: a session that timed out is opened again without competing", async () => {
  await using world = await aWebWorld();
  await storedOnce(world);
  world.portal.expire("brokerage");
  world.simulator.addFills(fill);
  expect(await world.run()).toMatchObject({ status: "succeeded", stats: { inserted: 1 } });
  expect(world.calls("/iserver/auth/ssodh/init").map(({ body }) => JSON.parse(body))).toEqual([
    { publish: true, compete: false },
  ]);
});

test("brokerage: right after ssodh/init the bridge is missing for a moment (trap 32)", async () => {
  await using world = await aWebWorld({ simulator: { portal: { startingMs: 5_000 } } });
  world.portal.expire("brokerage");
  world.simulator.addFills(fill);
  expect(await world.run()).toMatchObject({ status: "succeeded", stats: { inserted: 1 } });
});

test("brokerage: 400 no bridge from a session that says it is ready is waited for, and bounded", async () => {
  await using world = await aWebWorld();
  world.simulator.addFills(fill);
  const body = '{"error":"Bad Request: no bridge","statusCode":400}';
  world.portal.inject({ kind: "json", status: 400, body, path: "/iserver/accounts", times: 3 });
  expect((await world.run()).stats.inserted).toBe(1);
  const endless = world.portal.inject({
    kind: "json",
    status: 200,
    body: "{}",
    path: "/iserver/accounts",
    times: 1_000,
  });
  expect(await world.run()).toMatchObject({ status: "failed", error: { code: "BROKER_UNAVAILABLE" } });
  expect(endless.fired).toBeLessThan(10);
});

test("accounts first: the order of calls is mended, and once per answer", async () => {
  await using world = await aWebWorld();
  world.simulator.addFills(fill);
  const body = '{"error":"Bad Request: Please query /accounts first","statusCode":400}';
  world.portal.inject({ kind: "json", status: 400, body, path: "/iserver/account/trades" });
  expect((await world.run()).stats.inserted).toBe(1);
  expect(world.portal.violations).toEqual([]);
});

test("competing (trap 31): another session is left alone, told, and waited for", async () => {
  await using world = await aWebWorld();
  await storedOnce(world);
  world.portal.compete(true);
  world.simulator.addFills(fill);
  const report = await world.run();
  expect(report).toMatchObject({
    status: "failed",
    error: { code: "LOCKED_OUT", recovery: "wait", retryAfterMs: 900_000 },
  });
  expect(report.error?.message).toMatch(/another session of this user/);
  expect(world.calls("/iserver/auth/ssodh/init")).toEqual([]);
  expect(await world.connection()).toMatchObject({ status: "active" });
  world.portal.compete(false);
  world.clock.advance(900_000);
  expect((await world.run()).stats.inserted).toBe(1);
});

test("competing (trap 31): where settings allow it, the other is thrown out, at most once an hour", async () => {
  await using world = await aWebWorld({ settings: { compete: true } });
  world.simulator.addFills(fill);
  world.portal.compete(true);
  expect((await world.run()).stats.inserted).toBe(1);
  expect(world.portal.thrownOut).toBe(1);
  for (let again = 0; again < 3; again += 1) {
    world.portal.compete(true);
    world.clock.advance(900_000);
    expect((await world.run()).error).toMatchObject({ code: "LOCKED_OUT" });
  }
  expect(world.portal.thrownOut).toBe(1);
  world.clock.advance(900_000);
  expect((await world.run()).error).toBeNull();
  expect(world.portal.thrownOut).toBe(2);
});

test("reset: what fails inside a window is maintenance until its end, a login that is missing too", async () => {
  await using world = await aWebWorld();
  await storedOnce(world);
  // 00:15 in New York: the login has ended, and who may tell whether for good.
  world.clock.advance(17 * HOUR_MS - 900_000);
  const report = await world.run();
  expect(report).toMatchObject({ error: { code: "MAINTENANCE", recovery: "wait" }, health: "maintenance_window" });
  expect(report.error?.retryAfterMs).toBeGreaterThan(HOUR_MS);
  expect(report.error?.retryAfterMs).toBeLessThan(2 * HOUR_MS);
  expect(await world.connection()).toMatchObject({ status: "active" });
  world.clock.advance(2 * HOUR_MS);
  expect(await world.run()).toMatchObject({ status: "blocked_reauth" });
});

test("reset: 503 for thirty seconds outside of any window costs a run at most", async () => {
  await using world = await aWebWorld();
  world.simulator.addFills(fill);
  world.portal.inject({
    kind: "json",
    status: 503,
    body: '{"error":"Service Unavailable","statusCode":503}',
    forMs: 30_000,
  });
  expect((await world.run()).error).toMatchObject({ code: "BROKER_UNAVAILABLE", recovery: "retry" });
  world.clock.advance(900_000);
  expect((await world.run()).stats.inserted).toBe(1);
});

test("gateway: one that is not running is a network error, and its return is enough", async () => {
  await using world = await aWebWorld();
  world.simulator.addFills(fill);
  const { ibkrWeb } = await import("@fillbook/connector-ibkr");
  const gateway = { url: "https://127.0.0.1:1/v1/api", ca: world.portal.certificate };
  const report = await world.run({ connectors: [ibkrWeb({ gateways: [gateway], random: () => 0.5 })] });
  expect(report.error).toMatchObject({ code: "NETWORK", recovery: "retry" });
  expect(report.error?.message).toContain("ECONNREFUSED");
  expect((await world.run()).stats.inserted).toBe(1);
});
