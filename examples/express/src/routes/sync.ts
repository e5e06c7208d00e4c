import type { Fillbook } from "@fillbook/core";
import { Router } from "express";
import { userBookOf } from "../user-book.ts";

/** All of a person's connections at once. */
export function syncRoutes(book: Fillbook): Router {
  const router = Router();
  router.post("/", async (request, response) => {
    response.json(await userBookOf(book, request).syncAll());
  });
  return router;
}
