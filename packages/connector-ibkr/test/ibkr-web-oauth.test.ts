import { createHash } from "node:crypto";
import { simulatedInstruments } from "@fillbook/connector-ibkr/simulator";
import { expect, test } from "vitest";
import { decryptTokenSecret } from "../src/web-live-session.ts";
import { sealToken } from "../src/web-seal.ts";
import { HOUR_MS } from "./support/ibkr-flex-world.ts";
import { aWebWorld, type WebWorldOptions } from "./support/ibkr-web-world.ts";

const fill = { instrument: simulatedInstruments.qqq, side: "buy", quantity: "100", price: "590.25" } as const;
const LOGIN = "/oauth/live_session_token";
const INIT = "/iserver/auth/ssodh/init";

async function anOauthWorld(options: WebWorldOptions = {}) {
  const world = await aWebWorld({ access: "oauth", ...options });
  world.simulator.addFills(fill);
  return world;
}

test("oauth: the first run logs in, opens the brokerage session and imports", async () => {
  await using world = await anOauthWorld();
  expect(await world.run()).toMatchObject({ status: "succeeded", stats: { inserted: 1 } });
  expect(world.paths().slice(0, 3)).toEqual([LOGIN, "/tickle", INIT]);
  expect(world.portal.requests.every(({ face }) => face === "oauth")).toBe(true);
  expect(world.portal.violations).toEqual([]);
});

test("oauth: one token serves every process until ten minutes before its end", async () => {
  await using world = await anOauthWorld();
  const other = await world.connect();
  for (let sync = 0; sync < 40; sync += 1) {
    expect((await world.run(sync % 2 === 0 ? {} : { connectionId: other })).error).toBeNull();
    world.clock.advance(900_000);
  }
  expect(world.calls(LOGIN)).toHaveLength(1);
});

test("oauth: the token is sealed where all processes find it, and a sealed one of other keys is as good as none", async () => {
  await using world = await anOauthWorld();
  await world.run();
  const { accessToken, accessTokenSecret, encryptionKey } = world.portal.consumer;
  const secret = decryptTokenSecret(accessTokenSecret, encryptionKey).toString("hex");
  const digest = createHash("sha256")
    .update(JSON.stringify([accessToken, secret]))
    .digest("hex");
  const key = `ibkr/web:token:${digest}`;
  const stored = await world.store.readState(key);
  expect(Object.keys(Object(Object(stored?.value).token)).sort()).toEqual(["iv", "sealed", "tag", "v"]);
  const foreign = sealToken("AAAA", { secret: Buffer.alloc(24), place: `web:token:${digest}` });
  const expiresAtMs = world.clock.now() + 20 * HOUR_MS;
  await world.store.writeState(key, { token: foreign, expiresAtMs }, stored?.version ?? 0);
  world.clock.advance(900_000);
  expect((await world.run()).error).toBeNull();
  expect(world.calls(LOGIN)).toHaveLength(2);
});

test("oauth: the session of yesterday is replaced without a person", async () => {
  await using world = await anOauthWorld();
  await world.run();
  world.clock.advance(20 * HOUR_MS);
  world.simulator.addFills(fill);
  expect(await world.run()).toMatchObject({ error: null, stats: { inserted: 1 } });
  expect(world.calls(LOGIN)).toHaveLength(2);
});

test("oauth: two runs at once make one token", async () => {
  await using world = await anOauthWorld();
  const other = await world.connect();
  const reports = await Promise.all([world.run(), world.run({ connectionId: other })]);
  expect(reports.map(({ error }) => error)).toEqual([null, null]);
  expect(world.calls(LOGIN)).toHaveLength(1);
});

test("oauth: a token that IBKR refuses is replaced once, then the owner must look", async () => {
  await using world = await anOauthWorld();
  await world.run();
  const detail = '{"type":"/simple","title":"Unauthorized","status":401,"detail":"Access token expired"}';
  const fault = { kind: "json", status: 401, body: detail, path: "/tickle" } as const;
  world.portal.inject({ ...fault, times: 1 });
  world.clock.advance(900_000);
  expect((await world.run()).error).toBeNull();
  expect(world.calls(LOGIN)).toHaveLength(2);
  const endless = world.portal.inject({ ...fault, times: 1_000 });
  world.clock.advance(900_000);
  const report = await world.run();
  expect(report).toMatchObject({ status: "blocked_reauth", error: { code: "CREDENTIALS_INVALID" } });
  expect(world.calls(LOGIN)).toHaveLength(3);
  endless.remove();
  const asked = world.portal.requests.length;
  await world.run();
  expect(world.portal.requests).toHaveLength(asked);
  await world.reconnect();
  expect((await world.run()).error).toBeNull();
});

test("oauth: a proof that does not fit is tried once more, and then refused", async () => {
  const wrong = (body: string) => body.replace(/("live_session_token_signature":")./, "$1z");
  const flipped = (body: string) => body.replace(/("live_session_token_signature":")([0-9a-f]{4})/, "$10000");
  await using world = await anOauthWorld();
  world.portal.inject({ kind: "transform", transform: flipped, path: LOGIN });
  expect((await world.run()).error).toBeNull();
  expect(world.calls(LOGIN)).toHaveLength(2);
  for (const [transform, code] of [
    [flipped, "CREDENTIALS_INVALID"],
    [wrong, "PROTOCOL"],
  ] as const) {
    await using other = await anOauthWorld({ policy: { retries: { retriesMax: 0 } } });
    other.portal.inject({ kind: "transform", transform, path: LOGIN, times: 10 });
    expect((await other.run()).error).toMatchObject({ code });
    expect(other.calls(LOGIN).length).toBeLessThan(3);
  }
});

test("oauth (trap 33): a consumer that is not active yet waits, and works after the next midnight", async () => {
  const activeFromMs = Date.UTC(2026, 2, 3, 6);
  await using world = await anOauthWorld({ simulator: { portal: { oauth: { activeFromMs } } } });
  expect((await world.run()).error).toMatchObject({ code: "LOCKED_OUT", recovery: "wait", retryAfterMs: 6 * HOUR_MS });
  expect(await world.connection()).toMatchObject({ status: "active" });
  world.clock.advance(20 * HOUR_MS);
  expect((await world.run()).stats.inserted).toBe(1);
});

test("oauth: 410 leads to another host with a new token, and is bounded", async () => {
  await using world = await aWebWorld({ access: "oauth" });
  const { oauthUrl } = world.portal;
  const policy = {
    policy: {
      oauthUrls: [oauthUrl, oauthUrl.replace("127.0.0.1", "localhost")],
      oauthTls: { ca: world.portal.certificate },
    },
  };
  expect(policy.policy.oauthUrls).toHaveLength(2);
  world.simulator.addFills(fill);
  const { ibkrWeb } = await import("@fillbook/connector-ibkr");
  const connectors = [ibkrWeb({ ...policy.policy, random: () => 0.5 })];
  world.portal.inject({ kind: "http", status: 410, path: "/tickle" });
  expect((await world.run({ connectors })).error).toBeNull();
  world.portal.inject({ kind: "http", status: 410, path: "/tickle", times: 100 });
  world.clock.advance(900_000);
  expect((await world.run({ connectors })).error).toMatchObject({ code: "BROKER_UNAVAILABLE" });
});

const serverRandoms = ["4b61", "4b62", "4b72", "4c62", "4cc6"].map(
  (end) => `e75dfc0ddf9da56d680d8adb75fe006aa2aada38e418af396c8a520f1664${end}`,
);

test("oauth: the simulator answers with numbers that it was given, so every byte length can be met", async () => {
  await using world = await anOauthWorld({ simulator: { portal: { oauth: { serverRandoms } } } });
  for (let day = 0; day < serverRandoms.length; day += 1) {
    expect((await world.run()).error).toBeNull();
    world.clock.advance(24 * HOUR_MS);
  }
  expect(world.calls(LOGIN)).toHaveLength(serverRandoms.length);
});

const malformed = [
  ["signatureKey", "no key"],
  ["encryptionKey", ""],
  ["dhPrime", "12"],
  ["accessTokenSecret", "***"],
  ["consumerKey", ""],
] as const;

test.each(malformed)(
  "oauth: a %s that is none is refused without a request and without being quoted",
  async (field, value) => {
    await using world = await anOauthWorld();
    const credentials = async () => ({ ...world.credentials, [field]: value });
    const report = await world.run({ credentials });
    expect(report).toMatchObject({ status: "blocked_reauth", error: { code: "CREDENTIALS_MALFORMED" } });
    expect(world.portal.requests).toEqual([]);
  },
);

test("oauth (trap 34): keys with the line ends of Windows are keys", async () => {
  await using world = await anOauthWorld();
  const { consumer } = world.portal;
  const windows = (key: string) => key.replaceAll("\n", "\r\n");
  const { signatureKey, encryptionKey } = consumer;
  const keys = { signatureKey: windows(signatureKey), encryptionKey: encryptionKey.replaceAll("\n", "\\n") };
  expect((await world.run({ credentials: async () => ({ kind: "oauth", ...consumer, ...keys }) })).error).toBeNull();
});
