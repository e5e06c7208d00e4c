import { X509Certificate } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { inspect } from "node:util";
import { type IbkrGateway, ibkrWeb } from "@fillbook/connector-ibkr";
import { simulatedInstruments, startIbkrSimulator } from "@fillbook/connector-ibkr/simulator";
import { expect, test } from "vitest";
import { aWebWorld } from "./support/ibkr-web-world.ts";

const fill = { instrument: simulatedInstruments.qqq, side: "buy", quantity: "100", price: "590.25" } as const;

async function runWith(
  pin: (real: { ca: string; fingerprint256: string }, mitm: { ca: string }) => Partial<IbkrGateway>,
) {
  const world = await aWebWorld();
  const impostor = await startIbkrSimulator({ clock: world.clock, portal: {} });
  world.simulator.addFills(fill);
  const { url, certificate: ca, fingerprint256 } = world.portal;
  const gateway = { url, ...pin({ ca, fingerprint256 }, { ca: impostor.portal.certificate }) };
  const connectors = [ibkrWeb({ gateways: [gateway], random: () => 0.5 })];
  const report = await world.run({ connectors });
  const asked = world.portal.requests.length;
  await impostor.close();
  await world.simulator.close();
  return { report, asked };
}

test("row 16: a pinned certificate is trusted, by itself or by its fingerprint", async () => {
  for (const pin of ["ca", "fingerprint256", "both"]) {
    const { report } = await runWith(({ ca, fingerprint256 }) => ({
      ...(pin === "fingerprint256" ? {} : { ca }),
      ...(pin === "ca" ? {} : { fingerprint256: fingerprint256.toLowerCase() }),
    }));
    expect(report).toMatchObject({ error: null, stats: { inserted: 1 } });
  }
});

test("row 16: without a pin a self-signed certificate is refused, and no request reaches it", async () => {
  const { report, asked } = await runWith(() => ({}));
  expect(report.error).toMatchObject({ code: "OPTION_INVALID" });
  expect(report.error?.message).toMatch(/certificate is not trusted .*pin it/);
  expect(asked).toBe(0);
});

test("row 16: an impostor's certificate is refused, by authority and by fingerprint", async () => {
  const byAuthority = await runWith((_real, mitm) => ({ ca: mitm.ca }));
  const byFingerprint = await runWith((_real, mitm) => ({
    fingerprint256: new X509Certificate(mitm.ca).fingerprint256,
  }));
  const byBoth = await runWith((real, mitm) => ({
    ca: real.ca,
    fingerprint256: new X509Certificate(mitm.ca).fingerprint256,
  }));
  for (const { report, asked } of [byAuthority, byFingerprint, byBoth]) {
    expect(report.error).toMatchObject({ code: "OPTION_INVALID", recovery: "fix-config" });
    expect(asked).toBe(0);
  }
});

test("row 16: no source turns verification off", () => {
  const folder = new URL("../src/", import.meta.url);
  const sources = readdirSync(folder).filter((name) => name.endsWith(".ts"));
  expect(sources).toContain("web-tls-fetch.ts");
  const guilty = sources.filter((name) =>
    /rejectUnauthorized|TLS_REJECT/.test(readFileSync(new URL(name, folder), "utf8")),
  );
  expect(guilty).toEqual([]);
});

const hostile = [
  "http://localhost:5000/v1/api",
  "https://user@localhost:5000/v1/api",
  "https://localhost:5000/v1/api?t=1",
  "file:///etc/passwd",
  "nonsense",
];

test.each(hostile)("row 15: the policy refuses the gateway %s", (url) => {
  expect(() => ibkrWeb({ gateways: [{ url }] })).toThrow(expect.objectContaining({ code: "OPTION_INVALID" }));
});

const elsewhere = [
  "https://169.254.169.254/",
  "https://api.ibkr.com.evil.example/v1/api",
  "https://[::ffff:169.254.169.254]/",
];

test.each(elsewhere)("row 15: OAuth goes to hosts of IBKR, not to %s", (url) => {
  expect(() => ibkrWeb({ oauthUrls: [url] })).toThrow(expect.objectContaining({ code: "OPTION_INVALID" }));
});

test("row 15: IBKR's own hosts take no pin of the host's", () => {
  expect(() => ibkrWeb({ oauthTls: { ca: "-----BEGIN CERTIFICATE-----" } })).toThrow(/loopback/);
});

test("row 15: a gateway that the policy does not allow is never asked, whatever settings say", async () => {
  await using world = await aWebWorld();
  const other = await startIbkrSimulator({ clock: world.clock, portal: {} });
  const id = await world.connect("U1234567", { gatewayUrl: other.portal.url });
  expect((await world.run({ connectionId: id })).error).toMatchObject({ code: "OPTION_INVALID" });
  expect([world.portal.requests.length, other.portal.requests.length]).toEqual([0, 0]);
  await other.close();
});

test("row 15: a redirect is not followed, wherever it leads", async () => {
  await using world = await aWebWorld();
  const { hostileUrl, requests } = world.simulator;
  world.portal.inject({ kind: "redirect", location: `${hostileUrl}/tickle`, times: 100 });
  expect((await world.run()).status).toBe("blocked_reauth");
  expect(requests).toEqual([]);
});

test("headers (trap 403, 411): every request names a program, and every POST its length", async () => {
  await using world = await aWebWorld();
  world.portal.expire("brokerage");
  world.simulator.addFills(fill);
  await world.run();
  expect(world.portal.requests.filter(({ method }) => method === "POST").length).toBeGreaterThan(2);
  expect(world.portal.requests.map(({ userAgent }) => userAgent)).toEqual(world.portal.requests.map(() => "fillbook"));
  expect(world.portal.requests.filter(({ status }) => status === 411 || status === 403)).toEqual([]);
});

const broken = [
  [{ kind: "http", status: 200 }, "BROKER_UNAVAILABLE"],
  [{ kind: "truncated" }, "PROTOCOL"],
  [{ kind: "reset" }, "NETWORK"],
  [{ kind: "reset-before-answer" }, "NETWORK"],
  [{ kind: "drip", waitMs: 60 }, "TIMEOUT"],
  [{ kind: "never-answers" }, "TIMEOUT"],
  [{ kind: "transform", transform: () => "[".repeat(100_000) }, "PROTOCOL"],
  [{ kind: "transform", transform: () => `["${"x".repeat(2_000_000)}"]` }, "RESPONSE_TOO_LARGE"],
  [{ kind: "transform", transform: () => '{"rows":[]}' }, "PROTOCOL"],
  [{ kind: "http", status: 403 }, "FEATURE_UNAVAILABLE"],
  [{ kind: "http", status: 200, body: "Access Denied" }, "FEATURE_UNAVAILABLE"],
  [{ kind: "http", status: 403, body: "Access Denied" }, "FEATURE_UNAVAILABLE"],
  [{ kind: "http", status: 404 }, "BROKER_UNAVAILABLE"],
  [{ kind: "http", status: 411 }, "REQUEST_INVALID"],
  [{ kind: "json", status: 500, body: '{"error":"failed to process request"}' }, "BROKER_ERROR"],
  [{ kind: "json", status: 200, body: '{"error":"failed to process request"}' }, "BROKER_ERROR"],
] as const;

test.each(broken)("errors (trap 36, 38): the trades answer %j is %s and stores nothing", async (fault, code) => {
  const timeouts = { bodyIdleMs: 40, headersMs: 200 };
  await using world = await aWebWorld({ policy: { timeouts, maxBodyBytes: 1_000_000, retries: { retriesMax: 1 } } });
  world.simulator.addFills(fill);
  await world.run();
  world.portal.inject({ ...fault, path: "/iserver/account/trades", times: 10 });
  world.clock.advance(900_000);
  const report = await world.run();
  expect(report).toMatchObject({ error: { code }, stats: { fetched: 0 } });
  expect(await world.canonical()).toHaveLength(1);
});

test("secrets: neither keys nor tokens are in a report, a log line or the shared state", async () => {
  await using world = await aWebWorld({ access: "oauth" });
  world.simulator.addFills(fill);
  const seen: unknown[] = [await world.run()];
  world.portal.inject({
    kind: "json",
    status: 500,
    body: JSON.stringify({ error: world.portal.consumer.accessToken }),
    times: 9,
  });
  world.clock.advance(900_000);
  seen.push(await world.run(), world.logged, world.store);
  const text = inspect(seen, { depth: null, maxArrayLength: null, maxStringLength: null });
  const { accessToken, accessTokenSecret } = world.portal.consumer;
  for (const hidden of [accessToken, accessTokenSecret, "PRIVATE KEY"]) expect(text).not.toContain(hidden);
});
