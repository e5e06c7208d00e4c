import type { Json } from "@fillbook/core";
import { instantTypes, normalizeLedgerGroup } from "./kraken-instant.ts";
import { refidOf } from "./kraken-ledger.ts";

type Row = Readonly<Record<string, string>>;

/** Ledger entries of fills by the fill's id, kept small: a table has them in front of or behind what they belong to. */
export interface FillLedger {
  /** False once the bound is reached: fills beyond it keep estimated fees. */
  add(refid: string, row: Row): boolean;
  of(txid: string): readonly Json[];
}

const ENTRIES_MAX = 2_000_000;

export function fillLedger(): FillLedger {
  const texts = new Map<string, string>();
  let entries = 0;
  return {
    add(refid, row) {
      entries += 1;
      if (entries > ENTRIES_MAX) return false;
      const text = JSON.stringify(entryOf(row, entries));
      const before = texts.get(refid);
      texts.set(refid, before === undefined ? text : `${before},${text}`);
      return true;
    },
    of(txid) {
      const text = texts.get(txid);
      // Written above, so it is a list of flat objects.
      const rows: { readonly id: string }[] = text === undefined ? [] : JSON.parse(`[${text}]`);
      return rows.sort((left, right) => (left.id < right.id ? -1 : 1));
    },
  };
}

/** Entries that the fills of TradesHistory carry. */
const OF_FILLS: ReadonlySet<string> = new Set(["trade", "margin", "settled"]);
/** A group is whole when so many rows came behind its last entry; tables are in the order of time. */
const GROUP_ROWS = 5_000;

/**
 * The records of a table of ledgers: groups that may be executions, and each other entry by itself. Entries of fills go to
 * `fills` instead.
 */
export async function* ledgerTableRecords(rows: AsyncIterable<Row>, fills: FillLedger): AsyncGenerator<Json, void> {
  const open = new Map<string, { rows: Json[]; lastRow: number }>();
  let number = 0;
  for await (const row of rows) {
    number += 1;
    // Deposits and withdrawals in the making have neither; they come again when they are done (CoinTaxman, read 2026-08).
    if (!row.txid && !row.balance) continue;
    const refid = refidOf(row);
    const entry = entryOf(row, number);
    if (refid !== null && OF_FILLS.has(row.type ?? "")) fills.add(refid, row);
    else if (refid !== null && instantTypes.has(row.type ?? "")) {
      const group = open.get(refid) ?? { rows: [], lastRow: number };
      group.rows.push(entry);
      group.lastRow = number;
      // To the end: the oldest group stays first.
      open.delete(refid);
      open.set(refid, group);
    } else yield { refid, ledgerRows: [entry] };
    for (const [oldest, group] of open) {
      if (number - group.lastRow < GROUP_ROWS) break;
      open.delete(oldest);
      yield groupRecord(oldest, group.rows);
    }
  }
  for (const [refid, group] of open) yield groupRecord(refid, group.rows);
}

/** How many groups of these records look like an execution and cannot be read as one, and the first reason. */
export function unreadReasons(records: readonly Json[], account: string): readonly string[] {
  return records.flatMap((raw) => {
    const read = normalizeLedgerGroup(raw, account);
    return read.kind === "ignored" && read.unread ? [read.reason] : [];
  });
}

function groupRecord(refid: string, rows: readonly Json[]): Json {
  return {
    refid,
    ledgerRows: [...rows].sort((left, right) => (JSON.stringify(left) < JSON.stringify(right) ? -1 : 1)),
  };
}

/** An entry as Ledgers has it: the table calls its id txid. */
function entryOf({ txid, ...row }: Row, number: number): { readonly id: string } & Row {
  return { ...row, id: txid ? txid : `row ${number}` };
}
