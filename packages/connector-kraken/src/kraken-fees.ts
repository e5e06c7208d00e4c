import { isJsonObject } from "@fillbook/connector-kit";
import { type Decimal, type Json, parseDecimal } from "@fillbook/core";
import type { Fee } from "@fillbook/core/connector";
import { amountOf, magnitude, unitAt, unitsOf } from "./kraken-amount.ts";
import { entryKind } from "./kraken-entry-kind.ts";
import { type LedgerEntry, ledgerEntrySchema } from "./kraken-ledger.ts";
import { ledgerDigits, walletAsset } from "./kraken-wallet.ts";

/** What a fill is compared with its ledger by. */
export interface LedgerFill {
  readonly base: string | null;
  readonly quote: string | null;
  readonly vol: Decimal;
  readonly cost: Decimal | null;
  /** Kraken's equivalent in the quote currency. */
  readonly fee: Decimal;
  readonly margin: boolean;
}

/**
 * What a fill really cost, from the ledger entries that name it: summed over wallets, in whatever assets Kraken took it,
 * fee credits included. Null while the entries are not all there, which they are once both legs agree with the fill: a
 * fee told too early would contradict itself later.
 *
 * A leg may lack for good when it is less than the asset's last digit, and so may the fee.
 */
export function ledgerFees(fill: LedgerFill, ledgerRows: Json | undefined): Fee[] | null {
  const entries = readEntries(ledgerRows);
  if (entries === null || entries.length === 0) return null;
  if (!(fill.margin ? entries.some(({ type }) => type !== "trade") : legsAgree(fill, entries))) return null;
  const fees = sumLedgerFees(entries);
  if (fees === null) return null;
  const quote = walletAsset(fill.quote ?? "");
  const toldFree = fees.length === 0 && magnitude(unitsOf(fill.fee)) >= unitAt(digitsOf(entries, quote));
  return toldFree ? null : fees;
}

function readEntries(ledgerRows: Json | undefined): LedgerEntry[] | null {
  if (!Array.isArray(ledgerRows)) return null;
  const entries: LedgerEntry[] = [];
  for (const row of ledgerRows) {
    const read = ledgerEntrySchema.safeParse(row);
    if (!read.success) return null;
    // Others may name a trade, such as the daily `rollover` of its position: they are no fee of the fill.
    if (entryKind(read.data) === "fill") entries.push(read.data);
  }
  return entries;
}

function legsAgree({ base, quote, vol, cost }: LedgerFill, entries: readonly LedgerEntry[]): boolean {
  if (base === null || quote === null || cost === null) return false;
  const legs = [
    { code: walletAsset(base), expected: vol },
    { code: walletAsset(quote), expected: cost },
  ];
  return legs.every(({ code, expected }) => {
    const rows = entries.filter(({ asset }) => walletAsset(asset) === code);
    const moved = magnitude(rows.reduce((sum, { amount }) => sum + unitsOf(amount), 0n));
    const difference = magnitude(moved - magnitude(unitsOf(expected)));
    // Each wallet's part is rounded by itself.
    const tolerance = unitAt(digitsOf(entries, code)) * BigInt(Math.max(1, rows.length));
    return difference < tolerance || (rows.length > 0 && difference === tolerance);
  });
}

/** Digits behind the point of an asset's amounts: as the ledger writes them, where it has any. */
function digitsOf(entries: readonly LedgerEntry[], code: string): number {
  const written = entries
    .filter(({ asset }) => walletAsset(asset) === code)
    .map(({ amount }) => amount.split(".")[1]?.length ?? 0);
  const usual = ledgerDigits(code);
  return written.length === 0 ? usual : Math.max(Math.min(usual, 4), ...written);
}

/** What entries cost, by asset and without the assets that cost nothing; null for a sum with too many digits. */
export function sumLedgerFees(entries: readonly LedgerEntry[]): Fee[] | null {
  const sums = new Map<string, bigint>();
  for (const { asset, fee } of entries) {
    const code = walletAsset(asset);
    sums.set(code, (sums.get(code) ?? 0n) + unitsOf(fee));
  }
  const fees: Fee[] = [];
  for (const [currency, sum] of [...sums].sort(([left], [right]) => (left < right ? -1 : 1))) {
    const amount = amountOf(sum);
    if (amount === null) return null;
    if (amount !== "0") fees.push({ amount, currency });
  }
  return fees;
}

/** True for a row that opens or closes a position: its ledger has no legs. */
export function isMarginRow(row: Json): boolean {
  if (!isJsonObject(row)) return false;
  const { margin, misc, posstatus, leverage } = row;
  const closing = typeof misc === "string" && misc.split(",").some((flag) => flag.trim() === "closing");
  const leveraged = typeof leverage === "string" && !["", "0", "1", "none"].includes(leverage);
  const secured = parseDecimal(margin) ?? "0";
  return closing || leveraged || typeof posstatus === "string" || secured !== "0";
}
