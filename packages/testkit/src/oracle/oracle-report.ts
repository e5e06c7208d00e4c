import type { Instant } from "@fillbook/core";
import type { CancelInput, ExecutionInput } from "@fillbook/core/connector";
import { amount } from "./oracle-amount.ts";

/** What a broker said, as it is handed to an import. */
export type Delivered = (
  | { readonly kind: "execution"; readonly input: ExecutionInput; readonly ordinal: number }
  | { readonly kind: "cancel"; readonly input: CancelInput }
) & {
  /** The moment of the answer that holds it; null where nobody knows it. */
  readonly reportedAt?: Instant | null;
};

export type FamilyClass = "execution" | "trade" | "transaction" | "content";

export interface OracleFee {
  readonly amount: bigint;
  readonly currency: string;
  readonly estimated: boolean;
}

/** One report with its placeholders read as null and its amounts exact. */
export interface OracleReport {
  readonly broker: string;
  readonly account: string;
  readonly familyClass: FamilyClass;
  /** Unique within broker and account; its text order decides between several hosts. */
  readonly familyKey: string;
  readonly ordinal: number;
  readonly content: string;
  readonly revision: number;
  readonly executionId: string | null;
  readonly tradeIds: readonly string[];
  readonly transactionIds: readonly string[];
  readonly executedAt: string;
  readonly instrument: string;
  readonly side: "buy" | "sell";
  readonly quantity: bigint;
  readonly price: bigint;
  readonly fees: readonly OracleFee[] | null;
  readonly feeBasis: "fill" | "row";
  readonly sequence: bigint | null;
  readonly authority: number;
  readonly reportedAt: string | null;
  readonly permanentId: string | null;
  readonly reference: string | null;
  readonly clientId: string | null;
  readonly orderId: string | null;
  readonly orderQuantity: bigint | null;
  /** The earliest known moment of the answers that hold it. */
  readonly firstReportedAt: string | null;
}

/** One cancel with its placeholders read as null and its amounts exact. */
export interface OracleCancel {
  readonly broker: string;
  readonly account: string;
  readonly familyId: string | null;
  readonly revision: number;
  readonly tradeIds: readonly string[];
  readonly transactionIds: readonly string[];
  readonly quantity: bigint | null;
  readonly price: bigint | null;
  readonly sequence: bigint | null;
  readonly fees: readonly OracleFee[] | null;
  readonly authority: number;
}

export function oracleReport(
  input: ExecutionInput,
  ordinal: number,
  firstReportedAt: string | null = null,
): OracleReport {
  const tradeIds = aliasIds(input.aliases, "trade:");
  const transactionIds = aliasIds(input.aliases, "transaction:");
  const instrument = input.instrument.conid ?? input.instrument.symbol;
  const executedAt = instantText(input.executedAt);
  const [quantity, price] = [amount(input.quantity), amount(input.price)];
  const content = JSON.stringify([instrument, input.side, `${quantity}`, `${price}`, executedAt.slice(0, 19)]);
  const own = { familyId: realId(input.familyId), tradeIds, transactionIds, content, ordinal };
  return {
    broker: input.broker,
    account: input.account,
    ...family(own),
    // A connector may number rows that have ids, too; it says nothing there.
    ordinal: family(own).familyClass === "content" ? ordinal : 0,
    content,
    revision: input.revision ?? 0,
    executionId: realId(input.executionId),
    tradeIds,
    transactionIds,
    executedAt,
    instrument,
    side: input.side,
    quantity,
    price,
    fees: exactFees(input.fees),
    feeBasis: input.feeBasis ?? "fill",
    sequence: rowNumber(input.sequence),
    authority: input.source.authority,
    reportedAt: input.source.reportedAt == null ? null : instantText(input.source.reportedAt),
    permanentId: realOrderId(input.order?.permanentId),
    reference: realOrderId(input.order?.reference),
    clientId: realOrderId(input.order?.clientId),
    orderId: realOrderId(input.order?.orderId),
    orderQuantity: input.order?.quantity == null ? null : amount(input.order.quantity),
    firstReportedAt,
  };
}

export function oracleCancel(input: CancelInput): OracleCancel {
  return {
    broker: input.broker,
    account: input.account,
    familyId: realId(input.familyId),
    revision: input.revision ?? 0,
    tradeIds: aliasIds(input.aliases, "trade:"),
    transactionIds: aliasIds(input.aliases, "transaction:"),
    quantity: input.quantity == null ? null : amount(input.quantity),
    price: input.price == null ? null : amount(input.price),
    sequence: rowNumber(input.sequence),
    fees: exactFees(input.fees),
    authority: input.source.authority,
  };
}

interface FamilyIds extends Pick<OracleReport, "tradeIds" | "transactionIds" | "content" | "ordinal"> {
  readonly familyId: string | null;
}

function family(ids: FamilyIds): Pick<OracleReport, "familyClass" | "familyKey"> {
  const [tradeId] = ids.tradeIds;
  const [transactionId] = ids.transactionIds;
  if (ids.familyId !== null) return { familyClass: "execution", familyKey: `x:${ids.familyId}` };
  if (tradeId !== undefined) return { familyClass: "trade", familyKey: `t:${tradeId}` };
  if (transactionId !== undefined) return { familyClass: "transaction", familyKey: `n:${transactionId}` };
  return { familyClass: "content", familyKey: `c:${ids.content}:${ids.ordinal}` };
}

function aliasIds(aliases: readonly string[] | undefined, prefix: "trade:" | "transaction:"): readonly string[] {
  const named = (aliases ?? []).filter((alias) => alias.startsWith(prefix)).map((alias) => alias.slice(prefix.length));
  return [...new Set(named)].filter((id) => realId(id) !== null).sort();
}

function exactFees(fees: ExecutionInput["fees"]): readonly OracleFee[] | null {
  if (fees == null) return null;
  return fees.map((fee) => ({
    amount: amount(fee.amount),
    currency: fee.currency,
    estimated: fee.estimated === true,
  }));
}

function rowNumber(sequence: string | null | undefined): bigint | null {
  const real = realId(sequence);
  return real === null ? null : BigInt(real);
}

/** The id, or null where the broker writes one of its ways of saying "none". */
export function realId(id: string | null | undefined): string | null {
  return id == null || ["", "0", "-", "--", "N/A"].includes(id.trim()) ? null : id;
}

function realOrderId(id: string | null | undefined): string | null {
  return realId(id) === null || id?.trim() === "2147483647" ? null : realId(id);
}

/** Finer digits than microseconds are cut, never rounded. */
export function instantText(text: string): string {
  const fraction = /\.(\d+)/.exec(text)?.[1] ?? "";
  return `${text.slice(0, 19)}.${fraction.slice(0, 6).padEnd(6, "0")}Z`;
}
