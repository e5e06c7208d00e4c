import { type Fillbook, stepFilterSchema, stepStatisticsFilterSchema } from "@fillbook/core";
import { Router } from "express";
import { readQuery } from "../read-input.ts";
import { userBookOf } from "../user-book.ts";

/** Steps of all jobs, and how often and how fast each kind of them succeeds. */
export function stepRoutes(book: Fillbook): Router {
  const router = Router();
  router.get("/", async (request, response) => {
    response.json(await userBookOf(book, request).steps(readQuery(stepFilterSchema, request)));
  });
  router.get("/statistics", async (request, response) => {
    response.json(await userBookOf(book, request).stepStatistics(readQuery(stepStatisticsFilterSchema, request)));
  });
  return router;
}
