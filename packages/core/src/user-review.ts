import { z } from "zod";
import type { Clock } from "./clock.ts";
import { decisionBatch } from "./decision-batch.ts";
import { ImportError } from "./import-error.ts";
import { tradeFilterSchema } from "./list-filters.ts";
import type { Logger } from "./logger.ts";
import { parseOptions } from "./parse-options.ts";
import type { CommitBatch } from "./plan/commit-batch.ts";
import type { Decision, Link } from "./plan/plan-types.ts";
import type { Slice, Trade, TradeFilter } from "./read-types.ts";
import type { BookStore } from "./store-contract.ts";
import { textId } from "./text-id.ts";
import { type Suggestion, suggestions, type TradePlans } from "./trade-suggestion.ts";

/** A trade that waits for review, with what is proposed for it. */
export type InboxTrade = Trade & { readonly suggestion: Suggestion };

/** Trades as they were on the screen. */
export interface SeenTrades {
  /** 1 to 200, each once. */
  readonly trades: readonly { readonly id: string; readonly version: number }[];
}

export interface ReviewRequest extends SeenTrades {
  /** A plan, or a campaign without a plan, or deliberately neither. */
  readonly link: Link;
}

/** What a person decides about imported trades. */
export interface UserReview {
  /** Trades that wait for review, newest first, each with a suggestion from the host's `tradePlans`. */
  inbox(filter?: Omit<TradeFilter, "inbox">): Promise<Slice<InboxTrade>>;
  /**
   * Links trades, all or none, and takes them out of the inbox; answers with them as they are then, in the order of the
   * request. The decision is kept for each fill, so it follows fills that later move to another trade.
   *
   * @throws ImportError `TRADE_CHANGED` where one is not as it was seen, `TRADE_NOT_FOUND`, `OPTION_INVALID`.
   * @example
   * await user.review({ trades: [{ id: trade.id, version: trade.version }], link: { tradePlanId: "plan-7" } });
   */
  review(request: ReviewRequest): Promise<readonly Trade[]>;
  /**
   * Takes the last decision on these trades back, all or none: each fill has the one before it again, or waits for review.
   *
   * @throws ImportError as `review` does.
   */
  undoReview(request: SeenTrades): Promise<readonly Trade[]>;
  /** The decisions on a trade's fills: what was seen, suggested and chosen, by whom and when. Empty while it waits. */
  tradeDecisions(tradeId: string): Promise<readonly Decision[]>;
}

const seen = z
  .array(z.strictObject({ id: textId, version: z.number().int().positive() }))
  .min(1)
  .max(200)
  .refine((trades) => new Set(trades.map(({ id }) => id)).size === trades.length, "holds a trade twice");
const undoSchema = z.strictObject({ trades: seen });
/** A plan, or a campaign, never both. */
export const linkSchema = z
  .union([z.strictObject({ tradePlanId: textId }), z.strictObject({ campaignId: textId })])
  .nullable();
const reviewSchema = z.strictObject({ trades: seen, link: linkSchema });

export interface ReviewParts {
  readonly userId: string;
  readonly actor: string;
  readonly store: Pick<BookStore, "trades" | "tradesById" | "decisionsOf" | "commit">;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly tradePlans: TradePlans | undefined;
}

export function userReview(parts: ReviewParts): UserReview {
  const { userId, store } = parts;
  return {
    async inbox(filter = {}) {
      const wanted = { ...parseOptions(tradeFilterSchema, filter), inbox: "pending_review" } as const;
      const { items, next } = await store.trades(userId, wanted);
      const proposed = await suggestions(items, parts);
      return { items: items.flatMap((trade, index) => withSuggestion(trade, proposed[index])), next };
    },
    async review(request) {
      const { trades, link } = parseOptions(reviewSchema, request);
      return decide(parts, trades, (_trade, suggestion) => ({ act: "decide", link, suggestion: { ...suggestion } }));
    },
    async undoReview(request) {
      const { trades } = parseOptions(undoSchema, request);
      return decide(parts, trades, () => ({ act: "undo" }));
    },
    tradeDecisions: (tradeId) => store.decisionsOf(userId, tradeId),
  };
}

function withSuggestion(trade: Trade, suggestion: Suggestion | undefined): InboxTrade[] {
  return suggestion === undefined ? [] : [{ ...trade, suggestion }];
}

type Seen = SeenTrades["trades"];
type Act =
  | {
      readonly act: "decide";
      readonly link: Link;
      readonly suggestion: { readonly [name: string]: string | number | null };
    }
  | { readonly act: "undo" };

async function decide(
  parts: ReviewParts,
  trades: Seen,
  actOn: (trade: Trade, suggestion: Suggestion) => Act,
): Promise<readonly Trade[]> {
  const known = await seenTrades(parts, trades);
  const proposed = await suggestions(known, parts);
  const reviews = known.flatMap((trade, index) => {
    const { version } = trades[index] ?? trade;
    const suggestion = proposed[index];
    return suggestion === undefined ? [] : [{ tradeId: trade.id, version, ...actOn(trade, suggestion) }];
  });
  await commitDecision(parts, { accounts: known, reviews });
  return seenTrades(parts, trades);
}

/** Commits a person's batch. @throws ImportError `TRADE_CHANGED` */
export async function commitDecision(
  {
    userId,
    actor,
    store,
    clock,
  }: Pick<ReviewParts, "userId" | "actor" | "clock"> & { readonly store: Pick<BookStore, "commit"> },
  {
    accounts,
    ...changes
  }: Omit<Partial<CommitBatch>, "accounts"> & { readonly accounts: readonly Pick<Trade, "broker" | "account">[] },
): Promise<void> {
  const batch = { ...decisionBatch({ owner: userId, by: actor, clock, accounts }), ...changes };
  const result = await store.commit(batch);
  if (result.kind !== "stale") return;
  const ids = result.tradeIds.slice(0, 10).join(", ");
  throw new ImportError("TRADE_CHANGED", `changed since it was read, so nothing was written: ${ids}; read it again`);
}

/** The trades in the order of the request. @throws ImportError `TRADE_NOT_FOUND` */
async function seenTrades({ userId, store }: ReviewParts, trades: Seen): Promise<readonly Trade[]> {
  const ids = trades.map(({ id }) => id);
  const found = await store.tradesById(userId, ids);
  const byId = new Map(found.map((trade) => [trade.id, trade]));
  return ids.map((id) => {
    const trade = byId.get(id);
    if (trade === undefined) throw new ImportError("TRADE_NOT_FOUND", `there is no trade ${id}`);
    return trade;
  });
}
