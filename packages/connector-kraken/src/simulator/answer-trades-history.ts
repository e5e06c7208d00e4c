import { booleanParameter, InvalidArgument, offsetParameter } from "./call-parameters.ts";
import { exactTime } from "./exact-time.ts";
import type { MethodAnswer, PrivateContext } from "./method-answer.ts";
import { type SimulatedTrade, spotPositionId } from "./simulated-trade.ts";
import type { BookedTrade, TradeBook } from "./trade-book.ts";
import { tradeRow } from "./trade-row.ts";

const PAGE_ROWS = 50;

/** TradesHistory: the trades with start < time <= end, newest first, fifty from `ofs`. */
export function answerTradesHistory({ state, parameters, holder }: PrivateContext): MethodAnswer {
  const flag = (name: string, defaultValue: boolean) => booleanParameter(parameters, { name, defaultValue });
  const include = { ledgers: flag("ledgers", false), trades: flag("trades", false) };
  const ofType = typeFilter(parameters.get("type") ?? "all");
  const start = boundParameter(parameters, state.book, "start");
  const end = boundParameter(parameters, state.book, "end");
  const offset = offsetParameter(parameters, "ofs");

  const rows = state.book.newestFirst({ consolidated: flag("consolidate_taker", true) });
  // A key with a date range sees less and is not told so; both of its bounds are inclusive here.
  const { queryFromSeconds, queryToSeconds } = holder.key;
  const visibleFrom = queryFromSeconds === 0 ? null : exactSeconds(queryFromSeconds) - 1n;
  const visibleTo = queryToSeconds === 0 ? null : exactSeconds(queryToSeconds);
  const from = Math.max(firstAtOrBefore(rows, end), firstAtOrBefore(rows, visibleTo));
  const to = Math.min(firstExcluded(rows, start), firstExcluded(rows, visibleFrom));
  const matching = rows.slice(from, Math.max(from, to)).filter(({ trade }) => ofType(trade));

  const page = matching.slice(offset, offset + PAGE_ROWS);
  const trades = new Map(page.map(({ trade }) => [trade.txid, tradeRow(trade, include)]));
  return { kind: "page", page: { trades, count: flag("without_count", false) ? undefined : matching.length } };
}

/** The index of the first row, newest first, whose time is at or before the bound; 0 without a bound. */
function firstAtOrBefore(rows: readonly BookedTrade[], bound: bigint | null): number {
  if (bound === null) return 0;
  let [low, high] = [0, rows.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    const row = rows[middle];
    if (row !== undefined && row.time <= bound) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** The index of the first row that an exclusive start leaves out; the number of rows without a start. */
function firstExcluded(rows: readonly BookedTrade[], start: bigint | null): number {
  return start === null ? rows.length : firstAtOrBefore(rows, start);
}

/** Unix seconds, or the id of a trade, which stands for its exact time; null when absent. */
function boundParameter(parameters: URLSearchParams, book: TradeBook, name: "start" | "end"): bigint | null {
  const text = parameters.get(name) ?? "";
  if (text === "") return null;
  const time = exactTime(text) ?? book.find(text)?.time;
  if (time === undefined) throw new InvalidArgument(name);
  return time;
}

function exactSeconds(seconds: number): bigint {
  const time = exactTime(String(seconds));
  if (time === null) throw new TypeError(`not Unix seconds: ${seconds}`);
  return time;
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

function hasPosition(trade: SimulatedTrade): boolean {
  const { postxid = spotPositionId } = trade;
  return trade.posstatus !== undefined || isClosing(trade) || (postxid !== null && postxid !== spotPositionId);
}

function isClosing({ misc }: SimulatedTrade): boolean {
  return misc.split(",").includes("closing");
}
