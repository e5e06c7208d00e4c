import type { Json } from "@fillbook/core";
import type { ExecutionInput, Normalized } from "@fillbook/core/connector";
import { z } from "zod";
import { amountOf, magnitude, quotientOf, unitsOf } from "./kraken-amount.ts";
import { isFiat } from "./kraken-assets.ts";
import { entryKind } from "./kraken-entry-kind.ts";
import { sumLedgerFees } from "./kraken-fees.ts";
import { storedId } from "./kraken-id.ts";
import { type LedgerEntry, ledgerEntrySchema, refidOf } from "./kraken-ledger.ts";
import { krakenTime } from "./kraken-time.ts";
import { walletAsset } from "./kraken-wallet.ts";

/** `unread`: it looks like an execution of that sort, and is none that can be read. */
export type GroupRead =
  | Exclude<Normalized, { kind: "ignored" }>
  | { readonly kind: "ignored"; readonly reason: string; readonly unread: "fill" | "exchange" | null };

/**
 * A group of ledger entries with one refid as an execution: one asset given for one other. Assets that come and go
 * by the same amount, such as the dollars through which a share is settled, cancel out (rotki issue 12564); equal amounts
 * of different assets do not.
 *
 * Entries of a fill without its row of TradesHistory are that fill as far as they tell it: what moved and the true fees,
 * the price by division.
 */
export function normalizeLedgerGroup(raw: Json, account: string): GroupRead {
  const read = groupSchema.safeParse(raw);
  if (!read.success)
    return { kind: "rejected", reason: "a ledger entry has no type, asset, amount, fee or time that can be read" };
  const { refid, ledgerRows, entries } = read.data;
  const kinds = new Set(ledgerRows.map(entryKind));
  const names = namesOf(ledgerRows);
  const [kind] = kinds;
  if (kinds.size > 1 || kind === undefined || kind === "unknown") {
    return { kind: "rejected", reason: `ledger entries of ${names}: what they are together is not known` };
  }
  if (kind === "movement") return { kind: "ignored", reason: `a ledger entry of ${names} is no fill`, unread: null };
  const doubt = doubtOf(ledgerRows, entries ?? ledgerRows.length);
  if (doubt !== null) return { kind: "rejected", reason: `ledger entries of ${names}: ${doubt}` };
  const sides = sidesOf(ledgerRows);
  if (sides === null || refid === null) return withoutSides(kind, ledgerRows, names);
  const execution = executionOf(refid, { account, kind, ledgerRows, sides });
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
  /** How many there are, where not all are kept. */
  entries: z.number().int().optional(),
});
type GroupEntry = z.output<typeof entrySchema>;

/** The types, and the subtypes of those that have one: `type earn and subtype reward`. */
function namesOf(ledgerRows: readonly GroupEntry[]): string {
  const names = ledgerRows.map(({ type, subtype }) => (subtype ? `${type} and subtype ${subtype}` : type));
  return `type ${[...new Set(names)].sort().join(", ")}`;
}

/** Why a sum over the entries could be another than Kraken's; null where nothing says so. */
function doubtOf(ledgerRows: readonly GroupEntry[], count: number): string | null {
  if (count > ledgerRows.length) return `${count} of one refid are more than are read`;
  if (ledgerRows.some(({ id }) => id === "")) return "one has no id";
  const ids = new Set(ledgerRows.map(({ id }) => id));
  return ids.size < ledgerRows.length ? "two of one id say different things" : null;
}

function withoutSides(kind: "fill" | "exchange", ledgerRows: readonly GroupEntry[], names: string): GroupRead {
  // One leg of what Kraken takes off its list has a refid of its own, days from the other (BittyTax, read 2026-08).
  if (ledgerRows.some(({ subtype }) => subtype === "delistingconversion"))
    return { kind: "rejected", reason: `ledger entries of ${names} show one side only: the other has another refid` };
  const assets = netsOf(ledgerRows).map(({ code }) => code);
  const reason = `${names} of ${assets.length === 0 ? "nothing" : assets.join(", ")} is not one asset for another`;
  // Most adjustments correct one balance.
  const isQuiet = ledgerRows.every(({ type }) => type === "adjustment");
  return { kind: "ignored", reason, unread: isQuiet ? null : kind };
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
  group: {
    readonly account: string;
    readonly kind: "fill" | "exchange";
    readonly ledgerRows: readonly GroupEntry[];
    readonly sides: Sides;
  },
): ExecutionInput | null {
  const { base, quote } = group.sides;
  const quantity = amountOf(magnitude(base.units));
  const price = quotientOf(magnitude(quote.units), magnitude(base.units));
  const sums = sumLedgerFees(group.ledgerRows);
  const [executedAt] = group.ledgerRows.map((entry) => entry.time).sort();
  if (quantity === null || price === null || sums === null || executedAt === undefined) return null;
  // That a fill cost nothing its own row must say: the entry with the fee could be missing here.
  const fees = group.kind === "fill" && sums.length === 0 ? null : sums;
  return {
    broker: "kraken",
    account: group.account,
    kind: group.kind === "fill" ? "order" : "instant",
    familyId: storedId(refid),
    executionId: storedId(refid),
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
