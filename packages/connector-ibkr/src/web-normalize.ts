import { isJsonObject } from "@fillbook/connector-kit";
import type { Decimal, Json } from "@fillbook/core";
import type { ExecutionInput, Normalized } from "@fillbook/core/connector";
import { absolute } from "./flex-number.ts";
import { executionFamily } from "./flex-row-id.ts";
import { type ReadWebContext, readWebContext } from "./web-context.ts";
import { type WebRow, webConid, webNumber, webSize, webText, webTime } from "./web-row.ts";
import { webRowInstrument } from "./web-row-instrument.ts";

/** A stored row of /iserver/account/trades as an execution. Pure, and total: whatever the row is, it has an answer. */
export function normalizeWebRow(raw: Json, context: Json): Normalized {
  if (!isJsonObject(raw)) return { kind: "rejected", reason: "the row is not an object" };
  const known = readWebContext(context);
  if (known === null) return { kind: "rejected", reason: "the page's context is not one that this connector made" };
  const account = accountOf(raw, known);
  if (account !== null && account !== known.account) return { kind: "ignored", reason: "a row of another account" };
  const side = webText(raw, "side");
  if (side === "X") return { kind: "ignored", reason: "an expiry is booked, not traded" };
  if (isCombo(raw)) return { kind: "ignored", reason: "a combo as a whole: its legs are rows of their own" };
  if (account === null) return rejected("accountCode: is missing, and the login opens several accounts");
  if (side !== "B" && side !== "S") return rejected("side: is none of B, S and X");
  return execution(raw, known, side === "B" ? "buy" : "sell");
}

function execution(row: WebRow, context: ReadWebContext, side: "buy" | "sell"): Normalized {
  const executionId = webText(row, "execution_id");
  if (executionId === null) return rejected("execution_id: is missing");
  const quantity = webSize(webText(row, "size"));
  if (quantity === null || quantity === "0") return rejected("size: is not a number above zero");
  const price = webNumber(webText(row, "price"));
  if (price === null) return rejected("price: is not a number");
  const conid = webConid(row);
  if (conid === null) return rejected("conid: is missing");
  const time = webTime(row);
  if ("reason" in time) return rejected(time.reason);
  const { instrument, reason } = webRowInstrument(row, conid, context.instruments.get(conid) ?? null);
  if (reason !== undefined) return rejected(reason);
  const fees = feesOf(row, instrument);
  if (fees === undefined) return rejected("commission: is not a number");
  const reference = webText(row, "order_ref");
  if ([executionId, reference, instrument.rawSymbol].some((text) => text?.includes("\ufffd") === true)) {
    return rejected("an id or the symbol holds bytes that are not UTF-8");
  }
  const input: ExecutionInput = {
    ...{ broker: "ibkr", account: context.account, ...executionFamily(executionId), executionId },
    ...{ executedAt: time.at, instrument, side, quantity: absolute(quantity), price, fees, feeBasis: "fill" },
    order: orderOf(row, reference),
    source: { connector: "ibkr-web", authority: 1 },
  };
  return { kind: "execution", execution: input };
}

/**
 * `order_id` could not be shown to be the order's id in any other interface, so it is no permanent id. Within this
 * interface it is the order's, which `clientId` says: it joins the partial fills of a day until a statement names the
 * order for good. Text, since some are above 2^53.
 */
function orderOf(row: WebRow, reference: string | null): ExecutionInput["order"] {
  const orderId = webText(row, "order_id");
  const isId = orderId !== null && /^\d{1,40}$/.test(orderId);
  return { reference, clientId: isId ? "client-portal" : null, orderId: isId ? orderId : null };
}

/**
 * A commission comes after its fill, so a row without one has unknown fees, not none. Its currency is not told: that
 * of the instrument is an estimate, and for forex, where it is often another one, nothing.
 */
function feesOf(row: WebRow, { kind, currency }: ExecutionInput["instrument"]): ExecutionInput["fees"] | undefined {
  const text = webText(row, "commission");
  if (text === null) return null;
  const amount: Decimal | null = webNumber(text);
  if (amount === null) return undefined;
  if (currency === null || currency === undefined || kind === "forex") return null;
  return [{ amount, currency, estimated: true }];
}

/** The account that the row names; its own where it names none and there is no other. Null where it cannot be told. */
function accountOf(row: WebRow, { account, alias, isOnly }: ReadWebContext): string | null {
  const code = webText(row, "accountCode") ?? webText(row, "account");
  if (code === null) return isOnly ? account : null;
  return code === alias ? account : code;
}

function isCombo(row: WebRow): boolean {
  const conids = webText(row, "conidEx") ?? webText(row, "conidex") ?? "";
  return webText(row, "sec_type") === "BAG" || conids.includes(";;;");
}

function rejected(reason: string): Normalized {
  return { kind: "rejected", reason };
}
