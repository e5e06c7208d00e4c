import type { Decimal } from "@fillbook/core";
import { webNumber } from "./web-row.ts";

/** A number of TWS as decimal text; null for what is none. Java writes it, perhaps with an exponent or with commas. */
export function twsNumber(text: string | undefined): Decimal | null {
  if (text === undefined) return null;
  return webNumber(GROUPED.test(text) ? text.replaceAll(",", "") : text);
}

/**
 * Whether a commission says an amount. Before it is known, TWS sends an empty one, or the largest number that there is;
 * neither is zero.
 */
export function isCommissionSet({ amount, currency }: { readonly amount: string; readonly currency: string }): boolean {
  return amount.trim() !== "" && currency.trim() !== "" && !(Math.abs(Number(amount)) >= Number.MAX_VALUE);
}

const GROUPED = /^-?[1-9]\d{0,2}(?:,\d{3}){1,9}(?:\.\d{1,40})?$/;
