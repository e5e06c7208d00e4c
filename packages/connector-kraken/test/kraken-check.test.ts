import { startKrakenSimulator } from "@fillbook/connector-kraken/simulator";
import { expect, test } from "vitest";
import { driveKraken, testClock } from "./support/drive-kraken.ts";

test("check: a reading key gives its account, permissions and the start of its history", async () => {
  const clock = testClock();
  const keys = [{ iban: "AA12 N84G TEST", queryFromSeconds: 1_600_000_000 }];
  await using simulator = await startKrakenSimulator({ clock, keys });
  expect(await driveKraken(simulator, { clock }).check()).toEqual({
    accountRef: "AA12 N84G TEST",
    accounts: ["AA12 N84G TEST"],
    permissions: ["query-funds", "query-open-trades", "query-closed-trades", "query-ledger"],
    historyFrom: "2020-09-13T12:26:40.000000Z",
    warnings: [expect.stringMatching(/export-data/)],
  });
  expect(simulator.requests.map(({ path }) => path)).toEqual(["/0/private/GetApiKeyInfo"]);
});

test("check: rights that an import never needs, an end of the key and an end of history are warned of", async () => {
  const clock = testClock();
  const permissions = ["query-closed-trades", "modify-trades", "withdraw-funds"];
  const keys = [{ permissions, validUntilSeconds: 1_900_000_000, queryToSeconds: 1_700_000_000 }];
  await using simulator = await startKrakenSimulator({ clock, keys });
  const { warnings } = await driveKraken(simulator, { clock }).check();
  expect(warnings).toEqual([
    expect.stringMatching(/modify-trades, withdraw-funds|withdraw-funds, modify-trades/),
    expect.stringMatching(/query-open-trades/),
    expect.stringMatching(/query-ledger and export-data/),
    expect.stringMatching(/nothing after 2023-11-14/),
    expect.stringMatching(/expires at 2030-03-17/),
  ]);
});

test("check: a key that may not read fills is refused by the name of the right", async () => {
  const clock = testClock();
  await using simulator = await startKrakenSimulator({ clock, keys: [{ permissions: ["query-ledger"] }] });
  await expect(driveKraken(simulator, { clock }).check()).rejects.toMatchObject({
    ...{ code: "PERMISSION_DENIED", message: expect.stringMatching(/query-closed-trades/) },
  });
});

test("check: a key with a second factor needs its otp", async () => {
  const clock = testClock();
  await using simulator = await startKrakenSimulator({ clock, keys: [{ otp: "c4n4ry" }] });
  await expect(driveKraken(simulator, { clock }).check()).rejects.toMatchObject({ code: "CREDENTIALS_INVALID" });
  const drive = driveKraken(simulator, { clock, credentials: { otp: "c4n4ry" } });
  expect((await drive.check()).warnings).toEqual([expect.stringMatching(/export-data/)]);
});

test.each(["EGeneral:Unknown method", "EAPI:Feature disabled", "EGeneral:Permission denied"])(
  "check: where GetApiKeyInfo answers %s, TradesHistory proves the key and the account is named after it",
  async (error) => {
    const clock = testClock();
    await using simulator = await startKrakenSimulator({ clock });
    const fault = simulator.inject({ kind: "error", errors: [error], path: "GetApiKeyInfo" });
    const drive = driveKraken(simulator, { clock });
    const checked = await drive.check();
    expect(fault.fired).toBe(1);
    expect(checked).toMatchObject({
      accountRef: expect.stringMatching(/^key-[0-9a-f]{12}$/),
      permissions: ["query-closed-trades"],
    });
    expect(checked.warnings).toEqual([expect.any(String), expect.stringMatching(/accountRef/)]);
    expect(drive.requests()).toHaveLength(1);
  },
);
