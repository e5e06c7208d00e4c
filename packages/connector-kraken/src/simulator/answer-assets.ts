import { listParameter } from "./call-parameters.ts";
import type { JsonValue } from "./json-text.ts";
import { errorAnswer, type MethodAnswer, type PublicContext, resultAnswer } from "./method-answer.ts";
import { altnameOf, decimalsOf } from "./simulated-asset.ts";
import type { SimulatorState } from "./simulator-state.ts";

/** Assets: every base and quote of the simulator's pairs, and some that no pair has (KFEE, suffixed balances). */
export function answerAssets({ state, parameters }: PublicContext): MethodAnswer {
  const aclass = parameters.get("aclass") ?? "currency";
  const listed = aclass === "tokenized_asset" ? tokenizedAssets(state) : currencies(state);
  const wanted = listParameter(parameters, "asset");
  const found = wanted.map((name) => listed.find((asset) => asset === name || altnameOf(asset) === name));
  if (found.includes(undefined)) return errorAnswer("EQuery:Unknown asset");
  const assets = wanted.length === 0 ? listed : found.filter((asset) => asset !== undefined);
  return resultAnswer(new Map(assets.map((asset) => [asset, assetRow(asset, aclass)])));
}

const WITHOUT_PAIR = ["KFEE", "ZCAD", "DOT.S", "DOT.P", "XTZ.S", "XBT.M", "USD.M", "EUR.M", "EUR.HOLD", "XRT"];

function currencies({ pairs }: SimulatorState): readonly string[] {
  const bases = pairs.flatMap((pair) => (pair.tokenized ? [] : [pair.base]));
  return [...new Set([...bases, ...pairs.map((pair) => pair.quote), ...WITHOUT_PAIR])];
}

function tokenizedAssets({ pairs }: SimulatorState): readonly string[] {
  return [...new Set(pairs.flatMap((pair) => (pair.tokenized ? [pair.base] : [])))];
}

function assetRow(asset: string, aclass: string): JsonValue {
  const decimals = decimalsOf(asset);
  return { aclass, altname: altnameOf(asset), decimals, display_decimals: Math.min(decimals, 5), status: "enabled" };
}
