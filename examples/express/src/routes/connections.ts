import { sliceSchema } from "@fillbook/core";
import type { AnyConnector } from "@fillbook/core/connector";
import { z } from "zod";
import { connectors as connectorsAnswer } from "../answers/app-answers.ts";
import { connection, connectionSlice, coverage } from "../answers/run-answers.ts";
import { type Route, userRoute } from "../route.ts";

/** What a connector wants to know is its own business: it says itself which of these fields are wrong. */
const fields = z.record(z.string(), z.unknown());

const account = {
  connector: z.string(),
  /** For another one of the same account, such as of a second Flex query. */
  allowSecond: z.boolean().exactOptional(),
  settings: fields.exactOptional(),
  label: z.string().exactOptional(),
  syncEveryMs: z.number().exactOptional(),
};
const connectSchema = z.union([
  z.strictObject({
    ...{ ...account, credentials: fields, accountRef: z.string().exactOptional() },
    whenUnreachable: z.enum(["fail", "keepPending"]).exactOptional(),
  }),
  // For files alone: its account is taken at its word, and files of another one are refused.
  z.strictObject({ ...account, offline: z.literal(true), accountRef: z.string() }),
]);

const updateSchema = z.strictObject({
  label: z.string().nullable().exactOptional(),
  settings: fields.exactOptional(),
  syncEveryMs: z.number().exactOptional(),
});

const credentialsSchema = z.strictObject({ credentials: fields });

/** A person's accounts at brokers. Credentials go in here and never come out. */
export function connectionRoutes(connectors: readonly AnyConnector[]): Route[] {
  const known = connectors.map(({ id, broker, readFile }) => ({ id, broker, readsFiles: readFile !== undefined }));
  return [
    userRoute(["get", "/api/connectors"], {
      summary: "What can be connected, and which of it reads files",
      answer: connectorsAnswer,
      handle: async () => known,
    }),
    ...routes,
  ];
}

const routes: readonly Route[] = [
  userRoute(["get", "/api/connections"], {
    summary: "Connections",
    query: sliceSchema,
    answer: connectionSlice,
    handle: ({ user, query }) => user.connections(query),
  }),
  userRoute(["post", "/api/connections"], {
    summary: "Connect an account, after one live call proved the credentials; `offline` for files alone",
    body: connectSchema,
    answer: connection,
    status: 201,
    async handle({ user, body, response }) {
      const made = await user.connect(body);
      response.location(`/api/connections/${made.id}`);
      return made;
    },
  }),
  userRoute(["get", "/api/connections/{id}"], {
    summary: "One connection",
    answer: connection,
    handle: ({ user, id }) => user.connection(id),
  }),
  userRoute(["patch", "/api/connections/{id}"], {
    summary: "Change label, settings or schedule",
    body: updateSchema,
    answer: connection,
    handle: ({ user, id, body }) => user.updateConnection(id, body),
  }),
  userRoute(["delete", "/api/connections/{id}"], {
    summary: "Disconnect: the credentials are deleted, what was imported stays",
    answer: connection,
    handle: ({ user, id }) => user.disconnect(id),
  }),
  userRoute(["get", "/api/connections/{id}/coverage"], {
    summary: "Which history was read completely, and where the gaps are",
    answer: coverage,
    handle: ({ user, id }) => user.coverage(id),
  }),
  userRoute(["put", "/api/connections/{id}/credentials"], {
    summary: "Reconnect with new credentials",
    body: credentialsSchema,
    answer: connection,
    handle: ({ user, id, body }) => user.reconnect(id, body.credentials),
  }),
];
