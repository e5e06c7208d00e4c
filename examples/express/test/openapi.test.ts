import { afterAll, beforeAll, expect, it } from "vitest";
import type { z } from "zod";
import { eventHub } from "../src/event-hub.ts";
import { defaultLimits } from "../src/limits.ts";
import { expressPath, type Route } from "../src/route.ts";
import { apiRoutes } from "../src/routes.ts";
import { type Client, itemsOf } from "./support/client.ts";
import { openTestServer, type TestServer } from "./support/test-server.ts";

// Goal: the document says what is served, no more and no less. Method: the document is compared with the router's own
// list, and every list and item of a person with data is read with the schema that the document shows for it.

let server: TestServer;
let ada: Client;
let routes: readonly Route[];

beforeAll(async () => {
  server = await openTestServer();
  ada = await server.signedUp("ada");
  const { apiKey, apiSecret } = server.simulator.key;
  await ada.post("/api/connections", { connector: "kraken", credentials: { apiKey, apiSecret } });
  await ada.post("/api/sync");
  const [newest] = itemsOf(await ada.get("/api/inbox"));
  const trades = [{ id: newest?.id, version: newest?.version }];
  await ada.post("/api/reviews", { trades, link: null });
  const { book, database } = server;
  routes = apiRoutes({ book, database, connectors: [], events: eventHub(), limits: defaultLimits });
});
afterAll(() => server.close());

interface Operation {
  readonly parameters: readonly { readonly name: string; readonly in: string }[];
  readonly requestBody?: unknown;
}

async function operations(): Promise<ReadonlyMap<string, Operation>> {
  const { body } = await server.visitor().get("/api/openapi.json");
  // The test below has seen that it is of this form.
  const paths = body.paths as Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  const list = Object.entries(paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, operation]) => [`${method} ${path}`, operation] as const),
  );
  return new Map(list);
}

it("every route that the router serves stands in the document, and conversely", async () => {
  const documented = [...(await operations()).keys()].map((key) => {
    const [method = "", path = ""] = key.split(" ");
    return `${method} ${expressPath(path)}`;
  });
  expect(documented.length).toBeGreaterThan(35);
  expect(documented.sort()).toEqual([...server.served].sort());
});

it("every parameter of a path and every body is told", async () => {
  const told = await operations();
  for (const { method, path, body } of routes) {
    const operation = told.get(`${method} ${path}`);
    const inPath = operation?.parameters.filter((parameter) => parameter.in === "path").map(({ name }) => name);
    expect(inPath, path).toEqual(path.includes("{id}") ? ["id"] : []);
    expect(operation?.requestBody !== undefined, `${method} ${path}`).toBe(body !== null);
  }
});

it("every reference of the document arrives", async () => {
  const { body } = await server.visitor().get("/api/openapi.json");
  const schemas = (body.components as { readonly schemas: object }).schemas;
  const named = [...JSON.stringify(body).matchAll(/"\$ref":"([^"]+)"/g)].map(([, name = ""]) => name);
  expect(named.length).toBeGreaterThan(50);
  const missing = named.filter((name) => !(name.replace("#/components/schemas/", "") in schemas));
  expect([...new Set(missing)]).toEqual([]);
});

it("what is answered is what the document says", async () => {
  const read = new Set<string>();
  for (const { method, path, answer } of routes) {
    if (method !== "get" || answer === null || answer === "event-stream") continue;
    for (const place of await placesOf(path)) {
      const { status, body } = await ada.get(place);
      expect(status, place).toBe(200);
      const parsed = (answer as z.ZodType).safeParse(body);
      expect(parsed.error?.issues ?? [], place).toEqual([]);
      read.add(path);
    }
  }
  expect(read.size).toBeGreaterThan(18);
});

/** The path itself, or with the id of something that is there. */
async function placesOf(path: string): Promise<readonly string[]> {
  if (!path.includes("{id}")) return [path];
  const list = path.slice(0, path.indexOf("/{id}"));
  const ids = itemsOf(await ada.get(list)).map(({ id }) => encodeURIComponent(String(id)));
  expect(ids.length, path).toBeGreaterThan(0);
  return ids.slice(0, 3).map((id) => path.replace("{id}", id));
}
