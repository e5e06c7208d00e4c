import { type Fillbook, problemFilterSchema } from "@fillbook/core";
import { Router } from "express";
import { found, readId, readQuery } from "../read-input.ts";
import { userBookOf } from "../user-book.ts";

/** What a person must know, each with what can be done about it. */
export function problemRoutes(book: Fillbook): Router {
  const router = Router();
  router.get("/", async (request, response) => {
    response.json(await userBookOf(book, request).problems(readQuery(problemFilterSchema, request)));
  });
  router.post("/:id/resolve", async (request, response) => {
    response.json(found(await userBookOf(book, request).resolveProblem(readId(request))));
  });
  return router;
}
