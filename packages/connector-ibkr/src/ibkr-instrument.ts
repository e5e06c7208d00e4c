import type { Decimal } from "@fillbook/core";
import type { ExecutionInput } from "@fillbook/core/connector";

type Kind = ExecutionInput["instrument"]["kind"];

/** IBKR's words for kinds in all of its interfaces; one that is not listed only describes, so it is `other`. */
export const ibkrKinds: ReadonlyMap<string, Kind> = new Map<string, Kind>([
  ["STK", "stock"],
  ["OPT", "option"],
  ["FUT", "future"],
  ["FOP", "future-option"],
  ["CASH", "forex"],
  ["CRYPTO", "crypto"],
  ["FUND", "fund"],
  ["BOND", "bond"],
  ["BILL", "bond"],
  ["WAR", "warrant"],
  ["IOPT", "warrant"],
  ["CFD", "cfd"],
]);

/**
 * Null means one: futures and options say their number, and IBKR writes `0`, `0.0` or nothing for the rest. undefined is no
 * multiplier: no number, or a negative one.
 */
export function ibkrMultiplier(multiplier: Decimal | null): Decimal | null | undefined {
  if (multiplier === null || multiplier.startsWith("-")) return undefined;
  return multiplier === "0" || multiplier === "1" ? null : multiplier;
}
