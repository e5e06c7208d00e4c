import { realSequence } from "../identify.ts";

/** Compares row numbers as numbers of any length; absent ones are lowest. */
export function compareSequences(left: string | null, right: string | null): number {
  const [leftDigits, rightDigits] = [realSequence(left) ?? "", realSequence(right) ?? ""];
  if (leftDigits.length !== rightDigits.length) return leftDigits.length - rightDigits.length;
  if (leftDigits === rightDigits) return 0;
  return leftDigits < rightDigits ? -1 : 1;
}
