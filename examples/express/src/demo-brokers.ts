import { ibkrFlex, ibkrWeb } from "@fillbook/connector-ibkr";
import {
  type FlexRow,
  generateFills,
  type IbkrSimulator,
  type SimulatedEntry,
  type SimulatedFill,
  startIbkrSimulator,
} from "@fillbook/connector-ibkr/simulator";
import { kraken } from "@fillbook/connector-kraken";
import {
  generateTrades,
  type KrakenSimulator,
  type SimulatedTrade,
  startKrakenSimulator,
} from "@fillbook/connector-kraken/simulator";
import type { Clock } from "@fillbook/core";
import { hurriedClock } from "@fillbook/testkit";
import type { DemoSecrets } from "./demo-secrets.ts";

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
/** A person would log in at the gateway; the simulated one is logged in again by itself, some time after it was lost. */
const GATEWAY_LOGIN_MS = 300_000;

/** Accounts of the simulated Interactive Brokers. */
export const demoAccounts = { main: "U1234567", retirement: "U7654321" } as const;
/** Their Flex queries. */
export const demoQueries = { main: "1000001", retirement: "1000003" } as const;

/** Kraken and Interactive Brokers on loopback addresses, with the same fills at every start. */
export async function startDemoBrokers(secrets: DemoSecrets) {
  const clock = hurriedClock();
  const krakenAccount = await startKraken(secrets, clock);
  const ibkrAccount = await startIbkr(secrets, clock);
  const { url: baseUrl, mirrorUrl, portal } = ibkrAccount;
  // Whoever may name the gateway reads the trades of its login: the demo's user may, those who sign up may not.
  const gateway = { url: portal.url, fingerprint256: portal.fingerprint256, userIds: [secrets.userId] };
  const logins = setInterval(() => portal.login(), GATEWAY_LOGIN_MS).unref();
  return {
    clock,
    connectors: [
      kraken({ baseUrl: krakenAccount.url }),
      ibkrFlex({ baseUrl, loopbackUrls: [mirrorUrl] }),
      ibkrWeb({ gateways: [gateway] }),
    ],
    changeLater: () => changeLater(krakenAccount, ibkrAccount, secrets),
    retireToken: () => void ibkrAccount.replaceToken(),
    async close() {
      clearInterval(logins);
      await Promise.all([krakenAccount.close(), ibkrAccount.close()]);
    },
  };
}

function startKraken({ krakenKey, madeAtMs }: DemoSecrets, clock: Clock): Promise<KrakenSimulator> {
  return startKrakenSimulator({ clock, keys: [krakenKey], trades: krakenTrades(madeAtMs) });
}

function startIbkr({ flexTokens, madeAtMs }: DemoSecrets, clock: Clock): Promise<IbkrSimulator> {
  const fromDay = dayOf(madeAtMs - 42 * DAY_MS);
  const { main, retirement } = demoAccounts;
  const first = [...generateFills({ count: 120, seed: 1, days: 28, fromDay, accountId: main })];
  const second = generateFills({
    count: 60,
    seed: 9,
    days: 24,
    fromDay,
    accountId: retirement,
    firstRow: 4_500_000_001,
  });
  const { retired, renewed } = flexTokens;
  return startIbkrSimulator({
    clock,
    accounts: [{ accountId: main }, { accountId: retirement }],
    // The first one is the one that is replaced.
    tokens: [{ token: retired }, { token: flexTokens.first }, { token: renewed }],
    entries: [...first, ...second],
    queries: [
      {
        type: "AF",
        id: demoQueries.main,
        accounts: [main],
        editRow: withUnknownSide(plainFills(first)[9]?.transactionId ?? undefined),
      },
      { type: "AF", id: demoQueries.retirement, accounts: [retirement] },
    ],
    portal: {},
  });
}

/** One row that no connector can read: it is kept, and told as a problem. */
function withUnknownSide(transactionId: string | undefined): (row: FlexRow) => FlexRow {
  return (row) => {
    const isIt = row.attributes.transactionID === transactionId;
    return isIt ? { ...row, attributes: { ...row.attributes, buySell: "HODL" } } : row;
  };
}

/** Fills of shares that nothing happened to. */
function plainFills(entries: readonly SimulatedEntry[]): readonly SimulatedFill[] {
  return entries.flatMap((entry) => {
    const isPlain = entry.kind === "fill" && entry.revision === "first" && entry.accountId === demoAccounts.main;
    return isPlain && entry.instrument.kind === "stock" && entry.execId !== null ? [entry] : [];
  });
}

/** What brokers do after they told of a fill: one changes it without a word, the other corrects it by a new revision. */
function changeLater(krakenAccount: KrakenSimulator, ibkrAccount: IbkrSimulator, { madeAtMs }: DemoSecrets): void {
  const newest = krakenTrades(madeAtMs).at(-1);
  if (newest !== undefined) krakenAccount.changeTrade(newest.txid, { price: "61000.00000" });
  const fills = plainFills(ibkrAccount.book.entries);
  const reportDay = dayOf(madeAtMs - 2 * DAY_MS);
  for (const { execId, price } of fills.slice(3, 6)) {
    ibkrAccount.correct(execId ?? "", { reportDay, price: `${Number.parseInt(price, 10)}.25` });
  }
}

function krakenTrades(madeAtMs: number): readonly SimulatedTrade[] {
  const pairs = ["XXBTZUSD", "XETHZUSD", "SOLUSD", "XXBTZEUR"];
  const fromMs = madeAtMs - 60 * DAY_MS;
  const toMs = madeAtMs - HOUR_MS;
  const past = generateTrades({ count: 190, seed: 1, fromMs, toMs, pairs });
  // Young enough to be read again by the next run, which then sees that one of them changed.
  const young = generateTrades({
    count: 10,
    seed: 2,
    fromMs: madeAtMs - HOUR_MS / 2,
    toMs: madeAtMs - HOUR_MS / 30,
    pairs,
  });
  return [...past, ...young];
}

function dayOf(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10);
}
