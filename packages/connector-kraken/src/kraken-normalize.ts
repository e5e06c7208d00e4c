import { type Instant, instantFromUnixSeconds, type Json } from "@fillbook/core";
import { decimalSchema, type ExecutionInput, type Fee, type Normalized } from "@fillbook/core/connector";
import { z } from "zod";
import type { KrakenPair } from "./kraken-pairs.ts";
import { tradeIdPattern } from "./kraken-trade.ts";

/** What a row of TradesHistory does not say itself. A type and not an interface, so that it is assignable to Json. */
export type KrakenContext = {
  /** Kraken's account, as the connection names it. */
  readonly account: string;
  /** The pairs of the page, by name. */
  readonly pairs: readonly KrakenPair[];
};

/**
 * A stored row of TradesHistory as an execution. Margin rows are fills like others: the figures of their position
 * (`posstatus`, `cprice`, `net` and such) change later and are not read.
 *
 * The fee is Kraken's equivalent in the quote currency, whatever asset was really deducted (support.kraken.com "How to
 * interpret Trades history fields", read 2026-05-27), so it is marked as estimated; a zero is kept for the same reason.
 */
export function krakenNormalize(raw: Json, context: KrakenContext): Normalized {
  const read = tradeRow.safeParse(raw);
  if (!read.success) return { kind: "rejected", reason: reasonOf(read.error) };
  const row = read.data;
  const pair = context.pairs.find((known) => known.pair === row.pair) ?? unresolved(row.pair);
  const execution: ExecutionInput = {
    broker: "kraken",
    account: context.account,
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
    fees: feesOf(row.fee, pair.quote),
    feeBasis: "fill",
    sequence: null,
    aliases: [],
    order: { permanentId: row.ordertxid, quantity: null },
    liquidity: row.maker === null ? null : row.maker ? "maker" : "taker",
    source: { connector: "kraken", authority: 1 },
  };
  return { kind: "execution", execution };
}

/** Longer texts are refused before any pattern is tried on them. */
const text = z.string().max(200);
/** Printable, since it becomes a symbol or an id. */
const name = text.regex(/^[\x20-\x7e]+$/, "is not printable text");
const amount = text.pipe(decimalSchema);

const time = z.union([text, z.number().transform(String)]).transform((token, context): Instant => {
  try {
    return instantFromUnixSeconds(token);
  } catch {
    context.addIssue({ code: "custom", message: "is not unix seconds between 2000 and 2099" });
    return z.NEVER;
  }
});

const tradeRow = z.object({
  txid: text.regex(tradeIdPattern, "is not a trade id"),
  ordertxid: name,
  pair: name,
  time,
  type: z.enum(["buy", "sell"], "is neither buy nor sell"),
  price: amount,
  fee: amount,
  vol: amount.refine((quantity) => quantity !== "0" && !quantity.startsWith("-"), "is not above zero"),
  maker: z
    .boolean()
    .nullish()
    .catch(null)
    .transform((maker) => maker ?? null),
});

function feesOf(fee: string, quote: string | null): Fee[] | null {
  // Without a currency an amount says nothing: unknown, not none.
  return quote === null ? null : [{ amount: decimalSchema.parse(fee), currency: quote, estimated: true }];
}

/** A name that the page's context does not hold: for rows stored before it could be resolved. */
function unresolved(pair: string): KrakenPair {
  return { pair, base: null, quote: null, kind: "other" };
}

/** Names the fields and what is wrong, never the values. */
function reasonOf(error: z.ZodError): string {
  const [first] = error.issues;
  if (first === undefined || first.path.length === 0) return "the row is not an object";
  return error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`).join("; ");
}
