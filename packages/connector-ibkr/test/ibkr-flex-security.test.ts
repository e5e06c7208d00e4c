import { inspect } from "node:util";
import { ibkrFlex } from "@fillbook/connector-ibkr";
import { generateFills } from "@fillbook/connector-ibkr/simulator";
import { ImportError } from "@fillbook/core";
import { expect, test } from "vitest";
import { stateOf } from "../../testkit/src/suite/play.ts";
import { statementPlace } from "../src/flex-place.ts";
import { aFlexWorld, testClock } from "./support/ibkr-flex-world.ts";

const entries = [
  ...generateFills({ count: 12, seed: 3, days: 5, fromDay: "2026-02-16", bookingEvery: 0, comboEvery: 0 }),
];
const TOKEN = "c4n4ry0123456789012345678";
const simulator = { entries, tokens: [{ token: TOKEN }] };

const path = "/AccountManagement/FlexWebService/GetStatement";

test.each([
  [`https://gdcdyn.interactivebrokers.com${path}`, true],
  [`https://ndcdyn.interactivebrokers.com${path}`, true],
  [`https://cdcdyn.interactivebrokers.com:443${path}`, true],
  [`http://gdcdyn.interactivebrokers.com${path}`, false],
  [`https://gdcdyn.interactivebrokers.com:8443${path}`, false],
  [`https://gdcdyn.interactivebrokers.com.evil.example${path}`, false],
  [`https://evil.example/?gdcdyn.interactivebrokers.com${path}`, false],
  [`https://gdcdyn.interactivebrokers.com@evil.example${path}`, false],
  [`https://user:pass@gdcdyn.interactivebrokers.com${path}`, false],
  [`https://www.interactivebrokers.com${path}`, false],
  ["https://gdcdyn.interactivebrokers.com/Universal/servlet/Other", false],
  [`http://169.254.169.254${path}`, false],
  [`http://127.0.0.1:9999${path}`, false],
  [`http://[::1]${path}`, false],
  ["file:///etc/passwd/GetStatement", false],
  ["not a url/GetStatement", false],
] as const)("address: %s, allowed: %s", (url, isAllowed) => {
  expect(statementPlace(url, []) !== null).toBe(isAllowed);
});

test("address: what is allowed loses its query and fragment", () => {
  const place = `https://gdcdyn.interactivebrokers.com${path}`;
  expect(statementPlace(`${place}?t=1&x=2#y`, [])).toBe(place);
  expect(statementPlace(`http://127.0.0.1:80${path}`, ["http://127.0.0.1"])).toBe(`http://127.0.0.1${path}`);
});

test("ssrf: an address of a foreign host in an answer never sees the token", async () => {
  await using world = await aFlexWorld({ simulator });
  world.simulator.inject({ kind: "url", url: "hostile" });
  world.simulator.inject({ kind: "reset-before-answer", step: "GetStatement", times: 2 });
  expect(await world.run()).toMatchObject({ error: null, stats: { inserted: 12 } });
  expect(world.simulator.requests.filter(({ server }) => server === "hostile")).toEqual([]);
});

test("ssrf: an address that was put into the stored cursor never sees the token", async () => {
  await using world = await aFlexWorld({ simulator });
  await world.run({ budget: { pages: 1 } });
  const store: typeof world.store = {
    ...world.store,
    beginRun: async (request) => {
      const start = await world.store.beginRun(request);
      const text = JSON.stringify(start).replace('"url":null', `"url":"${world.simulator.hostileUrl}/GetStatement"`);
      return JSON.parse(text);
    },
  };
  world.simulator.inject({ kind: "html", step: "GetStatement", times: 2 });
  expect(await world.run({ store })).toMatchObject({ error: null, stats: { inserted: 12 } });
  expect(world.simulator.requests.filter(({ server }) => server === "hostile")).toEqual([]);
});

test.each(["html", "reset-before-answer", "empty-body"] as const)(
  "address: after %s the address of the answer is tried, if it is allowed",
  async (kind) => {
    const clock = testClock();
    await using world = await aFlexWorld({ simulator, clock });
    world.simulator.inject({ kind: "url", url: "mirror" });
    world.simulator.inject({ kind, step: "GetStatement" });
    const connectors = [ibkrFlex({ ...world.policy, loopbackUrls: [world.simulator.mirrorUrl] })];
    expect(await world.run({ connectors })).toMatchObject({ error: null, stats: { inserted: 12 } });
    expect(world.simulator.requests.map(({ server }) => server)).toEqual(["main", "main", "mirror"]);
  },
);

test("redirects: none is followed", async () => {
  await using world = await aFlexWorld({ simulator });
  const seen: string[] = [];
  const connectors = [
    ibkrFlex({
      fetch: async (url, init) => {
        seen.push(`${new URL(url).host} ${init.redirect}`);
        throw new TypeError("redirect refused");
      },
    }),
  ];
  expect((await world.run({ connectors })).error).toMatchObject({ code: "NETWORK" });
  expect(new Set(seen)).toEqual(new Set(["ndcdyn.interactivebrokers.com error"]));
});

test.each([
  "http://ndcdyn.interactivebrokers.com/AccountManagement/FlexWebService",
  "https://evil.example/AccountManagement/FlexWebService",
  "https://ndcdyn.interactivebrokers.com/x?t=1",
  "https://user@ndcdyn.interactivebrokers.com/x",
  "nothing",
])("policy: baseUrl %s is refused", (baseUrl) => {
  expect(() => ibkrFlex({ baseUrl })).toThrow(ImportError);
});

test("policy: requests carry version 3 and a User-Agent", async () => {
  await using world = await aFlexWorld({ simulator, policy: { userAgent: "Java/1.8 test" } });
  await world.run();
  for (const { parameters, userAgent } of world.simulator.requests) {
    expect([parameters.v, userAgent]).toEqual(["3", "Java/1.8 test"]);
  }
});

const faults = [
  { kind: "error", code: "4711", message: `no token ${TOKEN} here`, times: 9 },
  { kind: "error", code: "1012", times: 9 },
  { kind: "http", status: 500, body: TOKEN, times: 9 },
  { kind: "http", status: 302, times: 9 },
  { kind: "reset-before-answer", times: 9 },
  { kind: "html", times: 9 },
  { kind: "truncated", step: "GetStatement" },
  { kind: "attack", attack: "entity-expansion", step: "GetStatement" },
] as const;

test.each(faults)("secrets: after $kind $code the token is in no log, error, event, cursor or row", async (fault) => {
  await using world = await aFlexWorld({ simulator, policy: { pageRecords: 3 } });
  const seen: unknown[] = [];
  world.simulator.inject(fault);
  const onEvent = (event: unknown) => seen.push(event);
  for (let time = 0; time < 2; time += 1) {
    seen.push(await world.run({ onEvent }));
    world.clock.advance(3_600_000);
  }
  seen.push(
    world.logged,
    await stateOf(world.store),
    (await world.store.jobs("owner", {})).items,
    world.simulator.requests,
  );
  const text = `${inspect(seen, { depth: null, maxArrayLength: null, showHidden: true })}${JSON.stringify(seen)}`;
  expect(text).not.toContain(TOKEN);
});

test.each([
  "entity-expansion",
  "doctype",
  "external-entity",
  "huge-attribute",
  "deep-nesting",
  "no-end-tag",
  "wrong-count",
  "no-count",
] as const)("attack: %s is no success and claims no day", async (attack) => {
  await using world = await aFlexWorld({ simulator });
  world.simulator.inject({ kind: "attack", attack, step: "GetStatement", times: 99 });
  const report = await world.run();
  expect(report.status).not.toBe("succeeded");
  expect(["PROTOCOL", "RESPONSE_TOO_LARGE"]).toContain(report.error?.code);
  expect(report.cursorAfter).toMatchObject({ coverage: { covered: [] } });
  expect(world.sends()).toHaveLength(1);
});

test("attack: a body above the limit ends the run before it is read", async () => {
  await using world = await aFlexWorld({ simulator, policy: { maxStatementBytes: 20_000 } });
  world.simulator.inject({
    kind: "attack",
    attack: "huge-body",
    sizeBytes: 5_000_000,
    step: "GetStatement",
    times: 99,
  });
  expect((await world.run()).error).toMatchObject({ code: "RESPONSE_TOO_LARGE" });
});

test("credentials: a token with a space inside is refused before any request, and not shown", async () => {
  await using world = await aFlexWorld({ simulator });
  const report = await world.run({ credentials: async () => ({ token: `${TOKEN} x` }) });
  expect(report.error).toMatchObject({ code: "CREDENTIALS_MALFORMED" });
  expect([JSON.stringify(report).includes(TOKEN), world.steps()]).toEqual([false, []]);
});
