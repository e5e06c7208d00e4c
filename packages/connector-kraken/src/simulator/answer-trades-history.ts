import { booleanParameter, InvalidArgument, offsetParameter } from "./call-parameters.ts";
import type { MethodAnswer, PrivateContext } from "./method-answer.ts";
import { rowsInSpan } from "./rows-in-span.ts";
import { hasPosition, isClosing, type SimulatedTrade } from "./simulated-trade.ts";
import type { BookedTrade } from "./trade-book.ts";
import { rebasedTrade, tradeRow } from "./trade-row.ts";

const PAGE_ROWS = 50;

/** TradesHistory: the trades with start < time <= end, newest first, fifty from `ofs`. */
export function answerTradesHistory({ state, parameters, holder }: PrivateContext): MethodAnswer {
  const flag = (name: string, defaultValue: boolean) => booleanParameter(parameters, { name, defaultValue });
  const include = { ledgers: flag("ledgers", false), trades: flag("trades", false) };
  const ofType = typeFilter(parameters.get("type") ?? "all");
  const timeOf = (txid: string) => state.book.find(txid)?.time ?? null;
  const offset = offsetParameter(parameters, "ofs");
  const rows = state.book.newestFirst({ consolidated: flag("consolidate_taker", true) });
  const matching = rowsInSpan(rows, { parameters, key: holder.key, timeOf }).filter(({ trade }) => ofType(trade));

  const page = matching.slice(offset, offset + PAGE_ROWS);
  const rebased = (parameters.get("rebase_multiplier") ?? "rebased") === "rebased";
  const shown = ({ trade }: BookedTrade) => {
    const multiplier = rebased ? (state.multipliers.get(trade.pair) ?? "1") : "1";
    return multiplier === "1" ? trade : rebasedTrade(trade, multiplier);
  };
  const trades = new Map(page.map((row) => [row.trade.txid, tradeRow(shown(row), include)]));
  return { kind: "page", page: { trades, count: flag("without_count", false) ? undefined : matching.length } };
}

function typeFilter(type: string): (trade: SimulatedTrade) => boolean {
  switch (type) {
    case "all":
      return () => true;
    case "any position":
      return hasPosition;
    case "closed position":
      return (trade) => trade.posstatus === "closed";
    case "closing position":
      return isClosing;
    case "no position":
      return (trade) => !hasPosition(trade);
    default:
      throw new InvalidArgument("type");
  }
}
