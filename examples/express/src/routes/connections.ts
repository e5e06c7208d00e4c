import { type Fillbook, sliceSchema } from "@fillbook/core";
import { instantSchema } from "@fillbook/core/connector";
import { Router } from "express";
import { z } from "zod";
import { readBody, readId, readQuery } from "../read-input.ts";
import { userBookOf } from "../user-book.ts";

/** What a connector wants to know is its own business: it says itself which of these fields are wrong. */
const fields = z.record(z.string(), z.unknown());

const connectSchema = z.strictObject({
  connector: z.string(),
  credentials: fields,
  settings: fields.exactOptional(),
  accountRef: z.string().exactOptional(),
  label: z.string().exactOptional(),
  syncEveryMs: z.number().exactOptional(),
});

const updateSchema = z.strictObject({
  label: z.string().nullable().exactOptional(),
  settings: fields.exactOptional(),
  syncEveryMs: z.number().exactOptional(),
});

const credentialsSchema = z.strictObject({ credentials: fields });

const syncSchema = z.strictObject({
  after: instantSchema.exactOptional(),
  window: z.strictObject({ from: instantSchema.exactOptional(), to: instantSchema.exactOptional() }).exactOptional(),
});

/** A person's accounts at brokers. Credentials go in here and never come out. */
export function connectionRoutes(book: Fillbook): Router {
  const router = Router();
  router.get("/", async (request, response) => {
    response.json(await userBookOf(book, request).connections(readQuery(sliceSchema, request)));
  });
  router.post("/", async (request, response) => {
    const connection = await userBookOf(book, request).connect(readBody(connectSchema, request));
    response.status(201).location(`/api/connections/${connection.id}`).json(connection);
  });
  router.get("/:id", async (request, response) => {
    response.json(await userBookOf(book, request).connection(readId(request)));
  });
  router.patch("/:id", async (request, response) => {
    const changes = readBody(updateSchema, request);
    response.json(await userBookOf(book, request).updateConnection(readId(request), changes));
  });
  router.delete("/:id", async (request, response) => {
    response.json(await userBookOf(book, request).disconnect(readId(request)));
  });
  router.put("/:id/credentials", async (request, response) => {
    const { credentials } = readBody(credentialsSchema, request);
    response.json(await userBookOf(book, request).reconnect(readId(request), credentials));
  });
  // A run that failed is an answer too: its report says what was stored and what to do.
  router.post("/:id/sync", async (request, response) => {
    response.json(await userBookOf(book, request).syncNow(readId(request), readBody(syncSchema, request)));
  });
  return router;
}
