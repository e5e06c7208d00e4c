import type { Decimal } from "./decimal.ts";
import { digest } from "./digest.ts";
import type { Alias, ExecutionFacts, Fee, Instrument } from "./execution.ts";
import { rankOf, type rankWithin, realSequence } from "./rank.ts";
import { realId, realOrderId } from "./text-id.ts";

/**
 * What a family's key was made from, best first: execution id, trade id, transaction id, content.
 * A family of a weaker class is folded into one of a better class that carries its trade or transaction id.
 */
export type FamilyClass = "execution" | "trade" | "transaction" | "content";

/** All keys of one report. Every key starts with broker and account; the owner is a column of its own. */
export interface ReportKeys {
  readonly familyKey: string;
  readonly familyClass: FamilyClass;
  /** Unique for the stored report; an equal key is a duplicate and writes nothing. */
  readonly revisionKey: string;
  /** Sortable text: the greatest report of a family that no cancel voids is canonical, see {@link rankWithin}. */
  readonly rank: string;
  /** Equal for fills that look the same: instrument, side, quantity, price, second. Without fees and order ids. */
  readonly contentKey: string;
  /** The order named by this report, null where it names none. */
  readonly orderKey: OrderKey | null;
  /** The trade and transaction ids of the row, each with broker and account in front. */
  readonly aliasKeys: readonly string[];
}

/** Class 3 is a permanent order id, 2 a reference and its day, 1 a client's order number and its day. */
export interface OrderKey {
  readonly class: 1 | 2 | 3;
  /** The id as the broker spells it. */
  readonly id: string;
  readonly text: string;
}

/** Bumped when the fields of the content hash change: then old and new hashes never meet by accident. */
const CONTENT_VERSION = 1;

/**
 * Derives all keys of a report from the report alone.
 *
 * @param ordinal for records without any id: their number among records of equal content, see `PageRecord.ordinal`.
 */
export function identify(
  execution: ExecutionFacts,
  { owner, ordinal }: { owner: string; ordinal: number },
): ReportKeys {
  const scope = scopeKey(execution);
  const contentKey = `${scope}/${contentText(execution)}`;
  const aliases = realAliases(execution.aliases);
  const { familyKey, familyClass } = familyOf(scope, { execution, aliases, contentKey, ordinal });
  const sequence = realSequence(execution.sequence);
  const { connector, authority } = execution.source;
  const revisionKey = digest(
    JSON.stringify([owner, familyKey, execution.revision, authority, sequence, connector, decisiveContent(execution)]),
  );
  return {
    familyKey,
    familyClass,
    revisionKey,
    rank: rankOf(execution, revisionKey),
    contentKey,
    orderKey: orderKeyOf(scope, execution),
    aliasKeys: aliases.map((alias) => `${scope}/${alias}`),
  };
}

/** Broker and account as the beginning of a key; no broker's spelling can run into the next part. */
export function scopeKey({ broker, account }: { readonly broker: string; readonly account: string }): string {
  return `${encodeURIComponent(broker)}/${encodeURIComponent(account)}`;
}

/** The instrument's identity: the broker's number where there is one, else the normalized symbol. */
export function instrumentId(instrument: Instrument): string {
  return instrument.conid ?? instrument.symbol;
}

/**
 * What makes two id-less records equal. Connectors number records by it; seconds are the finest time that all of a
 * broker's interfaces share.
 */
export function contentText(
  execution: Pick<ExecutionFacts, "instrument" | "side" | "quantity" | "price" | "executedAt">,
): string {
  const { instrument, side, quantity, price, executedAt } = execution;
  return `${executedAt.slice(0, 19)}|${side}|${quantity}|${price}|${instrumentId(instrument)}`;
}

/** The number of an id-less record among its equals, from its family's key; 0 for other families. */
export function contentOrdinal(familyKey: string): number {
  return Number(/^[^/]*\/[^/]*\/c:(\d+):/.exec(familyKey)?.[1] ?? 0);
}

/** Placeholders are null, and so is `trade:` with a placeholder behind it. */
export function realAliases(aliases: readonly Alias[]): Alias[] {
  return [...new Set(aliases.filter((alias) => realId(alias.slice(alias.indexOf(":") + 1)) !== null))].sort();
}

function familyOf(
  scope: string,
  row: { execution: ExecutionFacts; aliases: readonly Alias[]; contentKey: string; ordinal: number },
): { familyKey: string; familyClass: FamilyClass } {
  const familyId = realId(row.execution.familyId);
  if (familyId !== null) return { familyKey: `${scope}/x:${familyId}`, familyClass: "execution" };
  const trade = row.aliases.find((alias) => alias.startsWith("trade:"));
  if (trade !== undefined) return { familyKey: `${scope}/t:${trade.slice(6)}`, familyClass: "trade" };
  const transaction = row.aliases.find((alias) => alias.startsWith("transaction:"));
  if (transaction !== undefined)
    return { familyKey: `${scope}/n:${transaction.slice(12)}`, familyClass: "transaction" };
  return { familyKey: `${scope}/c:${row.ordinal}:${contentText(row.execution)}`, familyClass: "content" };
}

// A key never joins fills of different instruments or sides: combo legs share order ids. A reference or an order number
// is used again on other days, so it joins one UTC date.
function orderKeyOf(scope: string, execution: ExecutionFacts): OrderKey | null {
  const { order, side, executedAt } = execution;
  const tail = `${side}|${instrumentId(execution.instrument)}`;
  const date = executedAt.slice(0, 10);
  const permanentId = realOrderId(order.permanentId);
  if (permanentId !== null) return { class: 3, id: permanentId, text: `${scope}/p:${permanentId}|${tail}` };
  const reference = realOrderId(order.reference);
  if (reference !== null) return { class: 2, id: reference, text: `${scope}/r:${date}|${reference}|${tail}` };
  const [clientId, orderId] = [realOrderId(order.clientId), realOrderId(order.orderId)];
  if (clientId !== null && orderId !== null)
    return { class: 1, id: orderId, text: `${scope}/o:${date}|${clientId}|${orderId}|${tail}` };
  return null;
}

/** Only what decisions read: symbols' spelling, position fields, job and fetch times are outside. */
function decisiveContent(execution: ExecutionFacts): readonly unknown[] {
  const { instrument, side, quantity, price, executedAt, fees, feeBasis, order, source } = execution;
  return [
    CONTENT_VERSION,
    instrumentId(instrument),
    instrument.currency,
    instrument.multiplier,
    side,
    quantity,
    price,
    executedAt,
    feeFacts(fees),
    feeBasis,
    realOrderId(order.permanentId),
    realOrderId(order.reference),
    realOrderId(order.clientId),
    realOrderId(order.orderId),
    order.quantity,
    realAliases(execution.aliases),
    execution.executionId,
    source.reportedAt,
  ];
}

/** Fees in one order, so that a broker's order of them does not matter. */
export function feeFacts(fees: readonly Fee[] | null): readonly (readonly [string, Decimal, boolean])[] | null {
  if (fees === null) return null;
  const facts = fees.map((fee) => [fee.currency, fee.amount, fee.estimated === true] as const);
  return facts.sort((left, right) => (left.join("|") < right.join("|") ? -1 : 1));
}
