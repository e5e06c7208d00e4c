import { ibkrWeb, resetWindows } from "@fillbook/connector-ibkr";
import { expect, test } from "vitest";
import { resetLeftMs } from "../src/web-windows.ts";
import { aWebWorld } from "./support/ibkr-web-world.ts";

test("check: names the selected account, all accounts, how far back it reads, and what is missing", async () => {
  const accounts = [{ accountId: "U1234567" }, { accountId: "U7654321" }];
  await using world = await aWebWorld({ simulator: { accounts, portal: {} } });
  world.portal.select("U7654321");
  const user = world.book.forUser("owner");
  const connection = await user.connect({ connector: "ibkr-web", settings: {} });
  expect(connection).toMatchObject({ accountRef: "U7654321", broker: "ibkr", status: "active" });
  const signal = new AbortController().signal;
  const checked = await ibkrWeb(world.policy).check({
    ...{
      userId: "owner",
      credentials: { kind: "gateway" },
      settings: { region: "america", compete: false },
      signal,
      clock: world.clock,
    },
    state: {
      read: (key) => world.store.readState(`ibkr/${key}`),
      write: (key, value, version) => world.store.writeState(`ibkr/${key}`, value, version),
    },
  });
  expect(checked).toMatchObject({
    ...{
      accounts: ["U1234567", "U7654321"],
      permissions: ["client-portal"],
      historyFrom: "2026-02-24T00:00:00.000000Z",
    },
    warnings: [expect.stringMatching(/paper/), expect.stringMatching(/several/), expect.stringMatching(/seven days/)],
  });
  expect(world.calls()).toEqual([]);
});

test("check: an account that the login does not open is refused, and so is a login that has ended", async () => {
  await using world = await aWebWorld();
  const user = world.book.forUser("owner");
  const wanted = { connector: "ibkr-web", settings: {} } as const;
  await expect(user.connect({ ...wanted, accountRef: "U9" })).rejects.toMatchObject({ code: "ACCOUNT_MISMATCH" });
  world.portal.expire("sso");
  await expect(user.connect(wanted)).rejects.toMatchObject({ code: "CREDENTIALS_INVALID" });
});

test("policy: options that cannot be are refused by name", () => {
  const url = "https://localhost:5000/v1/api";
  const refused = [
    [{ tradesEveryMs: 5_000 }, "tradesEveryMs"],
    [{ penaltyMs: 1 }, "penaltyMs"],
    [{ pageRecords: 1_001 }, "pageRecords"],
    [{ userAgent: "" }, "userAgent"],
    [{ oauthUrls: [] }, "oauthUrls"],
    [{ gateways: [{ url, ca: "x" }] }, "ca"],
    [{ gateways: [{ url, fingerprint256: "AA" }] }, "fingerprint256"],
    [{ timeouts: { totalMs: 0 } }, "timeouts.totalMs"],
    [{ retries: { retriesMax: 21 } }, "retries.retriesMax"],
    [{ resetWindows: { ...resetWindows, asia: [{ timeZone: "Mars", from: "00:00", to: "01:00" }] } }, "resetWindows"],
    [{ resetWindows: { ...resetWindows, asia: [{ timeZone: "UTC", from: "02:00", to: "01:00" }] } }, "resetWindows"],
  ] as const;
  for (const [policy, name] of refused) expect(() => ibkrWeb(policy)).toThrow(name);
});

const moments = [
  ["america", "2026-03-04T05:00:00Z", 105],
  ["america", "2026-03-04T06:44:00Z", 1],
  ["america", "2026-03-04T06:45:00Z", 0],
  ["america", "2026-03-04T04:59:00Z", 0],
  // Summer time begins on 2026-03-08: midnight in New York is an hour earlier.
  ["america", "2026-03-10T04:00:00Z", 105],
  ["europe", "2026-03-04T05:30:00Z", 75],
  ["asia", "2026-03-04T20:45:00Z", 80],
  // Friday 23:00 to Saturday 03:00 in New York, for every region and without a seam at midnight.
  ["europe", "2026-03-07T04:00:00Z", 240],
  ["america", "2026-03-07T07:30:00Z", 30],
  ["asia", "2026-03-07T23:00:00Z", 360],
] as const;

test.each(moments)("windows (trap 21): in %s at %s there are %d minutes left", (region, moment, minutes) => {
  expect(resetLeftMs(resetWindows[region], Date.parse(moment))).toBe(minutes * 60_000);
});
