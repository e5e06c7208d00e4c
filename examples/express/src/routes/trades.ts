import { executionFilterSchema, type ManualTrade, type ManualTradeUpdate, tradeFilterSchema } from "@fillbook/core";
import { z } from "zod";
import { decisions, executionSlice, trade, tradeSlice, tradeWithExecutions } from "../answers/trade-answers.ts";
import type { Database } from "../database.ts";
import { linkSchema, requireOwnLink } from "../plans.ts";
import { found } from "../read-input.ts";
import { type Route, userRoute } from "../route.ts";

/** Executions that come with a trade; GET /api/executions?tradeId= reads on after the `next` of theirs. */
const EXECUTIONS_MAX = 200;

/** Only what kind of JSON it is: Fillbook checks the values, by the rules of a broker's own executions. */
const facts = {
  ...{ symbol: z.string(), kind: z.string(), side: z.string(), quantity: z.string(), price: z.string() },
  executedAt: z.string(),
  currency: z.string().nullable().exactOptional(),
  fees: z
    .array(z.strictObject({ amount: z.string(), currency: z.string() }))
    .nullable()
    .exactOptional(),
};
const version = z.coerce.number().int().positive();
const addSchema = z.strictObject({ ...facts, account: z.string().exactOptional(), link: linkSchema.exactOptional() });
const changeSchema = z.strictObject({
  version,
  ...z.strictObject(facts).partial().shape,
  link: linkSchema.exactOptional(),
});

const absorbSchema = z.strictObject({
  version,
  manual: z.strictObject({ id: z.string(), version }),
  link: linkSchema.exactOptional(),
});

/** Trades, one trade with its executions, and trades that people enter by hand. */
export function tradeRoutes(database: Database): Route[] {
  return [
    ...reads,
    userRoute(["post", "/api/trades"], {
      summary: "Enter a trade by hand",
      body: addSchema,
      answer: trade,
      status: 201,
      async handle({ user, userId, body, response }) {
        await requireOwnLink(database, userId, body.link ?? null);
        const made = await user.addTrade(body as ManualTrade);
        response.location(`/api/trades/${made.id}`);
        return made;
      },
    }),
    userRoute(["patch", "/api/trades/{id}"], {
      summary: "Change a trade that was entered by hand, as it was seen in this `version`",
      body: changeSchema,
      answer: trade,
      async handle({ user, userId, id, body }) {
        await requireOwnLink(database, userId, body.link ?? null);
        return user.updateTrade({ ...body, id } as ManualTradeUpdate);
      },
    }),
    userRoute(["delete", "/api/trades/{id}"], {
      summary: "Remove a trade that was entered by hand",
      query: z.strictObject({ version }),
      handle: ({ user, id, query }) => user.removeTrade({ id, version: query.version }),
    }),
    userRoute(["post", "/api/trades/{id}/absorb"], {
      summary: "Let an imported trade take the place of one that was entered by hand; the undo of its review ends that",
      body: absorbSchema,
      answer: trade,
      async handle({ user, userId, id, body }) {
        const { version: seenVersion, ...rest } = body;
        await requireOwnLink(database, userId, body.link ?? null);
        return user.absorb({ trade: { id, version: seenVersion }, ...rest });
      },
    }),
  ];
}

const reads: readonly Route[] = [
  userRoute(["get", "/api/trades"], {
    summary: "Trades, newest first",
    query: tradeFilterSchema,
    answer: tradeSlice,
    handle: ({ user, query }) => user.trades(query),
  }),
  userRoute(["get", "/api/trades/{id}"], {
    summary: "One trade with its executions, every stored report of them",
    answer: tradeWithExecutions,
    async handle({ user, id }) {
      const { id: tradeId, ...rest } = found(await user.trade(id));
      return { id: tradeId, ...rest, executions: await user.executions({ tradeId, limit: EXECUTIONS_MAX }) };
    },
  }),
  userRoute(["get", "/api/trades/{id}/decisions"], {
    summary: "Who decided what about a trade's fills, and when",
    answer: decisions,
    async handle({ user, id }) {
      const { id: tradeId } = found(await user.trade(id));
      return user.tradeDecisions(tradeId);
    },
  }),
  userRoute(["get", "/api/executions"], {
    summary: "Every report that was imported; `canonical=true` for those that count",
    query: executionFilterSchema,
    answer: executionSlice,
    handle: ({ user, query }) => user.executions(query),
  }),
];
