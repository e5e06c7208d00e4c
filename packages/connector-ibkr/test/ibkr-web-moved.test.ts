import { ibkrWeb } from "@fillbook/connector-ibkr";
import { type PortalFault, simulatedInstruments } from "@fillbook/connector-ibkr/simulator";
import { expect, test } from "vitest";
import { aWebWorld } from "./support/ibkr-web-world.ts";

// Goal: a 410 says that a session lives elsewhere, and nothing of the keys; pages and silence say nothing of them either.
// Method: the simulator's OAuth access under one and two addresses, with each answer at each path, once and for ever.

const fill = { instrument: simulatedInstruments.qqq, side: "buy", quantity: "100", price: "590.25" } as const;
const LOGIN = "/oauth/live_session_token";
const TRADES = "/iserver/account/trades";

/** A world with a fill, and a connector that knows one address of the access, or two. */
async function anOauthWorld(hosts: 1 | 2) {
  const world = await aWebWorld({ access: "oauth" });
  world.simulator.addFills(fill);
  const { oauthUrl, certificate } = world.portal;
  const oauthUrls = [oauthUrl, oauthUrl.replace("127.0.0.1", "localhost")].slice(0, hosts);
  const policy = { oauthUrls, oauthTls: { ca: certificate }, random: () => 0.5, retries: { retriesMax: 0 } };
  return Object.assign(world, { import: () => world.run({ connectors: [ibkrWeb(policy)] }) });
}

const paths = ["/tickle", "/iserver/auth/ssodh/init", "/iserver/accounts", "/iserver/account", TRADES, LOGIN] as const;
const gone = { kind: "http", status: 410, body: "Gone" } as const;
const silence = { kind: "empty-body" } as const;
const redirect = { kind: "redirect", location: "/sso/Login" } as const;
const page = { kind: "http", status: 200, body: '<html><form action="/sso/Login"></form></html>' } as const;

const once = paths.flatMap((path) => ([1, 2] as const).map((hosts) => [path, hosts] as const));

test.each(once)("moved: one 410 of %s, with %d address(es), costs a token and no run", async (path, hosts) => {
  await using world = await anOauthWorld(hosts);
  // There is another account, so that the selection is asked for.
  if (path === "/iserver/account") world.portal.select("U7654321");
  const fault = world.portal.inject({ ...gone, path });
  const report = await world.import();
  expect(fault.fired).toBe(1);
  // The address of the login itself is asked again by the next run, where there is no other.
  if (path === LOGIN && hosts === 1)
    expect(report.error).toMatchObject({ code: "BROKER_UNAVAILABLE", recovery: "retry" });
  else expect(report).toMatchObject({ error: null, stats: { inserted: 1 } });
  world.clock.advance(900_000);
  expect((await world.import()).error).toBeNull();
  expect(await world.canonical()).toHaveLength(1);
});

test("moved: a 410 that voids the token as well is no refusal of keys that were just used", async () => {
  for (const hosts of [1, 2] as const) {
    await using world = await anOauthWorld(hosts);
    // The run has made its token itself by then.
    world.portal.inject({ ...gone, path: TRADES });
    world.portal.inject({ kind: "json", status: 401, body: "", path: "/tickle", afterRequests: 2 });
    expect(await world.import()).toMatchObject({ error: null, stats: { inserted: 1 } });
  }
});

test.each(paths)("moved: 410 of %s for ever is tried again later, with a bound", async (path) => {
  for (const hosts of [1, 2] as const) {
    await using world = await anOauthWorld(hosts);
    if (path === "/iserver/account") world.portal.select("U7654321");
    const fault = world.portal.inject({ ...gone, path, times: 1_000 });
    const report = await world.import();
    expect(report).toMatchObject({ status: "failed", error: { code: "BROKER_UNAVAILABLE", recovery: "retry" } });
    expect(fault.fired).toBeLessThan(6);
    expect(world.calls(LOGIN).length).toBeLessThan(8);
    expect(await world.connection()).toMatchObject({ status: "active" });
  }
});

const shapes: readonly (readonly [string, PortalFault])[] = [
  ["silence", silence],
  ["a redirect", redirect],
  ["a page", page],
];

const everywhere = shapes.flatMap(([name, fault]) => paths.map((path) => [name, path, fault] as const));

test.each(everywhere)("moved: %s of %s is never a reason to change keys", async (_name, path, fault) => {
  await using world = await anOauthWorld(1);
  if (path === "/iserver/account") world.portal.select("U7654321");
  const injected = world.portal.inject({ ...fault, path, times: 1_000 });
  const report = await world.import();
  expect(injected.fired).toBeGreaterThan(0);
  expect(injected.fired).toBeLessThan(30);
  // Where another path says that the session is ready, silence of one alone does not matter.
  if (report.error !== null) expect(report.error).toMatchObject({ code: "BROKER_UNAVAILABLE" });
  expect(await world.connection()).toMatchObject({ status: "active" });
  injected.remove();
  world.clock.advance(900_000);
  expect((await world.import()).error).toBeNull();
  expect(await world.canonical()).toHaveLength(1);
});

test("moved: silence after the login has ended is a new token, and the run goes on", async () => {
  await using world = await anOauthWorld(1);
  expect((await world.import()).stats.inserted).toBe(1);
  world.simulator.addFills(fill);
  world.clock.advance(900_000);
  const silent = ["/tickle", "/iserver/auth/status"].map((path) =>
    world.portal.inject({ ...silence, path, times: 1_000 }),
  );
  // The first call that says anything is the one that asks for the accounts.
  const stop = () => {
    for (const fault of silent) fault.remove();
  };
  world.portal.inject({ kind: "json", status: 401, body: "", path: "/iserver/accounts" });
  world.portal.inject({ kind: "process", path: LOGIN, process: stop });
  expect(await world.import()).toMatchObject({ error: null, stats: { inserted: 1 } });
  expect(world.calls(LOGIN)).toHaveLength(2);
});

test("moved: keys that are refused are still a reason to change them", async () => {
  for (const path of ["/tickle", LOGIN, TRADES]) {
    await using world = await anOauthWorld(2);
    world.portal.inject({ kind: "json", status: 401, body: "", path, times: 1_000 });
    expect(await world.import()).toMatchObject({ error: { code: "CREDENTIALS_INVALID" } });
    expect(await world.connection()).toMatchObject({ status: "needs_reauth" });
  }
});
