import { openApi } from "../answers/app-answers.ts";
import { openApiDocument } from "../openapi.ts";
import { publicRoute, type Route } from "../route.ts";

/** The document of all routes, itself included. */
export function openApiRoutes(routes: readonly Route[]): Route[] {
  const route = publicRoute(["get", "/api/openapi.json"], {
    summary: "This document",
    answer: openApi,
    handle: async () => document,
  });
  const document = openApiDocument([...routes, route]);
  return [route];
}
