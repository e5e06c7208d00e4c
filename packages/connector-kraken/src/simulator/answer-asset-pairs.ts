import { listParameter } from "./call-parameters.ts";
import type { JsonValue } from "./json-text.ts";
import { errorAnswer, type MethodAnswer, type PublicContext, resultAnswer } from "./method-answer.ts";
import type { SimulatedPair } from "./simulated-pair.ts";

/** AssetPairs: currencies unless `aclass_base=tokenized_asset`; `pair` takes keys, altnames and wsnames. */
export function answerAssetPairs({ state, parameters }: PublicContext): MethodAnswer {
  const tokenized = parameters.get("aclass_base") === "tokenized_asset";
  const venue = parameters.get("execution_venue") ?? "international";
  const listed = state.pairs.filter((pair) => venue === "international" && (pair.tokenized ?? false) === tokenized);
  const wanted = listParameter(parameters, "pair");
  const found = wanted.map((name) => listed.find((pair) => namesOf(pair).includes(name)));
  if (found.includes(undefined)) return errorAnswer("EQuery:Unknown asset pair");
  const pairs = wanted.length === 0 ? listed : found.filter((pair) => pair !== undefined);
  return resultAnswer(new Map(pairs.map((pair) => [pair.key, pairRow(pair)])));
}

function namesOf({ key, altname, wsname }: SimulatedPair): readonly (string | null)[] {
  return [key, altname, wsname];
}

const FEES = [
  [0, 0.4],
  [10000, 0.35],
  [50000, 0.24],
];
const FEES_MAKER = [
  [0, 0.25],
  [10000, 0.2],
  [50000, 0.14],
];

// Fees, margin terms and minimums are made; the fields are those of an answer of 2026.
function pairRow(pair: SimulatedPair): JsonValue {
  const tokenized = pair.tokenized ?? false;
  return {
    altname: pair.altname,
    wsname: pair.wsname ?? undefined,
    aclass_base: tokenized ? "tokenized_asset" : "currency",
    base: pair.base,
    aclass_quote: "currency",
    quote: pair.quote,
    lot: "unit",
    cost_decimals: pair.quote === "XXBT" || pair.quote === "XETH" ? 6 : 5,
    pair_decimals: pair.pairDecimals,
    lot_decimals: pair.lotDecimals ?? 8,
    lot_multiplier: 1,
    leverage_buy: [2, 3],
    leverage_sell: [2, 3],
    fees: tokenized ? [[0, 0.1]] : FEES,
    fees_maker: tokenized ? [[0, -0.02]] : FEES_MAKER,
    fee_volume_currency: "ZUSD",
    margin_call: 80,
    margin_stop: 40,
    ordermin: "0.0001",
    costmin: "0.5",
    tick_size: pair.pairDecimals === 0 ? "1" : `0.${"1".padStart(pair.pairDecimals, "0")}`,
    status: pair.status ?? "online",
    execution_venue: "international",
    long_position_limit: 400,
    short_position_limit: 400,
  };
}
