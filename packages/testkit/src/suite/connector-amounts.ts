import assert from "node:assert/strict";
import type { Json } from "@fillbook/core";
import { type ExecutionInput, executionSchema } from "@fillbook/core/connector";
import { amount } from "../oracle/oracle-amount.ts";
import { type FetchedRecords, type Leaf, leavesOf, withLeaf } from "./connector-records.ts";

// A step of one, and one that no float of this size can hold.
const BASE = "123456";
const NEXT = "123457";
const FINE = "123456.000123456789012";
const FINE_STEP = amount(FINE) - amount(BASE);
const ONE = amount("1");

/**
 * Bends each number of each record and watches the amounts that are made of it. Whatever a connector makes of a number
 * (its sign, lots of a hundred) grows with it evenly, to the last digit: what went through a float does not.
 */
export function keepsDigits({ records, executionOf }: FetchedRecords): void {
  for (const { raw, context, normalized } of records) {
    if (normalized.kind !== "execution") continue;
    const read = (leaf: Leaf, value: Json): Amounts | null =>
      amountsOf(executionOf(withLeaf(raw, leaf, value), context));
    for (const leaf of leavesOf(raw)) {
      const text = String(leaf.value);
      if (!/^-?\d+(\.\d+)?$/.test(text)) continue;
      const sign = text.startsWith("-") ? "-" : "";
      const [base, next, fine] = [BASE, NEXT, FINE].map((digits) => read(leaf, `${sign}${digits}`));
      if (base && next && fine) growsEvenly({ base, next, fine }, leaf);
      else if (typeof leaf.value === "number") isNoAmount(read(leaf, leaf.value), read(leaf, leaf.value + 1), leaf);
    }
  }
}

type Amounts = Readonly<Record<string, bigint>> & { readonly quantity: bigint; readonly price: bigint };

/** What money is counted by, in units of 10^-18; null where it is no execution that core would store. */
function amountsOf(execution: ExecutionInput | null): Amounts | null {
  const parsed = executionSchema.safeParse(execution);
  if (!parsed.success) return null;
  const { quantity, price, fees } = parsed.data;
  const each = (fees ?? []).map((fee, index) => [`fee ${index + 1}`, amount(fee.amount)] as const);
  return { quantity: amount(quantity), price: amount(price), ...Object.fromEntries(each) };
}

/** A record may hold a JSON number where a float has all its digits: a longer one comes as text, so that must be read, too. */
function isNoAmount(now: Amounts | null, other: Amounts | null, { path }: Leaf): void {
  if (now === null || other === null) return;
  const isMade = now.quantity !== other.quantity || now.price !== other.price;
  assert.ok(!isMade, `an amount is made of the JSON number ${path.join(".")}, and its exact text is not read`);
}

function growsEvenly(
  { base, next, fine }: { readonly base: Amounts; readonly next: Amounts; readonly fine: Amounts },
  { path }: Leaf,
): void {
  for (const [name, units] of Object.entries(base)) {
    const step: bigint = (next[name] ?? units) - units;
    const fineStep: bigint = (fine[name] ?? units) - units;
    // A price or a fee may be a quotient, which is rounded by right: it is held to its digits where it is the number itself.
    if (step === 0n || (name !== "quantity" && step !== ONE && step !== -ONE)) continue;
    assert.equal(fineStep * ONE, step * FINE_STEP, `${name} loses digits of ${path.join(".")}, as a float does`);
  }
}
