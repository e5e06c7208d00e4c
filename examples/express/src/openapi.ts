import { z } from "zod";
import { answerRegistry } from "./answers/basics.ts";
import type { Route } from "./route.ts";

type JsonObject = { readonly [name: string]: unknown };

/** The OpenAPI document of these routes. Their schemas are the ones that requests are read with. */
export function openApiDocument(routes: readonly Route[]): JsonObject {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const route of routes) paths[route.path] = { ...paths[route.path], [route.method]: operationOf(route) };
  return {
    openapi: "3.1.0",
    info: {
      title: "Fillbook example server",
      version: "1",
      description: "Unsafe requests carry the header `x-csrf-token` with the token that `GET /api/session` tells.",
    },
    paths,
    components: {
      schemas: answerSchemas(),
      securitySchemes: { session: { type: "apiKey", in: "cookie", name: "fillbook" } },
    },
  };
}

function answerSchemas(): JsonObject {
  const { schemas } = z.toJSONSchema(answerRegistry, { uri: referenceTo });
  return Object.fromEntries(Object.entries(schemas).map(([name, schema]) => [name, withoutMarks(schema)]));
}

function operationOf({ summary, access, method, path, query, body, answer, status }: Route): JsonObject {
  return {
    summary,
    ...(access === "user" ? { security: [{ session: [] }] } : { security: [] }),
    parameters: [...pathParameters(path), ...queryParameters(query), ...headerParameters(method)],
    ...(body === null ? {} : { requestBody: { required: true, content: bodyContent(body) } }),
    responses: {
      [status]: { description: summary, ...(answer === null ? {} : { content: answerContent(answer) }) },
      default: {
        description: "What went wrong, as RFC 9457 has it",
        content: { "application/problem+json": { schema: { $ref: referenceTo("ProblemDocument") } } },
      },
    },
  };
}

function pathParameters(path: string): readonly JsonObject[] {
  const names = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
  return names.map((name) => ({ name, in: "path", required: true, schema: { type: "string" } }));
}

function queryParameters(query: z.core.$ZodType | null): readonly JsonObject[] {
  if (query === null) return [];
  const { properties = {}, required = [] } = z.toJSONSchema(query, { io: "input" });
  return Object.entries(properties).map(([name, schema]) => {
    return { name, in: "query", required: required.includes(name), schema };
  });
}

function headerParameters(method: Route["method"]): readonly JsonObject[] {
  return method === "get" ? [] : [{ name: "x-csrf-token", in: "header", required: true, schema: { type: "string" } }];
}

function bodyContent(body: z.ZodType | "file"): JsonObject {
  if (body === "file") return { "application/octet-stream": { schema: { type: "string", format: "binary" } } };
  return { "application/json": { schema: withoutMarks(z.toJSONSchema(body, { io: "input" })) } };
}

function answerContent(answer: z.ZodType | "event-stream"): JsonObject {
  if (answer === "event-stream") return { "text/event-stream": { schema: { type: "string" } } };
  const id = answerRegistry.get(answer)?.id;
  if (id === undefined) throw new Error("an answer's schema has no name in the document");
  return { "application/json": { schema: { $ref: referenceTo(id) } } };
}

function referenceTo(id: string): string {
  return `#/components/schemas/${id}`;
}

/** The document says its dialect once, and a schema's place in it is its name. */
function withoutMarks({ $schema: _dialect, $id: _id, ...schema }: JsonObject): JsonObject {
  return schema;
}
