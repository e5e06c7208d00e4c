import { tradeFilterSchema } from "@fillbook/core";
import { z } from "zod";
import { inboxSlice, trades } from "../answers/trade-answers.ts";
import type { Database } from "../database.ts";
import { linkSchema, requireOwnLink } from "../plans.ts";
import { type Route, userRoute } from "../route.ts";

const { inbox: _ofThisList, ...filters } = tradeFilterSchema.shape;

const seen = z
  .array(z.strictObject({ id: z.string(), version: z.number().int().positive() }))
  .min(1)
  .max(200);

/** Trades that wait for their owner's review, and the reviews: of one, or of up to 200 at once, all or none. */
export function inboxRoutes(database: Database): Route[] {
  return [
    userRoute(["get", "/api/inbox"], {
      summary: "Trades that wait for review, each with a suggestion",
      query: z.strictObject(filters),
      answer: inboxSlice,
      handle: ({ user, query }) => user.inbox(query),
    }),
    userRoute(["post", "/api/reviews"], {
      summary: "Link trades to a plan, to a campaign, or deliberately to neither; all or none of them",
      body: z.strictObject({ trades: seen, link: linkSchema }),
      answer: trades,
      async handle({ user, userId, body }) {
        await requireOwnLink(database, userId, body.link);
        return user.review(body);
      },
    }),
    userRoute(["post", "/api/reviews/undo"], {
      summary: "Take the last decision on trades back; all or none of them",
      body: z.strictObject({ trades: seen }),
      answer: trades,
      handle: ({ user, body }) => user.undoReview(body),
    }),
  ];
}
