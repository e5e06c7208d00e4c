import { generateTrades, publishedTradesHistory, startKrakenSimulator } from "@fillbook/connector-kraken/simulator";
import { fakeClock } from "@fillbook/testkit";
import { expect, test } from "vitest";
import { diagnosisLines } from "../src/diagnosis.ts";
import { krakenDoctor } from "../src/kraken-doctor.ts";

const DAY_MS = 86_400_000;
const reading = ["query-funds", "query-open-trades", "query-closed-trades", "query-ledger", "export-data"];

async function doctorsWord(key: Parameters<typeof startKrakenSimulator>[0] & object) {
  const clock = fakeClock();
  await using simulator = await startKrakenSimulator({ clock, trades: publishedTradesHistory(), ...key });
  const { apiKey, apiSecret } = simulator.key;
  return await krakenDoctor({ credentials: { apiKey, apiSecret }, baseUrl: simulator.url, clock });
}

test("kraken: a key with the rights to read needs nothing, and what it opens is told", async () => {
  const { seen, fixes } = await doctorsWord({ keys: [{ permissions: reading }] });
  expect(fixes).toEqual([]);
  expect(seen.join("\n")).toMatch(/opens the account AA37 N84G SIML ATED/);
  expect(seen.at(-1)).toMatch(/^[1-9]\d* of its newest fills/);
});

test("kraken: rights that are missing and rights that are too many are named with the label of Kraken's page", async () => {
  const permissions = ["query-closed-trades", "modify-trades", "withdraw-funds"];
  const { fixes } = await doctorsWord({ keys: [{ permissions }] });
  expect(fixes).toEqual([
    expect.stringMatching(/Tick "Query open orders & trades"/),
    expect.stringMatching(/Tick "Query ledger entries"/),
    expect.stringMatching(/modify-trades/),
    expect.stringMatching(/withdraw-funds/),
  ]);
});

test("kraken: a key that may not read fills at all is told so", async () => {
  const { fixes } = await doctorsWord({ keys: [{ permissions: ["query-ledger"] }] });
  expect(fixes).toEqual([expect.stringMatching(/"Query closed orders & trades".*PERMISSION_DENIED/)]);
});

test("kraken: a key that ends soon, or reads a part of the history, is told", async () => {
  const nowSeconds = Math.floor(fakeClock().now() / 1000);
  const soon = { validUntilSeconds: nowSeconds + 5 * 86_400, queryFromSeconds: nowSeconds - 30 * 86_400 };
  const { fixes } = await doctorsWord({ keys: [{ permissions: reading, ...soon }] });
  expect(fixes.join("\n")).toMatch(/in 5 day\(s\): replace it/);
  expect(fixes.join("\n")).toMatch(/reads history from .* only/);
  const later = { validUntilSeconds: nowSeconds + 300 * 86_400 };
  const { seen, fixes: none } = await doctorsWord({ keys: [{ permissions: reading, ...later }] });
  expect(none).toEqual([]);
  expect(seen.join("\n")).toMatch(/expires at/);
});

test("kraken: a wrong secret is refused in words that do not hold it", async () => {
  const clock = fakeClock();
  await using simulator = await startKrakenSimulator({ clock });
  const apiSecret = Buffer.from("not the secret of this key, but long").toString("base64");
  const credentials = { apiKey: simulator.key.apiKey, apiSecret };
  const diagnosis = await krakenDoctor({ credentials, baseUrl: simulator.url, clock });
  expect(diagnosis.fixes).toEqual([expect.stringMatching(/CREDENTIALS_INVALID/)]);
  const text = diagnosisLines(diagnosis).join("\n");
  expect(text).not.toContain(apiSecret);
  expect(text).not.toContain(credentials.apiKey);
});

test("kraken: it leaves a long history alone", async () => {
  const clock = fakeClock();
  const recent = { fromMs: clock.now() - 300 * DAY_MS, toMs: clock.now() - DAY_MS };
  const trades = generateTrades({ count: 1000, seed: 4, ...recent });
  await using simulator = await startKrakenSimulator({ clock, trades, keys: [{ permissions: reading }] });
  const { apiKey, apiSecret } = simulator.key;
  await krakenDoctor({ credentials: { apiKey, apiSecret }, baseUrl: simulator.url, clock });
  expect(simulator.requests.length).toBeLessThan(25);
});
