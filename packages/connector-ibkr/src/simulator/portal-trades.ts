import { brokerKinds } from "./broker-kinds.ts";
import { liveFills } from "./live-fills.ts";
import type { PortalState } from "./portal-state.ts";
import type { SimulatedFill } from "./simulated-fill.ts";

/** A row of /iserver/account/trades. Numbers are {@link plainNumber}s, so that any digits can be sent. */
export type PortalRow = Readonly<Record<string, string | null>>;

const DAY_MS = 86_400_000;

/** The rows of one account: the current day and the six before it, whoever placed the order. */
export function portalTrades(state: PortalState, account: string, nowMs: number): readonly PortalRow[] {
  const { options, simulator } = state;
  const fromMs = Math.floor(nowMs / DAY_MS) * DAY_MS - 6 * DAY_MS;
  const entries = simulator.book.entries.filter(
    ({ accountId, bookedAtMs }) => accountId === account && bookedAtMs <= nowMs,
  );
  const shown = liveFills(entries, options).filter(
    ({ atMs }) => atMs >= fromMs && atMs + options.tradeDelayMs <= nowMs,
  );
  const newest = shown.sort((one, other) => other.atMs - one.atMs);
  const ordered = options.rowOrder === "newest" ? newest : mixed(newest);
  const rows = ordered.map((fill) => portalRow(state, fill, nowMs));
  return options.duplicates ? rows.flatMap((row) => [row, row]) : rows;
}

/** Text that {@link portalJson} writes without quotes. */
export function plainNumber(digits: string): string {
  return `${UNQUOTED}${digits}`;
}

/** JSON text in which marked numbers stand as they are. */
export function portalJson(value: unknown): string {
  return JSON.stringify(value).replace(/"\\u0001([^"]*)"/g, "$1");
}

const UNQUOTED = "\u0001";

/** Every third row first, then the rest: no order that anybody could rely on. */
function mixed(fills: readonly SimulatedFill[]): SimulatedFill[] {
  return [0, 1, 2].flatMap((turn) => fills.filter((_, index) => index % 3 === turn));
}

function portalRow(state: PortalState, fill: SimulatedFill, nowMs: number): PortalRow {
  const { instrument, quantity, price, atMs } = fill;
  const swapped = state.options.spelling === "swapped";
  const side = fill.cause === "expiry" ? "X" : fill.side === "buy" ? "B" : "S";
  const derived = instrument.expiryDay !== null && instrument.kind !== "bond";
  const pending = side === "X" || nowMs < atMs + state.options.commissionDelayMs;
  const size = quantity.includes(".") ? quantity : `${quantity}.0`;
  const root = instrument.underlying?.symbol ?? instrument.symbol;
  return {
    execution_id: fill.execId ?? `00019123.${Math.floor(atMs / 1000).toString(16)}.01.01`,
    symbol: root.split(".")[0] ?? root,
    supports_tax_opt: "1",
    side,
    order_description: `${side === "X" ? "EXPIRED" : side === "B" ? "Bot" : "Sold"} ${quantity} @ ${price} on ${fill.exchange ?? "--"}`,
    trade_time: tradeTime(atMs),
    ...(swapped ? {} : { trade_time_r: plainNumber(String(atMs)) }),
    size: plainNumber(size),
    price: swapped ? plainNumber(price) : price,
    ...orderFacts(state, fill),
    submitter: null,
    exchange: fill.exchange ?? "--",
    net_amount: plainNumber(fill.money.replace(/^-/, "")),
    ...accountFacts(state, fill.accountId),
    company_name: instrument.description,
    contract_description_1: derived ? instrument.description : root,
    sec_type: brokerKinds[instrument.kind],
    ...(instrument.listingExchange === null ? {} : { listing_exchange: instrument.listingExchange }),
    conid: swapped ? instrument.conid : plainNumber(instrument.conid),
    [swapped ? "conidex" : "conidEx"]: conidText(fill),
    clearing_id: "IB",
    clearing_name: "IB",
    ...(derived ? { open_close: "???" } : {}),
    liquidation_trade: "0",
    is_event_trading: "0",
    // The last key: it is attached when it is known.
    ...(pending ? {} : { commission: fill.commission }),
  };
}

function orderFacts({ options }: PortalState, { order }: SimulatedFill): PortalRow {
  if (order === null) return {};
  const number = BigInt(options.orderIdBase) + BigInt(order.permanentId);
  return { order_ref: order.reference, order_id: plainNumber(String(number)) };
}

function accountFacts({ options, simulator }: PortalState, accountId: string): PortalRow {
  const alias = simulator.accounts.find((account) => account.accountId === accountId)?.alias || accountId;
  switch (options.accountNames) {
    case "none":
      return {};
    case "alias-only":
      return { account: alias };
    case "alias":
      return { account: alias, accountCode: accountId, account_allocation_name: accountId };
    case "both":
      return { account: accountId, accountCode: accountId, account_allocation_name: accountId };
  }
}

function conidText({ instrument, exchange }: SimulatedFill): string {
  if (instrument.legs.length === 0)
    return instrument.kind === "future" ? `${instrument.conid}@${exchange}` : instrument.conid;
  return `${instrument.conid};;;${instrument.legs.map(({ conid, ratio }) => `${conid}/${ratio}`).join(",")}`;
}

/** "20231211-18:00:49", UTC. */
function tradeTime(atMs: number): string {
  const text = new Date(atMs).toISOString();
  return `${text.slice(0, 10).replaceAll("-", "")}-${text.slice(11, 19)}`;
}
