import * as z from "zod/mini";
import type { Clock } from "./clock.ts";
import { decisionBatch, scopesOfKeys } from "./decision-batch.ts";
import type { TradeFilter } from "./filter-types.ts";
import { ImportError } from "./import-error.ts";
import { tradeFilterSchema } from "./list-filters.ts";
import type { Logger } from "./logger.ts";
import { type ManualMatch, manualMatch } from "./manual-match.ts";
import { parseOptions } from "./parse-options.ts";
import { absorptionOfLast } from "./plan/absorption.ts";
import type { CommitBatch } from "./plan/commit-batch.ts";
import type { Decision, Link } from "./plan/plan-types.ts";
import type { TradeReview } from "./plan/review.ts";
import type { Slice, Trade } from "./read-types.ts";
import type { BookStore } from "./store-contract.ts";
import { textId } from "./text-id.ts";
import { noTrade } from "./trade-of.ts";
import { type Suggestion, suggestions, type TradePlans } from "./trade-suggestion.ts";
import type { TradeFacts } from "./trade-view.ts";

/** A trade that waits for review, with what is proposed for it. */
export type InboxTrade = Trade & {
  /** What it may be linked to. */
  readonly suggestion: Suggestion;
  /** The manual trade that seems to be this one: of its instrument, side, quantity and UTC day. null when none or several are. */
  readonly absorb: ManualMatch | null;
};

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
   * Takes the last decision on these trades back, all or none: each fill has the one before it again, or waits for review. A
   * manual trade that the last decision absorbed counts again.
   *
   * @throws ImportError as `review` does.
   */
  undoReview(request: SeenTrades): Promise<readonly Trade[]>;
  /** The decisions on a trade's fills: what was seen, suggested and chosen, by whom and when. Empty while it waits. */
  tradeDecisions(tradeId: string): Promise<readonly Decision[]>;
}

/** A trade as it was on the screen. */
export const seenSchema = z.strictObject({ id: textId, version: z.int().check(z.positive()) });
const seen = z.array(seenSchema).check(
  z.minLength(1),
  z.maxLength(200),
  z.refine((trades) => new Set(trades.map(({ id }) => id)).size === trades.length, "holds a trade twice"),
);
const undoSchema = z.strictObject({ trades: seen });
/** A plan, or a campaign, never both. */
export const linkSchema = z.nullable(
  z.union([z.strictObject({ tradePlanId: textId }), z.strictObject({ campaignId: textId })]),
);
const reviewSchema = z.strictObject({ trades: seen, link: linkSchema });

export interface ReviewParts {
  readonly userId: string;
  readonly actor: string;
  readonly store: Pick<BookStore, "inbox" | "tradesById" | "decisionsOf" | "commit">;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly tradePlans: TradePlans | undefined;
}

export function userReview(parts: ReviewParts): UserReview {
  const { userId, store } = parts;
  return {
    async inbox(filter = {}) {
      const { inbox: _pending, ...wanted } = parseOptions(tradeFilterSchema, filter);
      const { items, next, manuals } = await store.inbox(userId, wanted);
      const proposed = await suggestions(items, parts);
      return { items: items.flatMap((trade, index) => withSuggestion(trade, proposed[index], manuals)), next };
    },
    async review(request) {
      const { trades, link } = parseOptions(reviewSchema, request);
      const known = await seenTrades(parts, trades);
      const proposed = await suggestions(known, parts);
      const reviews = known.map((trade, index): TradeReview => {
        const { version } = trades[index] ?? trade;
        return { tradeId: trade.id, version, act: "decide", link, suggestion: { ...proposed[index] } };
      });
      return commitDecision(parts, { accounts: known, reviews });
    },
    async undoReview(request) {
      const { trades } = parseOptions(undoSchema, request);
      return undoReviews(parts, trades);
    },
    tradeDecisions: (tradeId) => store.decisionsOf(userId, [tradeId]),
  };
}

function withSuggestion(
  trade: Trade,
  suggestion: Suggestion | undefined,
  manuals: readonly Trade[],
): readonly InboxTrade[] {
  return suggestion === undefined ? [] : [{ ...trade, suggestion, absorb: manualMatch(trade, manuals) }];
}

type Seen = SeenTrades["trades"];

async function undoReviews(parts: ReviewParts, trades: Seen): Promise<readonly Trade[]> {
  const { userId, store } = parts;
  const known = await seenTrades(parts, trades);
  const ids = known.map(({ id }) => id);
  const absorptions = (await store.decisionsOf(userId, ids)).flatMap((one) => absorptionOfLast(one) ?? []);
  return commitDecision(parts, {
    accounts: known,
    // What comes back is locked with the rest.
    scopes: scopesOfKeys(absorptions.map(({ familyKey }) => familyKey)),
    reviews: trades.map(({ id, version }) => ({ tradeId: id, version, act: "undo" })),
  });
}

/** Commits a person's batch; answers with the trades that it reviews. @throws ImportError `TRADE_CHANGED` */
export async function commitDecision(
  {
    userId,
    actor,
    store,
    clock,
  }: Pick<ReviewParts, "userId" | "actor" | "clock"> & { readonly store: Pick<BookStore, "commit"> },
  {
    accounts,
    scopes = [],
    ...changes
  }: Omit<Partial<CommitBatch>, "accounts"> & {
    readonly accounts: readonly Pick<Trade, "broker" | "account">[];
    /** More accounts to lock, as the keys of their fills begin. */
    readonly scopes?: readonly string[];
  },
): Promise<readonly Trade[]> {
  const batch = { ...decisionBatch({ owner: userId, by: actor, clock, accounts }), ...changes };
  const locked = [...new Set([...batch.accounts, ...scopes])].sort();
  const result = await store.commit({ ...batch, accounts: locked });
  if (result.kind === "committed") return result.reviewed ?? [];
  if (result.kind === "fenced") throw new Error("a batch without a run has no fence");
  const ids = result.tradeIds.slice(0, 10).join(", ");
  throw new ImportError("TRADE_CHANGED", `changed since it was read, so nothing was written: ${ids}; read it again`);
}

/** The trades in the order of the request. @throws ImportError `TRADE_NOT_FOUND` */
async function seenTrades(
  { userId, store }: Pick<ReviewParts, "userId"> & { readonly store: Pick<BookStore, "tradesById"> },
  trades: Seen,
): Promise<readonly TradeFacts[]> {
  const ids = trades.map(({ id }) => id);
  const found = await store.tradesById(userId, ids);
  const byId = new Map(found.map((trade) => [trade.id, trade]));
  return ids.map((id) => {
    const trade = byId.get(id);
    if (trade === undefined) throw noTrade(id);
    return trade;
  });
}
