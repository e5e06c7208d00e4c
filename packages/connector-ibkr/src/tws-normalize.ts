import { isJsonObject } from "@fillbook/connector-kit";
import type { Json } from "@fillbook/core";
import type { ExecutionInput, Normalized } from "@fillbook/core/connector";
import { absolute } from "./flex-number.ts";
import { executionFamily } from "./flex-row-id.ts";
import { isCommissionSet, twsFloat, twsNumber, twsNumberFault } from "./tws-amount.ts";
import { readTwsContext, type TwsContext } from "./tws-context.ts";
import { twsInstrument } from "./tws-instrument.ts";
import type { TwsRecord, TwsWords } from "./tws-record.ts";
import { readTwsTime } from "./tws-time.ts";

/** A stored record of TWS as an execution. Pure, and total: whatever the record is, it has an answer. */
export function normalizeTwsRecord(raw: Json, context: Json): Normalized {
  const record = readRecord(raw);
  if (record === null) return rejected("the record is not one that this connector made");
  const known = readTwsContext(context);
  if (known === null) return rejected("the page's context is not one that this connector made");
  const { acctNumber = "" } = record.execution;
  if (acctNumber !== "" && acctNumber !== known.account) {
    return { kind: "ignored", reason: "an execution of another account" };
  }
  if (record.contract.secType === "BAG") {
    return { kind: "ignored", reason: "a combo as a whole: its legs are executions of their own" };
  }
  if (acctNumber === "" && !known.isOnly) return rejected("acctNumber: is missing, and the gateway opens several");
  return execution(record, known);
}

function execution({ contract, execution: told, commission }: TwsRecord, context: TwsContext): Normalized {
  const { execId = "", side = "", shares, price: priced, time = "", orderRef = "" } = told;
  if (execId.trim() === "") return rejected("execId: is missing");
  if (side !== "BOT" && side !== "SLD") return rejected("side: is neither BOT nor SLD");
  const quantity = twsNumber(shares);
  if (quantity === null) return rejected(`shares: ${twsNumberFault(shares)}`);
  if (quantity === "0" || quantity.startsWith("-")) return rejected("shares: is not a number above zero");
  const price = twsFloat(priced);
  if (price === null) return rejected(`price: ${twsNumberFault(priced)}`);
  const read = readTwsTime(time, context.timeZone);
  if ("reason" in read) return rejected(read.reason);
  const { instrument, reason } = twsInstrument(contract, told.exchange ?? "");
  if (reason !== undefined) return rejected(reason);
  const fees = feesOf(commission);
  if (fees === undefined) return rejected(`commission: ${twsNumberFault(commission?.commission)}`);
  if ([execId, orderRef, instrument.rawSymbol].some((text) => text.includes("\ufffd"))) {
    return rejected("an id or the symbol holds bytes that are not UTF-8");
  }
  const input: ExecutionInput = {
    ...{ broker: "ibkr", account: context.account, ...executionFamily(execId), executionId: execId },
    ...{ executedAt: read.at, instrument, side: side === "BOT" ? "buy" : "sell", quantity: absolute(quantity), price },
    ...{ fees, feeBasis: "fill", order: orderOf(told), liquidity: liquidities.get(told.lastLiquidity ?? "") ?? null },
    source: { connector: "ibkr-tws", authority: 1 },
  };
  return { kind: "execution", execution: input };
}

/**
 * Unknown while TWS has not told a commission. A zero may be one that is not known yet either, so it is an estimate: an
 * amount that comes later, or in a statement, beats it. Undefined for what is no number.
 */
function feesOf(commission: TwsWords | null): ExecutionInput["fees"] | undefined {
  const { commission: told = "", currency = "" } = commission ?? {};
  if (!isCommissionSet({ amount: told, currency })) return null;
  const amount = twsFloat(told);
  if (amount === null) return undefined;
  const fee = { amount, currency };
  return [amount === "0" ? { ...fee, estimated: true } : fee];
}

/**
 * `permId` could not be shown to be the order's id in any other interface, so it is no permanent id here: it is the order's
 * id within this interface, which `clientId` says. An order without it is named by the client that placed it. Client 0 is
 * a client like others, so it is spelled in a way that is no placeholder; its order 0, or 2147483647, is none: trades that
 * were typed into TWS by hand.
 */
function orderOf({ permId = "", orderId = "", clientId = "", orderRef = "" }: TwsWords): ExecutionInput["order"] {
  const reference = orderRef.trim() === "" ? null : orderRef.trim();
  if (/^[1-9]\d{0,38}$/.test(permId)) return { reference, clientId: "tws", orderId: permId };
  const isOrder = /^-?[1-9]\d{0,18}$/.test(orderId) && orderId !== "2147483647" && /^\d{1,10}$/.test(clientId);
  return { reference, clientId: isOrder ? `tws:${clientId}` : null, orderId: isOrder ? orderId : null };
}

const liquidities: ReadonlyMap<string, "maker" | "taker"> = new Map([
  ["1", "maker"],
  ["2", "taker"],
]);

function readRecord(raw: Json): TwsRecord | null {
  if (!isJsonObject(raw)) return null;
  const [contract, told] = [readWords(raw.contract), readWords(raw.execution)];
  if (contract === null || told === null) return null;
  return { contract, execution: told, commission: readWords(raw.commission) };
}

function readWords(value: Json | undefined): TwsWords | null {
  if (value === undefined || !isJsonObject(value)) return null;
  const words = Object.entries(value).flatMap(([name, word]) => (typeof word === "string" ? [[name, word]] : []));
  return Object.fromEntries(words);
}

function rejected(reason: string): Normalized {
  return { kind: "rejected", reason };
}
