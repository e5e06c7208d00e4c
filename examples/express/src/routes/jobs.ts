import { type Fillbook, jobFilterSchema } from "@fillbook/core";
import { Router } from "express";
import { found, readId, readQuery } from "../read-input.ts";
import { userBookOf } from "../user-book.ts";

/** Runs, and how each of them went step by step. */
export function jobRoutes(book: Fillbook): Router {
  const router = Router();
  router.get("/", async (request, response) => {
    response.json(await userBookOf(book, request).jobs(readQuery(jobFilterSchema, request)));
  });
  router.get("/:id", async (request, response) => {
    response.json(found(await userBookOf(book, request).job(readId(request))));
  });
  router.get("/:id/steps", async (request, response) => {
    const user = userBookOf(book, request);
    const job = found(await user.job(readId(request)));
    response.json({ items: await user.lineage(job.id), next: null });
  });
  return router;
}
