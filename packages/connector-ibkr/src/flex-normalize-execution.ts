import type { Decimal } from "@fillbook/core";
import type { ExecutionInput, Normalized } from "@fillbook/core/connector";
import { copied } from "./flex-copied.ts";
import type { FlexRecord } from "./flex-normalize.ts";
import { absolute, flexNumber } from "./flex-number.ts";
import { type FlexRow, flexId, flexText, hasColumn } from "./flex-row.ts";
import { flexFees } from "./flex-row-fees.ts";
import { flexRowIds } from "./flex-row-id.ts";
import { flexInstrument } from "./flex-row-instrument.ts";
import { type FlexTime, readFlexTime } from "./flex-time.ts";

/**
 * A fill.
 *
 * `ibOrderID` is the permanent id of its order: partial fills share it, and no row was seen in which two orders do. It
 * is not shown to be equal to the order ids of IBKR's other interfaces (nor is `brokerageOrderID`), so those must not
 * use `permanentId` for theirs; what joins orders across interfaces is the reference. `reportDate` is a day and not a
 * moment, and `whenGenerated` is the statement's, so the row has no `reportedAt`.
 */
export function normalizeFlexExecution({ row, names, account, context, source }: FlexRecord): Normalized {
  const quantity = flexNumber(flexText(row, "quantity") ?? "");
  if (quantity === null) return rejected("quantity: is not a number");
  const side = sideOf(row, quantity);
  if (side.reason !== undefined) return rejected(side.reason);
  const price = flexNumber(flexText(row, names.price) ?? "");
  if (price === null) return rejected(`${names.price}: is not a number`);
  const time = timeOf(row, context.timeZone);
  if (time.reason !== undefined) return rejected(`dateTime: ${time.reason}`);
  const { instrument, reason: unreadable } = flexInstrument(row);
  if (unreadable !== undefined) return rejected(unreadable);
  const { fees, reason: feesUnreadable } = flexFees(row, names, { final: context.type === "AF" });
  if (feesUnreadable !== undefined) return rejected(feesUnreadable);
  const permanentId = flexId(row, names.orderId);
  const reference = flexId(row, "orderReference");
  const { familyId, revision, executionId, sequence, aliases } = flexRowIds(row, names);
  if ([executionId, permanentId, reference, instrument.rawSymbol].some(isDamaged) || aliases.some(isDamaged)) {
    return rejected("an id or the symbol holds bytes that are not UTF-8");
  }
  const execution: ExecutionInput = {
    broker: "ibkr",
    account,
    familyId,
    revision,
    executionId,
    sequence,
    aliases: [...aliases],
    executedAt: time.executedAt,
    instrument,
    side: side.side,
    quantity: absolute(quantity),
    price,
    fees: fees === null ? null : [...fees],
    feeBasis: "row",
    order: copied({ permanentId, reference, quantity: null }),
    source,
  };
  return copied({ kind: "execution", execution: copied(execution) });
}

function rejected(reason: string): Normalized {
  return { kind: "rejected", reason };
}

type Side =
  | { readonly side: "buy" | "sell"; readonly reason?: never }
  | { readonly side?: never; readonly reason: string };

/** The sign decides; `buySell`, where the query has it, must say the same. */
function sideOf(row: FlexRow, quantity: Decimal): Side {
  if (quantity === "0") return { reason: "quantity: is zero" };
  const side = quantity.startsWith("-") ? "sell" : "buy";
  const told = flexText(row, "buySell");
  if (told !== null && told !== "BUY" && told !== "SELL") return { reason: "buySell: is neither BUY nor SELL" };
  if (told !== null && told.toLowerCase() !== side) return { reason: "buySell: contradicts the sign of the quantity" };
  return { side };
}

/** `dateTime`, or `tradeDate` with `tradeTime` in older queries. A date alone counts only where the time is known to be none. */
function timeOf(row: FlexRow, timeZone: string): FlexTime {
  const dateTime = flexText(row, "dateTime");
  if (dateTime !== null) return readFlexTime(dateTime, timeZone);
  const day = flexText(row, "tradeDate");
  if (day === null) return { reason: "is missing, and so is tradeDate: tick Date/Time in the Flex query" };
  if (!hasColumn(row, "dateTime") && !hasColumn(row, "tradeTime")) {
    return { reason: "is missing, and so is tradeTime: tick Date/Time in the Flex query" };
  }
  return readFlexTime(`${day};${flexText(row, "tradeTime") ?? ""}`.replace(/;$/, ""), timeZone);
}

function isDamaged(text: string | null): boolean {
  return text?.includes("\ufffd") === true;
}
