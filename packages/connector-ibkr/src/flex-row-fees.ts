import type { Fee } from "@fillbook/core/connector";
import { copied } from "./flex-copied.ts";
import { flexNumber, negated } from "./flex-number.ts";
import { type FlexNames, type FlexRow, flexText } from "./flex-row.ts";

/** The row's own fees; `fees` is null while unknown. */
export type FlexFees =
  | { readonly fees: readonly Fee[] | null; readonly reason?: never }
  | { readonly fees?: never; readonly reason: string };

/**
 * Reads commission and charges, where a cost is negative and a rebate positive, as fees, where it is the other way. A
 * commission has its own currency (often the account's), charges have the row's. An amount without a currency says
 * nothing: then the fees are unknown, not none.
 *
 * @param final false for confirmations: IBKR may still change their amounts, so each is an estimate, a zero too.
 */
export function flexFees(row: FlexRow, names: FlexNames, { final }: { final: boolean }): FlexFees {
  const commission = flexText(row, names.commission);
  if (commission === null) return unknownFees;
  const fees: Fee[] = [];
  const columns = [names.commission, ...names.charges];
  for (const column of columns) {
    const isCommission = column === names.commission;
    const text = isCommission ? commission : flexText(row, column);
    if (text === null) continue;
    const amount = flexNumber(text);
    if (amount === null) return { reason: `${column}: is not a number` };
    if (amount === "0" && (final || !isCommission)) continue;
    const currency = flexText(row, isCommission ? names.commissionCurrency : "currency");
    if (currency === null) return unknownFees;
    const fee = { amount: negated(amount), currency };
    fees.push(copied(final ? fee : { ...fee, estimated: true }));
  }
  return { fees };
}

const unknownFees = { fees: null } as const;
