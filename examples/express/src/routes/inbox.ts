import { type Fillbook, tradeFilterSchema } from "@fillbook/core";
import { Router } from "express";
import { readQuery } from "../read-input.ts";
import { userBookOf } from "../user-book.ts";

const inboxFilterSchema = tradeFilterSchema.omit({ inbox: true });

/** Trades that wait for their owner's review. */
export function inboxRoutes(book: Fillbook): Router {
  const router = Router();
  router.get("/", async (request, response) => {
    response.json(await userBookOf(book, request).inbox(readQuery(inboxFilterSchema, request)));
  });
  return router;
}
