import { isJsonObject } from "@fillbook/connector-kit";
import type { Json } from "@fillbook/core";

/**
 * What an entry of the ledger is: part of a fill that TradesHistory lists, of an exchange that only the ledger shows, a
 * known movement of one asset, or something that nobody has seen.
 */
export type EntryKind = "fill" | "exchange" | "movement" | "unknown";

/**
 * Decides by type and subtype: earn and transfer are movements but for the conversion of what Kraken takes off its list
 * (docs.kraken.com Ledgers and support.kraken.com "How to interpret Ledger history fields", read 2026-05-27; rotki,
 * BittyTax and other readers of real ledgers, read 2026-08).
 */
export function entryKind({
  type,
  subtype,
}: {
  readonly type: string;
  readonly subtype?: string | null | undefined;
}): EntryKind {
  if (FILLS.has(type)) return "fill";
  if (EXCHANGES.has(type) || subtype === "delistingconversion") return "exchange";
  return MOVEMENTS.has(type) && SUBTYPES.has(subtype ?? "") ? "movement" : "unknown";
}

/** True for a stored entry, or a row of Ledgers, of that kind. */
export function isEntryOf(kind: EntryKind, row: Json): boolean {
  if (!isJsonObject(row) || typeof row.type !== "string") return false;
  return entryKind({ type: row.type, subtype: typeof row.subtype === "string" ? row.subtype : null }) === kind;
}

const FILLS: ReadonlySet<string> = new Set(["trade", "margin", "margin trade", "settled"]);

/** Entries that come in groups of what was given and what was got; of adjustments only those of a delisting do. */
const EXCHANGES: ReadonlySet<string> = new Set(["spend", "receive", "sale", "conversion", "adjustment"]);

const MOVEMENTS: ReadonlySet<string> = new Set([
  ...["none", "deposit", "withdrawal", "transfer", "rollover", "credit", "staking", "reward", "dividend"],
  ...["earn", "fee", "invite bonus", "nfttrade", "nftcreatorfee", "nftrebate", "nft_rebate", "creator_fee", "reserve"],
  "custodytransfer",
]);

const SUBTYPES: ReadonlySet<string> = new Set([
  ...["", "airdrop", "reward", "rewardallocation", "allocation", "deallocation", "autoallocate", "autoallocation"],
  ...["migration", "spottostaking", "stakingfromspot", "stakingtospot", "spotfromstaking"],
  ...["spottofutures", "futuresfromspot", "futurestospot", "spotfromfutures"],
]);
