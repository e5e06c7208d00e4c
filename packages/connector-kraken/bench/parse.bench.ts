import type { Repetition } from "../../../tools/bench-row.ts";
import { perSecond, report, timeMs } from "../../../tools/bench-timer.ts";
import { readKrakenAnswer } from "../src/kraken-answer.ts";
import { krakenAssets } from "../src/kraken-assets.ts";
import { type KrakenContext, krakenNormalize } from "../src/kraken-normalize.ts";
import { pairResolver } from "../src/kraken-pairs.ts";
import { krakenRaw, readTradesPage } from "../src/kraken-trade.ts";
import { generateTrades } from "../src/simulator/generate-trades.ts";
import { jsonText } from "../src/simulator/json-text.ts";
import { tradeRow } from "../src/simulator/trade-row.ts";

// Goal: reading Kraken's pages costs a small multiple of reading their JSON. Method: 100,000 made trades in bodies of
// 50, each body read and normalized as the connector does it, beside JSON.parse of the same bodies alone.

const REPETITIONS = 7;
const WARM_UPS = 2;
const TRADES = 100_000;
const PAGE_SIZE = 50;

interface PreparedPage {
  readonly body: string;
  readonly context: KrakenContext;
}

const pages = preparePages();
const repetitions: Repetition[] = [];
for (let round = -WARM_UPS; round < REPETITIONS; round += 1) {
  const durationMs = await timeMs(() => pages.forEach(normalizePage));
  const parseMs = await timeMs(() => pages.forEach(parsePage));
  const measured = { value: perSecond(TRADES, durationMs), anchorValue: perSecond(TRADES, parseMs) };
  if (round >= 0) repetitions.push(measured);
}
report([
  {
    name: "Kraken parse and normalize",
    unit: "executions/s",
    anchor: "JSON.parse of the same bodies",
    goal: { of: "ratio", relation: ">=", bound: 0.2 },
    repetitions,
  },
]);

function preparePages(): PreparedPage[] {
  const trades = generateTrades({ count: TRADES, seed: 1 });
  const resolve = pairResolver([], krakenAssets(new Map()));
  return Array.from({ length: TRADES / PAGE_SIZE }, (_, index) => {
    const rows = trades.slice(index * PAGE_SIZE, (index + 1) * PAGE_SIZE).reverse();
    const listed = new Map(rows.map((trade) => [trade.txid, tradeRow(trade, { ledgers: false, trades: false })]));
    // Through bytes, as a body arrives: text that is still a tree of pieces would be flattened inside the measurement.
    const text = Buffer.from(jsonText({ error: [], result: { trades: listed, count: TRADES } })).toString();
    const pairs = [...new Set(rows.map(({ pair }) => pair))].sort().map(resolve);
    return { body: text, context: { account: "account", pairs } };
  });
}

function normalizePage({ body, context }: PreparedPage): void {
  const response = { status: 200, header: () => null, body };
  const answer = readKrakenAnswer(response, { endpoint: "TradesHistory", nowMs: 0, recoveryMs: 0, secrets: [] });
  if (answer.kind === "failed") throw answer.error;
  const { rows = [] } = readTradesPage(answer.result) ?? {};
  const normalized = rows.map((row) => krakenNormalize(krakenRaw(row), context));
  const rejected = normalized.find(({ kind }) => kind !== "execution");
  if (rejected !== undefined || normalized.length !== PAGE_SIZE) throw new Error(JSON.stringify(rejected));
}

function parsePage({ body }: PreparedPage): void {
  if (JSON.parse(body).error.length !== 0) throw new Error("the body has an error");
}
