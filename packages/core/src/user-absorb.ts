import * as z from "zod/mini";
import { ImportError } from "./import-error.ts";
import { isAlike, type ManualMatch } from "./manual-match.ts";
import { parseOptions } from "./parse-options.ts";
import type { Absorption } from "./plan/absorption.ts";
import type { Link } from "./plan/plan-types.ts";
import type { Trade } from "./read-types.ts";
import type { BookStore } from "./store-contract.ts";
import { tradeOf } from "./trade-of.ts";
import { commitDecision, linkSchema, type ReviewParts, seenSchema } from "./user-review.ts";

export interface AbsorbRequest {
  /** The imported trade, as it was on the screen. */
  readonly trade: ManualMatch;
  /** The manual trade that it takes the place of; the inbox proposes one as `absorb`. */
  readonly manual: ManualMatch;
  /** @defaultValue the manual trade's */
  readonly link?: Link;
}

/** What a person does about a trade that was entered by hand and imported later. */
export interface UserAbsorb {
  /**
   * Lets an imported trade take the place of a manual one of the same instrument, side and quantity: the manual one is in
   * no list and no sum any more, and the imported one is reviewed with its link. `undoReview` of the imported trade takes
   * it back. Whatever the broker changes about the imported trade later, the manual one stays away until then.
   *
   * @throws ImportError `TRADE_CHANGED`, `TRADE_NOT_FOUND`, `OPTION_INVALID` where the two are not alike, or the imported one
   * absorbed another.
   * @example
   * const [item] = (await user.inbox()).items;
   * if (item?.absorb) await user.absorb({ trade: { id: item.id, version: item.version }, manual: item.absorb });
   */
  absorb(request: AbsorbRequest): Promise<Trade>;
}

const absorbSchema = z.strictObject({ trade: seenSchema, manual: seenSchema, link: z.optional(linkSchema) });

type AbsorbParts = Pick<ReviewParts, "userId" | "actor" | "clock"> & {
  readonly store: Pick<BookStore, "trade" | "decisionsOf" | "executions" | "commit">;
};

export function userAbsorb(parts: AbsorbParts): UserAbsorb {
  return {
    async absorb(request) {
      const { trade: imported, manual, link } = parseOptions(absorbSchema, request);
      const trade = await tradeOf(parts, imported.id);
      const given = await tradeOf(parts, manual.id);
      await assertFits(parts, trade, given);
      const act = crypto.randomUUID();
      const shared = { act, familyKey: await familyOf(parts, given) };
      const absorbs: Absorption = { role: "absorbs", ...shared, tradeId: given.id };
      const absorbed: Absorption = { role: "absorbed", ...shared, tradeId: trade.id };
      const decided = { act: "decide", link: link === undefined ? given.link : link, suggestion: null } as const;
      const [now] = await commitDecision(parts, {
        accounts: [trade, given],
        reviews: [
          { tradeId: trade.id, version: imported.version, ...decided, absorption: absorbs },
          { tradeId: given.id, version: manual.version, act: "absorbed", absorption: absorbed },
        ],
      });
      if (now === undefined) throw new Error("the store did not answer with the reviewed trades");
      return now;
    },
  };
}

async function assertFits({ userId, store }: AbsorbParts, trade: Trade, manual: Trade): Promise<void> {
  if (!isAlike(trade, manual)) {
    const alike = "an imported and a manual trade of one instrument, side and quantity";
    throw new ImportError("OPTION_INVALID", `invalid option manual: ${trade.id} and ${manual.id} are not ${alike}`);
  }
  const decisions = await store.decisionsOf(userId, [trade.id]);
  if (decisions.some(({ absorption }) => absorption != null))
    throw new ImportError("OPTION_INVALID", `invalid option trade: ${trade.id} absorbed a manual trade already`);
}

async function familyOf({ userId, store }: AbsorbParts, { id }: Trade): Promise<string> {
  const { items } = await store.executions(userId, { tradeId: id, canonical: true, limit: 1 });
  const [execution] = items;
  if (execution === undefined) throw new ImportError("TRADE_NOT_FOUND", `there is no manual trade ${id}`);
  return execution.familyKey;
}
