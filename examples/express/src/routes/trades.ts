import { type Fillbook, tradeFilterSchema } from "@fillbook/core";
import { Router } from "express";
import { found, readId, readQuery } from "../read-input.ts";
import { userBookOf } from "../user-book.ts";

/** Executions that come with a trade; GET /api/executions?tradeId= reads on after the `next` of theirs. */
const EXECUTIONS_MAX = 200;

/** Trades, and one trade with its executions. */
export function tradeRoutes(book: Fillbook): Router {
  const router = Router();
  router.get("/", async (request, response) => {
    response.json(await userBookOf(book, request).trades(readQuery(tradeFilterSchema, request)));
  });
  router.get("/:id", async (request, response) => {
    const user = userBookOf(book, request);
    const trade = found(await user.trade(readId(request)));
    response.json({ ...trade, executions: await user.executions({ tradeId: trade.id, limit: EXECUTIONS_MAX }) });
  });
  return router;
}
