import { createHash } from "node:crypto";

/** A ledger id that belongs to a leg of a trade for good, in Kraken's form. */
export function ledgerId(txid: string, leg: string): string {
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  const bytes = createHash("sha256").update(`${txid} ${leg}`).digest().subarray(0, 16);
  const letters = [...bytes].map((byte) => alphabet.charAt(byte % alphabet.length)).join("");
  return `L${letters.slice(0, 5)}-${letters.slice(5, 10)}-${letters.slice(10)}`;
}
