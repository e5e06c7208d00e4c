import { exactTime } from "./exact-time.ts";
import type { SimulatedExport } from "./export-book.ts";
import { ledgerId } from "./ledger-id.ts";
import type { SimulatedTrade } from "./simulated-trade.ts";
import type { SimulatorState } from "./simulator-state.ts";

const TRADE_COLUMNS = "txid,ordertxid,pair,time,type,ordertype,price,cost,fee,vol,margin,misc,ledgers";
const LEDGER_COLUMNS = "txid,refid,time,type,subtype,aclass,asset,amount,fee,balance";

/** The file of an export, oldest row first: text quoted, numbers bare, times in UTC without saying so. */
export function exportText(state: SimulatorState, job: SimulatedExport): string {
  const separator = job.format === "TSV" ? "\t" : ",";
  const [columns, rows] =
    job.report === "trades" ? [TRADE_COLUMNS, tradeLines(state, job)] : [LEDGER_COLUMNS, ledgerLines(state, job)];
  const head = columns.split(",").map(quoted);
  return [head, ...rows].map((cells) => `${cells.join(separator)}\n`).join("");
}

function tradeLines({ book }: SimulatorState, job: SimulatedExport): string[][] {
  const rows = inSpan(book.newestFirst({ consolidated: true }), job);
  return rows.map(({ trade, time }) => {
    const { txid, ordertxid, pair, type, ordertype, price, cost, fee, vol, margin, misc } = trade;
    const names = [txid, ordertxid, pair, timeText(time, 4), type, ordertype].map(quoted);
    return [...names, price, cost, fee, vol, margin, quoted(misc), quoted(ledgersOf(trade))];
  });
}

function ledgersOf({ txid, ledgers = [ledgerId(txid, "base"), ledgerId(txid, "quote")] }: SimulatedTrade): string {
  return ledgers.join(",");
}

function ledgerLines({ ledgers }: SimulatorState, job: SimulatedExport): string[][] {
  return inSpan(ledgers.newestFirst(), job).map(({ entry, time, balance }) => {
    const { id, refid, type, subtype = "", aclass = "currency", asset, amount, fee } = entry;
    const names = [id, refid, timeText(time, 0), type, subtype, aclass, asset].map(quoted);
    return [...names, amount, fee, balance];
  });
}

function inSpan<Row extends { readonly time: bigint }>(
  newestFirst: readonly Row[],
  { from, to }: SimulatedExport,
): Row[] {
  const [first, last] = [from, to].map((seconds) => exactTime(String(seconds)) ?? 0n);
  return newestFirst.filter(({ time }) => time >= (first ?? 0n) && time <= (last ?? 0n)).reverse();
}

const PICOSECONDS = 1_000_000_000_000n;

/** `2019-05-15 12:10:30.0000`; coarser than the interface's own time. */
function timeText(time: bigint, digits: number): string {
  const seconds = new Date(Number(time / PICOSECONDS) * 1000).toISOString().slice(0, 19).replace("T", " ");
  if (digits === 0) return seconds;
  const fraction = (time % PICOSECONDS).toString().padStart(12, "0");
  return `${seconds}.${fraction.slice(0, digits)}`;
}

function quoted(text: string): string {
  return `"${text.replaceAll('"', '""')}"`;
}
