import { brokerKinds } from "./broker-kinds.ts";
import { easternTime } from "./eastern-time.ts";
import type { SimulatedFill } from "./simulated-fill.ts";

/** A message of the server, as its words. */
export type TwsMessage = readonly string[];

/** How Java writes a number that is not set. */
const UNSET = "1.7976931348623157E308";

/** "20260413 15:27:04 US/Eastern" */
export function easternText(atMs: number): string {
  const { day, time } = easternTime(atMs);
  return `${day.replaceAll("-", "")} ${time} US/Eastern`;
}

export interface ExecutionMessage {
  /** -1 for a fill as it happens. */
  readonly reqId: number;
  readonly version: number;
  readonly permId: string;
  readonly time: string;
}

/** execDetails, for servers from version 136 on. */
export function executionMessage(fill: SimulatedFill, { reqId, version, permId, time }: ExecutionMessage): TwsMessage {
  const { order, quantity, price } = fill;
  const execution = [fill.execId ?? "", time, fill.accountId, fill.exchange ?? "", fill.side === "buy" ? "BOT" : "SLD"];
  const amounts = [quantity, price, permId, order?.clientId ?? "0", "0", quantity, price];
  const rest = [order?.reference ?? "", "", "", "", "2", ...(version >= 178 ? ["0"] : [])];
  return [
    ...["11", String(reqId), order?.clientOrderId ?? "0"],
    ...contractOf(fill),
    ...execution,
    ...amounts,
    ...rest,
  ];
}

/** commissionReport; it names no request. */
export function commissionMessage(fill: SimulatedFill, written: "known" | "sentinel" | "empty"): TwsMessage {
  const { execId, commission, commissionCurrency } = fill;
  const amounts = { known: commission, sentinel: UNSET, empty: "" };
  const currency = written === "known" ? commissionCurrency : "";
  return ["59", "1", execId ?? "", amounts[written], currency, UNSET, UNSET, ""];
}

/** execDetailsEnd */
export function endMessage(reqId: number): TwsMessage {
  return ["55", "1", String(reqId)];
}

/** error, which is also how TWS tells of its connections. */
export function codeMessage(
  { code, message, reqId = -1 }: { readonly code: number; readonly message: string; readonly reqId?: number },
  version: number,
): TwsMessage {
  return ["4", "2", String(reqId), String(code), message, ...(version >= 166 ? [""] : [])];
}

/** orderStatus, for servers from version 131 on. */
export function statusMessage({ order, quantity, price }: SimulatedFill, status: string, permId: string): TwsMessage {
  const [filled, remaining] = status === "Filled" ? [quantity, "0"] : ["0", quantity];
  const average = status === "Filled" ? price : "0";
  const ids = [permId, "0", average, order?.clientId ?? "0", "", "0"];
  return ["3", order?.clientOrderId ?? "0", status, filled, remaining, average, ...ids];
}

function contractOf({ instrument }: SimulatedFill): TwsMessage {
  const { kind, symbol, currency, conid, expiryDay, strike, right, multiplier, underlying } = instrument;
  const [base = symbol] = kind === "forex" || kind === "crypto" ? symbol.split(".") : [underlying?.symbol ?? symbol];
  const side = right === null ? "" : right === "call" ? "C" : "P";
  const ends = kind === "bond" ? "" : (expiryDay ?? "").replaceAll("-", "");
  const shown = multiplier === "1" ? "" : multiplier;
  const venue = instrument.listingExchange ?? "";
  return [conid, base, brokerKinds[kind], ends, strike ?? "0.0", side, shown, venue, currency, symbol, base];
}
