import type { Json } from "@fillbook/core";
import { decimalSchema, instantSchema, type Normalized } from "@fillbook/core/connector";
import { z } from "zod";

/** What `normalize` needs beside the row. */
export type AcmeContext = { readonly account: string };

// Only the columns that are used; all of them stay in `raw`.
const rowSchema = z.object({
  kind: z.enum(["trade", "transfer"]),
  time: instantSchema,
  symbol: z.string().min(1),
  side: z.enum(["buy", "sell"]),
  quantity: decimalSchema,
  price: decimalSchema,
  currency: z.string().min(1),
  // Empty until Acme has booked it.
  fee: z.union([z.literal(""), decimalSchema]),
  order: z.string(),
});
const transferSchema = z.object({ kind: z.literal("transfer") });
const contextSchema = z.object({ account: z.string().min(1) });

/** Pure: a row that is understood in full is a fill, a known other kind is ignored, and all else is rejected. */
export function normalizeAcmeRow(raw: Json, context: Json): Normalized {
  if (transferSchema.safeParse(raw).success) return { kind: "ignored", reason: "a transfer is no fill" };
  const parsed = z.object({ row: rowSchema, context: contextSchema }).safeParse({ row: raw, context });
  if (!parsed.success) return { kind: "rejected", reason: z.prettifyError(parsed.error) };
  const {
    row,
    context: { account },
  } = parsed.data;
  const { time, symbol, side, quantity, price, currency, fee, order } = row;
  return {
    kind: "execution",
    execution: {
      ...{ broker: "acme", account, executedAt: time, side, quantity, price },
      instrument: { symbol, rawSymbol: symbol, kind: "stock", currency },
      fees: fee === "" ? null : [{ amount: fee, currency }],
      order: { permanentId: order },
      source: { connector: "acme-csv", authority: 2 },
    },
  };
}
