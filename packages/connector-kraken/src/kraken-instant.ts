import type { Json } from "@fillbook/core";
import type { ExecutionInput, Normalized } from "@fillbook/core/connector";
import { z } from "zod";
import { amountOf, magnitude, quotientOf, unitsOf } from "./kraken-amount.ts";
import { isFiat } from "./kraken-assets.ts";
import { sumLedgerFees } from "./kraken-fees.ts";
import { type LedgerEntry, ledgerEntrySchema, refidOf } from "./kraken-ledger.ts";
import { krakenTime } from "./kraken-time.ts";
import { walletAsset } from "./kraken-wallet.ts";

/** Entries that come in groups of what was given and what was got (support.kraken.com and DOC Ledgers, read 2026-05-27). */
export const instantTypes: ReadonlySet<string> = new Set(["spend", "receive", "sale", "conversion"]);

/** `unread`: it looks like an execution, and is none that can be read. */
type GroupRead =
  | Exclude<Normalized, { kind: "ignored" }>
  | { readonly kind: "ignored"; readonly reason: string; readonly unread: boolean };

/**
 * A group of ledger entries with one refid as an execution: one asset given for one other. Assets that come and go
 * by the same amount, such as the dollars through which a share is settled, cancel out (rotki issue 12564); equal amounts
 * of different assets do not. All else is ignored with a reason.
 */
export function normalizeLedgerGroup(raw: Json, account: string): GroupRead {
  const read = groupSchema.safeParse(raw);
  if (!read.success)
    return { kind: "rejected", reason: "a ledger entry has no type, asset, amount, fee or time that can be read" };
  const { refid, ledgerRows } = read.data;
  const types = [...new Set(ledgerRows.map(({ type }) => type))].sort().join(" and ");
  if (!ledgerRows.every(({ type }) => instantTypes.has(type))) return otherEntries(types, ledgerRows);
  const sides = sidesOf(ledgerRows);
  if (sides === null || refid === null) {
    const assets = netsOf(ledgerRows).map(({ code }) => code);
    const reason = `a ${types} of ${assets.length === 0 ? "nothing" : assets.join(", ")} is not one asset for another`;
    return { kind: "ignored", reason, unread: true };
  }
  const execution = executionOf(refid, { account, ledgerRows, sides });
  return execution === null
    ? { kind: "rejected", reason: "the amounts of a ledger group have too many digits" }
    : { kind: "execution", execution };
}

/** True when the entries give one asset for one other. */
export function hasBothSides(ledgerRows: readonly Json[]): boolean {
  const read = groupSchema.shape.ledgerRows.safeParse(ledgerRows);
  return read.success && sidesOf(read.data) !== null;
}

const entrySchema = ledgerEntrySchema.extend({ time: krakenTime });
const groupSchema = z.object({
  refid: z.unknown().transform((refid) => (typeof refid === "string" ? refidOf({ refid }) : null)),
  ledgerRows: z.array(entrySchema).min(1).max(1_000),
});
type GroupEntry = z.output<typeof entrySchema>;

/** Known entries that move one asset only, or the same one between wallets (DOC Ledgers, rotki and BittyTax, read 2026-08). */
const NO_FILLS: ReadonlySet<string> = new Set(
  (
    "none deposit withdrawal transfer adjustment rollover credit staking reward dividend earn fee nfttrade nftcreatorfee " +
    "nftrebate nft_rebate custodytransfer"
  )
    .split(" ")
    .concat("invite bonus"),
);

/** An entry of a type that nobody has seen may be a fill only if it gives one asset for another. */
function otherEntries(types: string, ledgerRows: readonly GroupEntry[]): GroupRead {
  const known = ledgerRows.every(({ type }) => NO_FILLS.has(type) || instantTypes.has(type));
  if (!known && sidesOf(ledgerRows) !== null) return { kind: "rejected", reason: `ledger entries of type ${types}` };
  return { kind: "ignored", reason: `a ledger entry of type ${types} is no fill`, unread: false };
}

interface Net {
  readonly code: string;
  readonly rawAsset: string;
  readonly tokenized: boolean;
  readonly units: bigint;
}

/** What each asset came to, over all wallets; an asset that came to nothing is left out. */
function netsOf(entries: readonly LedgerEntry[]): Net[] {
  const nets = new Map<string, Net>();
  for (const { asset, amount, aclass } of entries) {
    const code = walletAsset(asset);
    const units = (nets.get(code)?.units ?? 0n) + unitsOf(amount);
    nets.set(code, {
      code,
      rawAsset: nets.get(code)?.rawAsset ?? asset,
      tokenized: aclass === "tokenized_asset",
      units,
    });
  }
  return [...nets.values()].filter(({ units }) => units !== 0n);
}

interface Sides {
  readonly base: Net;
  readonly quote: Net;
}

function sidesOf(entries: readonly LedgerEntry[]): Sides | null {
  const [one, other, ...more] = netsOf(entries);
  if (one === undefined || other === undefined || more.length > 0) return null;
  if (one.units > 0n === other.units > 0n) return null;
  const got = one.units > 0n ? one : other;
  const given = one.units > 0n ? other : one;
  return quoteness(got) > quoteness(given) ? { base: given, quote: got } : { base: got, quote: given };
}

const FIAT_ORDER = ["EUR", "GBP", "AUD", "USD", "CAD", "CHF", "JPY"];
const STABLE: ReadonlySet<string> = new Set(
  "AUSD DAI EURC EUROP FIDD PYUSD RLUSD USD1 USDC USDD USDG USDQ USDR USDS USDT".split(" "),
);

/**
 * How much an asset is what others are priced in. By rule and not by what Kraken lists, which changes: the same entries
 * must be the same execution for ever. Among equals the asset got is the base.
 */
function quoteness({ code, tokenized }: Net): number {
  if (tokenized) return -1;
  if (isFiat(code)) return 100 + (FIAT_ORDER.includes(code) ? FIAT_ORDER.indexOf(code) : FIAT_ORDER.length);
  if (STABLE.has(code)) return 3;
  return code === "BTC" ? 2 : code === "ETH" ? 1 : 0;
}

function executionOf(
  refid: string,
  group: { readonly account: string; readonly ledgerRows: readonly GroupEntry[]; readonly sides: Sides },
): ExecutionInput | null {
  const { base, quote } = group.sides;
  const quantity = amountOf(magnitude(base.units));
  const price = quotientOf(magnitude(quote.units), magnitude(base.units));
  const fees = sumLedgerFees(group.ledgerRows);
  const [executedAt] = group.ledgerRows.map((entry) => entry.time).sort();
  if (quantity === null || price === null || fees === null || executedAt === undefined) return null;
  return {
    broker: "kraken",
    account: group.account,
    kind: "instant",
    familyId: refid,
    executionId: refid,
    revision: 0,
    executedAt,
    instrument: {
      symbol: `${base.code}/${quote.code}`,
      rawSymbol: `${base.rawAsset}/${quote.rawAsset}`,
      kind: kindOf(base, quote),
      base: base.code,
      currency: quote.code,
    },
    side: base.units > 0n ? "buy" : "sell",
    ...{ quantity, price, fees, feeBasis: "fill", sequence: null, aliases: [], liquidity: null },
    order: { permanentId: null, quantity: null },
    source: { connector: "kraken", authority: 1 },
  };
}

function kindOf(base: Net, quote: Net): "stock" | "forex" | "crypto" {
  if (base.tokenized) return "stock";
  return isFiat(base.code) && isFiat(quote.code) ? "forex" : "crypto";
}
