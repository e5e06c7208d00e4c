import { executionFilterSchema, type Fillbook } from "@fillbook/core";
import { Router } from "express";
import { readQuery } from "../read-input.ts";
import { userBookOf } from "../user-book.ts";

/** Every report that was imported; `?canonical=true` for those that count. */
export function executionRoutes(book: Fillbook): Router {
  const router = Router();
  router.get("/", async (request, response) => {
    response.json(await userBookOf(book, request).executions(readQuery(executionFilterSchema, request)));
  });
  return router;
}
