import type { CancelInput, Normalized } from "@fillbook/core/connector";
import type { FlexRecord } from "./flex-normalize.ts";
import { absolute, flexNumber } from "./flex-number.ts";
import { flexText } from "./flex-row.ts";
import { flexFees } from "./flex-row-fees.ts";
import { canceledAliases, flexSequence } from "./flex-row-id.ts";

/**
 * The row by which a statement takes a fill back. It carries the canceled row's ids in the columns `orig…`, has an
 * inverted quantity, and no execution id; its own `transactionID` is its place in time. The canceled fill may be in a
 * statement of days before, and a rebook under the same `tradeID` must stay: core decides both.
 *
 * A cancel that names no row is rejected: guessing by content could take back another fill.
 */
export function normalizeFlexCancel({ row, names, account, context, source }: FlexRecord): Normalized {
  const aliases = canceledAliases(row);
  if (aliases.length === 0) {
    return rejected("origTradeID, origTransactionID: are missing, so the cancel does not say which fill it takes back");
  }
  if (aliases.some((alias) => alias.includes("\ufffd"))) return rejected("an id holds bytes that are not UTF-8");
  const quantityText = flexText(row, "quantity");
  const quantity = quantityText === null ? null : flexNumber(quantityText);
  if (quantityText !== null && (quantity === null || quantity === "0")) return rejected("quantity: is not a number");
  const priceText = flexText(row, names.price) ?? origPriceOf(flexText(row, "origTradePrice"));
  const price = priceText === null ? null : flexNumber(priceText);
  if (priceText !== null && price === null) return rejected(`${names.price}: is not a number`);
  const { fees, reason } = flexFees(row, names, { final: context.type === "AF" });
  if (reason !== undefined) return rejected(reason);
  const cancel: CancelInput = {
    broker: "ibkr",
    account,
    familyId: null,
    revision: null,
    aliases: [...aliases],
    quantity: quantity === null ? null : absolute(quantity),
    price,
    sequence: flexSequence(row),
    fees: fees === null ? null : [...fees],
    source,
  };
  return { kind: "cancel", cancel };
}

function rejected(reason: string): Normalized {
  return { kind: "rejected", reason };
}

/** `0` in this column mostly means none, so a price of zero is taken from the row's own price alone. */
function origPriceOf(text: string | null): string | null {
  return text === "0" ? null : text;
}
