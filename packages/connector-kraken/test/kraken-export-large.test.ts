import { generateTrades, startKrakenSimulator } from "@fillbook/connector-kraken/simulator";
import { expect, test } from "vitest";
import { driveKraken, testClock } from "./support/drive-kraken.ts";

// LONG_TESTS=1 is the long run of `.ci/run`.
const count = process.env.LONG_TESTS === "1" ? 100_000 : 10_000;

test(`${count} fills by export are imported exactly, with their fees, in a few calls`, async () => {
  const clock = testClock();
  const trades = generateTrades({ count, seed: 3 });
  const keys = [{ permissions: ["query-closed-trades", "query-ledger", "export-data"] }];
  await using simulator = await startKrakenSimulator({ clock, trades, keys });
  const drive = driveKraken(simulator, { clock });
  await drive.run({ mode: "backfill" });
  expect(drive.executions.size).toBe(count);
  let wrong = 0;
  for (const { txid, type } of trades) if (drive.executions.get(txid)?.side !== type) wrong += 1;
  expect(wrong).toBe(0);
  const estimated = [...drive.executions.values()].filter(({ fees }) => fees?.some((fee) => fee.estimated));
  expect(estimated).toEqual([]);
  expect(simulator.requests.length).toBeLessThan(25);
  expect(simulator.exports).toEqual([]);
}, 120_000);
