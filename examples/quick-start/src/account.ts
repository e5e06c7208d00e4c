import {
  generateTrades,
  type KrakenSimulator,
  publishedTradesHistory,
  startKrakenSimulator,
} from "@fillbook/connector-kraken/simulator";
import { type Clock, systemClock } from "@fillbook/core";
import { fakeClock } from "@fillbook/testkit";

/** The account that the quick start imports: a real one where a key is set, else a simulated one. */
export interface Account {
  readonly apiKey: string;
  readonly apiSecret: string;
  readonly baseUrl: string;
  /** A simulated account runs on a simulated clock, so waiting for its rate limit takes no time. */
  readonly clock: Clock;
  readonly simulator: KrakenSimulator | null;
  /** The simulated account's newest fill. */
  readonly newestTradeId: string;
}

/** Reads KRAKEN_API_KEY and KRAKEN_API_SECRET; without them it starts a simulator with 2,050 fills. */
export async function openAccount(): Promise<Account> {
  const { KRAKEN_API_KEY: apiKey, KRAKEN_API_SECRET: apiSecret } = process.env;
  if (apiKey !== undefined && apiSecret !== undefined) {
    return {
      apiKey,
      apiSecret,
      baseUrl: "https://api.kraken.com",
      clock: systemClock,
      simulator: null,
      newestTradeId: "",
    };
  }
  // The clock starts at the same moment each time: a second run finds the account that the first one imported.
  const clock = fakeClock();
  const recent = { fromMs: clock.now() - 30 * 86_400_000, toMs: clock.now() - 60_000 };
  const trades = [...publishedTradesHistory(), ...generateTrades({ count: 2000, seed: 1, ...recent })];
  const simulator = await startKrakenSimulator({ clock, trades });
  const newestTradeId = trades.at(-1)?.txid ?? "";
  return { ...simulator.key, baseUrl: simulator.url, clock, simulator, newestTradeId };
}
