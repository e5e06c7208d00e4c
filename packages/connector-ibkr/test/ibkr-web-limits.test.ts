import { ibkrWeb } from "@fillbook/connector-ibkr";
import { expectedResult, generateFills, simulatedInstruments } from "@fillbook/connector-ibkr/simulator";
import { expect, test } from "vitest";
import { webTlsFetch } from "../src/web-tls-fetch.ts";
import { HOUR_MS, testClock } from "./support/ibkr-flex-world.ts";
import { aWebWorld } from "./support/ibkr-web-world.ts";

const fill = { instrument: simulatedInstruments.qqq, side: "buy", quantity: "100", price: "590.25" } as const;
const twoAccounts = [{ accountId: "U1234567" }, { accountId: "U7654321" }] as const;

test("limits: a sync is one call for trades, and four calls in all", async () => {
  await using world = await aWebWorld();
  world.simulator.addFills(fill);
  await world.run();
  const before = world.portal.requests.length;
  for (let sync = 0; sync < 5; sync += 1) {
    world.clock.advance(900_000);
    await world.run();
  }
  expect(world.paths().slice(before)).toEqual(
    Array.from({ length: 5 }, () => ["/tickle", "/iserver/accounts", "/iserver/account/trades"]).flat(),
  );
  expect(world.portal.violations).toEqual([]);
});

test("limits: runs of several processes at once are never two calls for trades within five seconds", async () => {
  await using world = await aWebWorld({ simulator: { accounts: twoAccounts, portal: {} } });
  const other = await world.connect("U7654321");
  world.simulator.addFills(fill, { ...fill, accountId: "U7654321" });
  const reports = await Promise.all([
    world.run(),
    world.run({ connectionId: other }),
    world.run({ connectionId: await world.connect("U7654321") }),
  ]);
  expect(reports.map(({ error }) => error)).toEqual([null, null, null]);
  const times = world.calls().map(({ atMs }) => atMs);
  expect(times.length).toBeGreaterThanOrEqual(4);
  for (const [index, time] of times.slice(1).entries())
    expect(time - (times[index] ?? 0)).toBeGreaterThanOrEqual(5_000);
  expect(world.portal.violations).toEqual([]);
});

test("limits: a request that is long on its way still leaves five seconds before the next", async () => {
  const clock = testClock();
  await using world = await aWebWorld({ clock });
  world.simulator.addFills(fill);
  const { url, certificate: ca } = world.portal;
  const send = webTlsFetch({ url, pin: { ca, fingerprint256: null }, egress: null });
  const slow: typeof send = (target, init) => {
    if (target.includes("/trades") && world.calls().length === 0) clock.advance(3_000);
    return send(target, init);
  };
  const connectors = [ibkrWeb({ gateways: [{ url, ca }], fetch: slow, random: () => 0.5 })];
  expect((await world.run({ connectors })).stats.inserted).toBe(1);
  expect(world.calls()).toHaveLength(2);
  expect(world.portal.violations).toEqual([]);
});

test("accounts: two on one session are read one after the other, and each fill is its account's", async () => {
  await using world = await aWebWorld({ simulator: { accounts: twoAccounts, portal: {} } });
  const other = await world.connect("U7654321");
  const quantities = ["1", "2", "3"];
  world.simulator.addFills(...quantities.map((quantity) => ({ ...fill, quantity })));
  world.simulator.addFills(
    ...quantities.map((quantity) => ({ ...fill, quantity: `${quantity}00`, accountId: "U7654321" })),
  );
  await Promise.all([world.run(), world.run({ connectionId: other })]);
  // The session's first list, which is empty, and one for each: nobody selected in between.
  expect(world.calls()).toHaveLength(3);
  const stored = (await world.canonical()).map(({ account, quantity }) => [account, quantity.length]);
  expect(stored.sort()).toEqual([...Array(3).fill(["U1234567", 1]), ...Array(3).fill(["U7654321", 3])]);
});

test("accounts: a program that selects another one between our two calls costs a second call, and no foreign fill", async () => {
  await using world = await aWebWorld({ simulator: { accounts: twoAccounts, portal: {} } });
  world.simulator.addFills(fill, { ...fill, accountId: "U7654321" });
  await world.run();
  world.clock.advance(900_000);
  world.simulator.addFills({ ...fill, quantity: "5" });
  const select = () => world.portal.select("U7654321");
  const meddling = { kind: "process", path: "/iserver/account/trades", process: select } as const;
  world.portal.inject(meddling);
  expect((await world.run()).stats.inserted).toBe(1);
  expect((await world.canonical()).map(({ account }) => account)).toEqual(["U1234567", "U1234567"]);
  world.portal.inject({ ...meddling, times: 1_000 });
  world.clock.advance(900_000);
  expect((await world.run()).error).toMatchObject({ code: "BROKER_UNAVAILABLE", retryAfterMs: 900_000 });
});

test("accounts: one that the login does not open is refused", async () => {
  await using world = await aWebWorld();
  const report = await world.run({ connectionId: await world.connect("U9999999") });
  expect(report.error).toMatchObject({ code: "ACCOUNT_MISMATCH" });
});

test("429 (trap 37): everything behind a named address is silent for fifteen minutes, in every process", async () => {
  await using world = await aWebWorld({ simulator: { portal: {} }, gateway: { egress: "default" } });
  world.simulator.addFills(fill);
  const body = "Too Many Requests";
  world.portal.inject({ kind: "http", status: 429, body, path: "/iserver/account/trades" });
  const report = await world.run();
  expect(report.error).toMatchObject({ code: "RATE_LIMITED", recovery: "wait", retryAfterMs: 900_000 });
  const asked = world.portal.requests.length;
  // Another user's session behind the same address: its own counters know of nothing.
  const { consumer } = world.portal;
  const credentials = async () => ({ kind: "oauth", ...consumer });
  for (const minutes of [0, 5, 7]) {
    world.clock.advance(minutes * 60_000);
    expect((await world.run({ credentials })).error).toMatchObject({ code: "RATE_LIMITED" });
    expect((await world.run({ mode: "manual" })).error).toMatchObject({ code: "RATE_LIMITED" });
  }
  expect(world.portal.requests).toHaveLength(asked);
  world.clock.advance(180_000);
  expect((await world.run()).stats.inserted).toBe(1);
});

test("429: an OAuth address and a gateway share nothing unless the host says so", async () => {
  for (const limited of ["oauth", "gateway"] as const) {
    await using world = await aWebWorld({ access: limited });
    world.simulator.addFills(fill);
    world.portal.inject({ kind: "http", status: 429, body: "Too Many Requests", path: "/iserver/account/trades" });
    expect((await world.run()).error).toMatchObject({ code: "RATE_LIMITED", retryAfterMs: 900_000 });
    const other = limited === "oauth" ? { kind: "gateway" } : { kind: "oauth", ...world.portal.consumer };
    expect((await world.run({ credentials: async () => other })).stats.inserted).toBe(1);
    expect((await world.run()).error).toMatchObject({ code: "RATE_LIMITED" });
  }
});

test("429: one of OAuth silences the keys of others behind the same address", async () => {
  await using world = await aWebWorld({ access: "oauth" });
  await using other = await aWebWorld({ access: "oauth" });
  world.portal.inject({ kind: "http", status: 429, body: "Too Many Requests", path: "/iserver/account/trades" });
  expect((await world.run()).error).toMatchObject({ code: "RATE_LIMITED" });
  const asked = world.portal.requests.length;
  const credentials = async () => ({ kind: "oauth", ...other.portal.consumer });
  expect((await world.run({ credentials })).error).toMatchObject({ code: "RATE_LIMITED" });
  expect(world.portal.requests).toHaveLength(asked);
});

test("429: the penalty box of the broker is waited out, and not asked in", async () => {
  await using world = await aWebWorld({ simulator: { portal: { penaltyMs: 600_000 } } });
  world.simulator.addFills(fill);
  // A foreign program asks for trades just before.
  world.portal.inject({
    kind: "process",
    path: "/iserver/accounts",
    process: async () => {
      const { request } = await import("node:https");
      await new Promise<void>((resolve) => {
        const options = { ca: world.portal.certificate, headers: { "user-agent": "other" } };
        request(`${world.portal.url}/iserver/account/trades`, options, (answer) =>
          answer.resume().once("end", resolve),
        ).end();
      });
    },
  });
  expect((await world.run()).error).toMatchObject({ code: "RATE_LIMITED" });
  expect(world.portal.violations).toEqual(["trades"]);
  for (let minutes = 0; minutes < 15; minutes += 5) {
    world.clock.advance(300_000);
    await world.run();
  }
  expect(world.portal.violations).toEqual(["trades"]);
  expect(await world.canonical()).toHaveLength(1);
});

/** Twenty-four hours and four. */
const SYNCS = 112;
const quiet = { cancelEvery: 0, rebookEvery: 0, bookingEvery: 0, comboEvery: 0 };

// LONG_TESTS=1 is the long run of `.ci/run`.
const accesses = process.env.LONG_TESTS === "1" ? (["gateway", "oauth"] as const) : (["gateway"] as const);

test.each(accesses)(
  "a day: 15-minute syncs by %s through resets lose nothing and break no limit",
  {
    timeout: 120_000,
  },
  async (access) => {
    // Friday noon to Saturday evening in New York: the daily reset, the weekly one, and a competing session.
    const startMs = Date.UTC(2026, 2, 6, 17);
    const entries = [...generateFills({ count: 150, seed: 5, days: 6, fromDay: "2026-02-28", ...quiet })].filter(
      (entry) => entry.kind === "fill" && entry.execId !== null,
    );
    const clock = testClock(startMs);
    await using world = await aWebWorld({
      clock,
      access,
      simulator: { entries, portal: { commissionDelayMs: 1_200_000 } },
    });
    const outcomes = new Map<string, number>();
    for (let sync = 0; sync < SYNCS; sync += 1) {
      meddle(world, sync);
      const report = await world.run();
      outcomes.set(report.error?.code ?? "ok", (outcomes.get(report.error?.code ?? "ok") ?? 0) + 1);
      if (report.status === "blocked_reauth" && sync % 4 === 3) {
        world.portal.login();
        await world.reconnect();
      }
      world.clock.advance(startMs + (sync + 1) * 900_000 - world.clock.now());
    }
    expect(
      [...outcomes.keys()].every((code) => ["ok", "LOCKED_OUT", "MAINTENANCE", "CREDENTIALS_INVALID"].includes(code)),
    ).toBe(true);
    expect(outcomes.get("ok")).toBeGreaterThan(60);
    expect(outcomes.get("MAINTENANCE")).toBeGreaterThan(5);
    expect(world.portal.violations).toEqual([]);
    const lastMs = startMs + (SYNCS - 1) * 900_000;
    const shown = world.simulator.book.entries.filter(({ bookedAtMs }) => bookedAtMs <= lastMs);
    const expected = expectedResult(shown).fills;
    const stored = await world.canonical();
    expect(stored.map(({ executionId }) => executionId).sort()).toEqual(expected.map(({ execId }) => execId).sort());
    expect(stored.filter(({ fees, instrument }) => fees === null && instrument.kind !== "forex")).toEqual([]);
  },
);

/** A fill every other sync, a competing session for two hours, and a broker that is down in its weekly window. */
function meddle({ simulator, portal, clock }: Awaited<ReturnType<typeof aWebWorld>>, sync: number): void {
  if (sync % 2 === 0 && sync < SYNCS - 8) simulator.addFills({ ...fill, atMs: clock.now() - 60_000 });
  if (sync === 10) portal.compete(true);
  if (sync === 18) portal.compete(false);
  // 23:00 on Friday in New York.
  if (sync === 44) portal.inject({ kind: "json", status: 503, body: "", forMs: 3 * HOUR_MS });
}
