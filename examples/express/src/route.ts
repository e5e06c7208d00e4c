import type { Fillbook, UserBook } from "@fillbook/core";
import type { Express, Request, RequestHandler, Response } from "express";
import type { z } from "zod";
import { readBody, readId, readQuery } from "./read-input.ts";
import { userIdOf } from "./sessions.ts";

/** What a handler is given: everything is read and checked by then. */
export interface Call<Query, Body> {
  readonly request: Request;
  readonly response: Response;
  readonly query: Query;
  readonly body: Body;
  /** The `{id}` of the path; empty where it has none. */
  readonly id: string;
}

/** A handler's call on behalf of the person who is logged in. Routes reach the book only through `user`. */
export interface UserCall<Query, Body> extends Call<Query, Body> {
  readonly userId: string;
  readonly user: UserBook;
}

/** One route: what is served, and what the OpenAPI document says of it. */
export interface Route {
  readonly method: "get" | "post" | "put" | "patch" | "delete";
  /** With `{id}` where an id stands. */
  readonly path: string;
  readonly summary: string;
  readonly access: "public" | "user";
  readonly query: z.core.$ZodType | null;
  readonly body: z.ZodType | "file" | null;
  /** null where nothing, or no JSON, is answered. */
  readonly answer: z.ZodType | "event-stream" | null;
  readonly status: number;
  handlers(book: Fillbook): readonly RequestHandler[];
}

interface Spec<Query, Body, Answer> {
  readonly summary: string;
  readonly query?: z.core.$ZodType<Query>;
  readonly body?: z.ZodType<Body>;
  readonly answer?: z.ZodType<Answer>;
  /** @defaultValue 200, and 204 without an answer */
  readonly status?: number;
  readonly limit?: RequestHandler;
}

type Place = readonly [method: Route["method"], path: string];

/** A route that needs a login. */
export function userRoute<Query, Body, Answer>(
  place: Place,
  spec: Spec<Query, Body, Answer> & {
    readonly handle: (call: UserCall<NoInfer<Query>, NoInfer<Body>>) => Promise<NoInfer<Answer>>;
  },
): Route {
  return {
    ...described(place, spec),
    access: "user",
    handlers: (book) => [
      ...limits(spec),
      async (request, response) => {
        // Who is not logged in learns nothing about what a route takes.
        const userId = userIdOf(request);
        const call = { ...readCall({ request, response }, place, spec), userId, user: book.forUser(userId) };
        send(response, spec, await spec.handle(call));
      },
    ],
  };
}

/** A route that anybody may ask. */
export function publicRoute<Query, Body, Answer>(
  place: Place,
  spec: Spec<Query, Body, Answer> & {
    readonly handle: (call: Call<NoInfer<Query>, NoInfer<Body>>) => Promise<NoInfer<Answer>>;
  },
): Route {
  return {
    ...described(place, spec),
    access: "public",
    handlers: () => [
      ...limits(spec),
      async (request, response) => {
        send(response, spec, await spec.handle(readCall({ request, response }, place, spec)));
      },
    ],
  };
}

/** Serves the routes. Those with a fixed path come first: `/api/problems/counts` is no problem's id. */
export function serveRoutes(app: Express, routes: readonly Route[], book: Fillbook): void {
  const sorted = [...routes].sort((left, right) => Number(left.path.includes("{")) - Number(right.path.includes("{")));
  for (const { method, path, handlers } of sorted) app[method](expressPath(path), ...handlers(book));
}

/** A path as Express writes it. */
export function expressPath(path: string): string {
  return path.replaceAll(/\{(\w+)\}/g, ":$1");
}

function described<Query, Body, Answer>([method, path]: Place, spec: Spec<Query, Body, Answer>) {
  const { summary, query = null, body = null, answer = null } = spec;
  return { method, path, summary, query, body, answer, status: statusOf(spec) };
}

function statusOf<Query, Body, Answer>({ status, answer }: Spec<Query, Body, Answer>): number {
  return status ?? (answer === undefined ? 204 : 200);
}

function limits({ limit }: { readonly limit?: RequestHandler }): readonly RequestHandler[] {
  return limit === undefined ? [] : [limit];
}

function readCall<Query, Body, Answer>(
  { request, response }: { readonly request: Request; readonly response: Response },
  [, path]: Place,
  { query, body }: Spec<Query, Body, Answer>,
): Call<Query, Body> {
  return {
    ...{ request, response },
    id: path.includes("{id}") ? readId(request) : "",
    // Without a schema the type is inferred from nothing, and the handler has no use for the value.
    query: query === undefined ? (undefined as Query) : readQuery(query, request),
    body: body === undefined ? (undefined as Body) : readBody(body, request),
  };
}

function send<Query, Body, Answer>(response: Response, spec: Spec<Query, Body, Answer>, answer: Answer): void {
  if (spec.answer === undefined) response.status(statusOf(spec)).end();
  else response.status(statusOf(spec)).json(answer);
}
