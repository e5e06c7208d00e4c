import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { startKrakenSimulator } from "@fillbook/connector-kraken/simulator";
import { expect, test } from "vitest";
import { examine } from "../src/examine.ts";

const main = fileURLToPath(new URL("../src/main.ts", import.meta.url));
const run = promisify(execFile);

test("examine: says what is missing before it asks a broker", async () => {
  expect((await examine(undefined, {})).fixes).toEqual([expect.stringMatching(/kraken or flex/)]);
  expect((await examine("kraken", { KRAKEN_API_KEY: "key" })).fixes).toEqual([
    "Set KRAKEN_API_SECRET in the environment",
  ]);
  expect((await examine("flex", {})).fixes).toEqual([expect.stringMatching(/IBKR_FLEX_TOKEN and IBKR_FLEX_QUERY_ID/)]);
});

test("main: ends with 0 for a good key and with 1 for one to fix, and prints no secret", async () => {
  const good = ["query-closed-trades", "query-open-trades", "query-ledger"];
  await using simulator = await startKrakenSimulator({
    keys: [{ permissions: good }, { permissions: ["query-funds"] }],
  });
  const outcomes = simulator.keys.map(({ apiKey, apiSecret }) => {
    const env = { ...process.env, KRAKEN_API_KEY: apiKey, KRAKEN_API_SECRET: apiSecret, KRAKEN_URL: simulator.url };
    return run(process.execPath, [main, "kraken"], { env }).then(
      ({ stdout }) => ({ code: 0, stdout }),
      (failure: { code: number; stdout: string }) => failure,
    );
  });
  const [first, second] = await Promise.all(outcomes);
  expect(first).toMatchObject({ code: 0, stdout: expect.stringContaining("Nothing to fix.") });
  expect(second).toMatchObject({ code: 1, stdout: expect.stringContaining("To fix:\n1. ") });
  for (const { apiKey, apiSecret } of simulator.keys) {
    for (const secret of [apiKey, apiSecret]) expect(`${first?.stdout}${second?.stdout}`).not.toContain(secret);
  }
});
