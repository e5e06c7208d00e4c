import { isJsonObject } from "@fillbook/connector-kit";
import { type Json, parseDecimal } from "@fillbook/core";
import { decimalSchema, type ExecutionInput, type Normalized } from "@fillbook/core/connector";
import { z } from "zod";
import { isMarginRow, type LedgerFill, ledgerFees } from "./kraken-fees.ts";
import { storedId } from "./kraken-id.ts";
import { normalizeLedgerGroup } from "./kraken-instant.ts";
import type { KrakenPair } from "./kraken-pairs.ts";
import { krakenTime } from "./kraken-time.ts";

/** What a row of TradesHistory does not say itself. A type and not an interface, so that it is assignable to Json. */
export type KrakenContext = {
  /** Kraken's account, as the connection names it. */
  readonly account: string;
  /** The pairs of the page, by name. */
  readonly pairs: readonly KrakenPair[];
  /** In which units tokenized shares are: the tokens', which no split changes. Absent in contexts of older pages. */
  readonly rebase?: "base";
};

/**
 * A stored row of TradesHistory as an execution. Margin rows are fills like others: the figures of their position
 * (`posstatus`, `cprice`, `net` and such) change later and are not read.
 *
 * The fee is what the row's ledger entries say. Without them it is Kraken's equivalent in the quote currency, whatever
 * asset was really deducted (support.kraken.com "How to interpret Trades history fields", read 2026-05-27), so it is
 * marked as estimated; a zero is kept for the same reason.
 */
export function krakenNormalize(raw: Json, context: KrakenContext): Normalized {
  if (isLedgerGroup(raw)) return normalizeGroup(raw, context);
  const refusal = isJsonObject(raw) ? misfitReason(raw) : null;
  if (refusal !== null) return { kind: "rejected", reason: refusal };
  const read = tradeRow.safeParse(raw);
  if (!read.success) return { kind: "rejected", reason: reasonOf(read.error) };
  const row = read.data;
  const known = readContext(context, row.pair);
  if (known === null) return { kind: "rejected", reason: NO_CONTEXT };
  const { account, pair } = known;
  const execution: ExecutionInput = {
    broker: "kraken",
    account,
    familyId: row.txid,
    executionId: row.txid,
    revision: 0,
    executedAt: row.time,
    instrument: {
      symbol: pair.base === null ? row.pair : `${pair.base}/${pair.quote}`,
      rawSymbol: row.pair,
      kind: pair.kind,
      base: pair.base,
      currency: pair.quote,
    },
    side: row.type,
    quantity: row.vol,
    price: row.price,
    fees: ledgerFees(fillOf(row, raw, pair), row.ledgerRows) ?? estimatedFees(row.fee, pair.quote),
    feeBasis: "fill",
    // No row number: Kraken's `trade_id` is the fill's own and says nothing of which report of it is newer.
    aliases: [],
    order: { permanentId: row.ordertxid, quantity: null },
    liquidity: liquidityOf(row.maker),
    // The fill's own row is Kraken's last word on it; entries of the ledger alone are not.
    source: { connector: "kraken", authority: 2 },
  };
  return { kind: "execution", execution };
}

/** What the ledger alone shows is stored as a group of its entries. */
function isLedgerGroup(raw: Json): boolean {
  return isJsonObject(raw) && "ledgerRows" in raw && !("txid" in raw);
}

function normalizeGroup(raw: Json, context: KrakenContext): Normalized {
  const known = readContext(context, "");
  if (known === null) return { kind: "rejected", reason: NO_CONTEXT };
  const read = normalizeLedgerGroup(raw, known.account);
  return read.kind === "ignored" ? { kind: "ignored", reason: read.reason } : read;
}

/** The reader of tables names it so, as no column is named. */
function misfitReason({ misfitRow }: { readonly [name: string]: Json }): string | null {
  if (!isJsonObject(misfitRow)) return null;
  return `the row has ${Number(misfitRow.fields)} fields, and its table ${Number(misfitRow.columns)} columns`;
}

const NO_CONTEXT = "the page's context is not one that this connector made";

/** Printable and short, since it becomes a symbol. */
const name = z
  .string()
  .max(200)
  .regex(/^[\x20-\x7e]+$/, "is not printable text");

const id = z.string().min(1, "is empty").transform(storedId);

const tradeRow = z.object({
  txid: id,
  ordertxid: id,
  pair: name,
  time: krakenTime,
  type: z.enum(["buy", "sell"], "is neither buy nor sell"),
  price: decimalSchema,
  fee: decimalSchema,
  vol: decimalSchema.check(z.refine((quantity) => quantity !== "0" && !quantity.startsWith("-"), "is not above zero")),
  // Compared with the ledger only.
  cost: z.unknown().optional().transform(parseDecimal),
  ledgerRows: z.array(z.json()).optional().catch(undefined),
  // Missing in older rows. It only describes: whatever is no boolean is unknown.
  maker: z.unknown().optional(),
});

function fillOf(row: z.output<typeof tradeRow>, raw: Json, { base, quote }: KrakenPair): LedgerFill {
  const { vol, cost, fee } = row;
  return { base, quote, vol, cost, fee, margin: isMarginRow(raw) };
}

function estimatedFees(amount: string, currency: string | null): ExecutionInput["fees"] {
  // Without a currency an amount says nothing: unknown, not none.
  return currency === null ? null : [{ amount, currency, estimated: true }];
}

function liquidityOf(maker: unknown): "maker" | "taker" | null {
  if (maker === true) return "maker";
  return maker === false ? "taker" : null;
}

/** The account is the host's name for it, in any script. */
const contextSchema = z.object({ account: z.string().min(1), pairs: z.array(z.unknown()) });
const pairSchema = z.object({
  pair: name,
  base: name.nullable(),
  quote: name.nullable(),
  kind: z.enum(["crypto", "forex", "stock", "other"]),
});

/** The account and the pair by its name; a pair that the context does not hold is unresolved. Null for no context. */
function readContext(context: unknown, pair: string): { account: string; pair: KrakenPair } | null {
  const read = contextSchema.safeParse(context);
  if (!read.success) return null;
  const listed = read.data.pairs.find((entry) => isJsonObject(entry) && entry.pair === pair);
  if (listed === undefined)
    return { account: read.data.account, pair: { pair, base: null, quote: null, kind: "other" } };
  const found = pairSchema.safeParse(listed);
  return found.success ? { account: read.data.account, pair: found.data } : null;
}

/** Names the fields and what is wrong, never the values. */
function reasonOf(error: z.ZodError): string {
  const [first] = error.issues;
  if (first === undefined || first.path.length === 0) return "the row is not an object";
  return error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`).join("; ");
}
