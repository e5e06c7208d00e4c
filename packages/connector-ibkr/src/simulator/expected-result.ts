import { negatedDecimal, plainDecimal, sumDecimals } from "./exact-decimal.ts";
import { execBaseOf, revisionOf } from "./revise-fill.ts";
import type { SimulatedCause, SimulatedEntry, SimulatedFill } from "./simulated-fill.ts";

/** Decimal text per currency, or per "account conid". */
export type Amounts = Readonly<Record<string, string>>;

/** What all revisions and cancels of one fill come to. */
export interface ExpectedFill {
  readonly accountId: string;
  readonly conid: string;
  /** Of the last revision. */
  readonly execId: string | null;
  readonly transactionId: string | null;
  readonly tradeId: string | null;
  readonly cause: SimulatedCause;
  /** False when the last revision was taken back. */
  readonly counts: boolean;
  readonly side: "buy" | "sell";
  readonly quantity: string;
  readonly price: string;
  readonly atMs: number;
  /** Commission by currency over all revisions; above zero was paid. */
  readonly commissions: Amounts;
  /** Taxes by currency over all revisions. */
  readonly taxes: Amounts;
  /** How many rows tell of it. */
  readonly rows: number;
}

/** The truth about a record, for comparing with what an importer makes of it. */
export interface ExpectedResult {
  /** Fills from a market, taken back or not, in the order of their first row. Combos as a whole are not among them. */
  readonly fills: readonly ExpectedFill[];
  /** Assignments, exercises, expiries. */
  readonly bookings: readonly ExpectedFill[];
  /** Bought less sold in fills that count, by "account conid". Bookings are not in it. */
  readonly positions: Amounts;
  /** Over all fills from a market, taken back or not. */
  readonly commissions: Amounts;
  readonly taxes: Amounts;
}

/**
 * Works the truth out from the model alone: a cancel holds the row that it takes back, so nothing is matched. The last
 * revision of a fill holds; commissions and taxes of all its revisions stay.
 */
export function expectedResult(entries: Iterable<SimulatedEntry>): ExpectedResult {
  const groups = new Map<string, SimulatedFill[]>();
  const canceled = new Set<string>();
  for (const entry of entries) {
    if (entry.kind === "cancel") canceled.add(rowKey(entry.canceled));
    else if (entry.instrument.kind !== "combo") groupOf(groups, entry).push(entry);
  }
  const all = [...groups.values()].map((revisions) => expectedFill(revisions, canceled));
  const fills = all.filter(({ cause }) => cause === "exchange");
  const counting = fills.filter(({ counts }) => counts);
  return {
    fills,
    bookings: all.filter(({ cause }) => cause !== "exchange"),
    positions: sumBy(counting.map((fill) => [`${fill.accountId} ${fill.conid}`, signed(fill)] as const)),
    commissions: sumBy(fills.flatMap(({ commissions }) => Object.entries(commissions))),
    taxes: sumBy(fills.flatMap(({ taxes }) => Object.entries(taxes))),
  };
}

function groupOf(groups: Map<string, SimulatedFill[]>, fill: SimulatedFill): SimulatedFill[] {
  const { accountId, execId } = fill;
  const key = execId === null ? rowKey(fill) : `${accountId} exec ${execBaseOf(execId)}`;
  const group = groups.get(key) ?? [];
  groups.set(key, group);
  return group;
}

function rowKey({ accountId, transactionId, tradeId, execId, cause }: SimulatedFill): string {
  return `${accountId} ${execId ?? ""} ${transactionId ?? ""} ${tradeId ?? ""} ${cause}`;
}

function expectedFill(revisions: readonly SimulatedFill[], canceled: ReadonlySet<string>): ExpectedFill {
  const last = revisions.reduce((high, fill) => (revisionOf(fill.execId) > revisionOf(high.execId) ? fill : high));
  const { accountId, instrument, execId, transactionId, tradeId, cause, side, quantity, price, atMs } = last;
  return {
    accountId,
    conid: instrument.conid,
    execId,
    transactionId,
    tradeId,
    cause,
    counts: !canceled.has(rowKey(last)),
    side,
    quantity: plainDecimal(quantity),
    price: plainDecimal(price),
    atMs,
    commissions: sumBy(revisions.map((fill) => [fill.commissionCurrency, fill.commission] as const)),
    taxes: sumBy(revisions.map((fill) => [fill.instrument.currency, fill.taxes] as const)),
    rows: revisions.length + revisions.filter((fill) => canceled.has(rowKey(fill))).length,
  };
}

function signed({ side, quantity }: ExpectedFill): string {
  return side === "buy" ? quantity : negatedDecimal(quantity);
}

function sumBy(amounts: readonly (readonly [string, string])[]): Amounts {
  const lists = new Map<string, string[]>();
  for (const [key, amount] of amounts) {
    const list = lists.get(key) ?? [];
    list.push(amount);
    lists.set(key, list);
  }
  return Object.fromEntries([...lists].map(([key, list]) => [key, plainDecimal(sumDecimals(list))]));
}
