import type { Decision, InboxTrade, Link, Slice, StoredExecution, Suggestion, Trade } from "@fillbook/core";
import { z } from "zod";
import { count, decimalText, instantText, jsonValue, named, sliceOf, text } from "./basics.ts";

export const fee = named(
  "Fee",
  z.strictObject({ amount: decimalText, currency: text, estimated: z.literal(true).optional() }),
);

const link: z.ZodType<Link> = named(
  "Link",
  z.union([z.strictObject({ tradePlanId: text }), z.strictObject({ campaignId: text }), z.null()]),
);

export const instrument: z.ZodType<Trade["instrument"]> = named(
  "Instrument",
  z.strictObject({
    ...{ symbol: text, rawSymbol: text },
    kind: z.enum([
      ...(["stock", "option", "future", "future-option", "forex"] as const),
      ...(["crypto", "fund", "bond", "warrant", "cfd", "other"] as const),
    ]),
    ...{ currency: text.nullable(), base: text.nullable(), exchange: text.nullable(), conid: text.nullable() },
    multiplier: decimalText.nullable(),
  }),
);

const side = z.enum(["buy", "sell"]);

const tradeShape = {
  ...{
    id: text,
    userId: text,
    broker: text,
    account: text,
    connectionId: text,
    source: text,
    orderId: text.nullable(),
  },
  ...{ instrument, side, status: z.enum(["filled", "partial", "canceled", "unknown"]) },
  ...{ quantity: decimalText, averagePrice: decimalText.nullable(), fees: z.array(fee) },
  ...{ unknownFeeCount: count, executionCount: count, canceledCount: count },
  ...{ firstExecutedAt: instantText, lastExecutedAt: instantText },
  ...{ inbox: z.enum(["pending_review", "reviewed"]), link, changedSinceReview: z.boolean() },
  review: z.strictObject({ links: z.array(link), undecidedCount: count, changedCount: count }),
  ...{ lastJobId: text.nullable(), createdAt: instantText, updatedAt: instantText, version: count },
};

export const trade: z.ZodType<Trade> = named("Trade", z.strictObject(tradeShape));
export const tradeSlice = sliceOf("Trade", trade);
export const trades: z.ZodType<readonly Trade[]> = named("Trades", z.array(trade));

const suggestion: z.ZodType<Suggestion> = named(
  "Suggestion",
  z.strictObject({
    ...{ tradePlanId: text.nullable(), campaignId: text.nullable() },
    reason: z.enum(["symbol_and_side_match", "none", "unavailable"]),
    rule: z.literal(1),
  }),
);
const inboxTrade: z.ZodType<InboxTrade> = named(
  "InboxTrade",
  z.strictObject({ ...tradeShape, suggestion, absorb: z.strictObject({ id: text, version: count }).nullable() }),
);
export const inboxSlice = sliceOf("InboxTrade", inboxTrade);

const execution: z.ZodType<StoredExecution> = named(
  "Execution",
  z.strictObject({
    ...{ id: text, tradeId: text.nullable(), familyKey: text, canonical: z.boolean(), voided: z.boolean() },
    undone: z.boolean(),
    ...{ jobId: text, connectionId: text, fetchedAt: instantText, broker: text, account: text },
    firstReportedAt: instantText.nullable(),
    kind: z.enum(["order", "instant"]),
    ...{ familyId: text.nullable(), revision: count, executionId: text.nullable(), executedAt: instantText },
    ...{ instrument, side, quantity: decimalText, price: decimalText, fees: z.array(fee).nullable() },
    ...{ feeBasis: z.enum(["fill", "row"]), sequence: text.nullable() },
    aliases: z.array(z.templateLiteral([z.enum(["trade", "transaction"]), ":", z.string()])),
    order: z.strictObject({
      ...{ permanentId: text.nullable(), reference: text.nullable(), clientId: text.nullable() },
      ...{ orderId: text.nullable(), quantity: decimalText.nullable() },
    }),
    liquidity: z.enum(["maker", "taker"]).nullable(),
    source: z.strictObject({
      connector: text,
      authority: z.union([z.literal(1), z.literal(2)]),
      reportedAt: instantText.nullable(),
    }),
    raw: jsonValue,
  }),
);
export const executionSlice = sliceOf("Execution", execution);

export const tradeWithExecutions: z.ZodType<Trade & { readonly executions: Slice<StoredExecution> }> = named(
  "TradeWithExecutions",
  z.strictObject({ ...tradeShape, executions: executionSlice }),
);

const decisionShape = {
  ...{ link, decidedAt: instantText, decidedBy: text, seenRevisionKey: text.nullable(), suggestion: jsonValue },
  absorption: z
    .strictObject({ role: z.enum(["absorbs", "absorbed"]), act: text, tradeId: text, familyKey: text })
    .nullable()
    .exactOptional(),
};
const decision: z.ZodType<Decision> = named(
  "Decision",
  z.strictObject({
    familyKey: text,
    ...decisionShape,
    previous: z.strictObject(decisionShape).nullable().exactOptional(),
  }),
);
export const decisions: z.ZodType<readonly Decision[]> = named("Decisions", z.array(decision));
