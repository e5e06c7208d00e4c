import { kraken } from "@fillbook/connector-kraken";
import { HttpResponse, http } from "msw";
import { setupServer } from "msw/node";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import { memoryState, testClock } from "./support/drive-kraken.ts";

const server = setupServer();
beforeAll(() => server.listen({ onUnhandledFrame: "error" }));
afterEach(() => server.resetHandlers());
afterAll(() => server.close());

const connector = kraken({ fetch: (url, init) => globalThis.fetch(url, init) });
const credentials = { apiKey: "key", apiSecret: "c2VjcmV0" };
const request = () => ({
  ...{ userId: "u1", credentials, settings: z.parse(connector.settings, {}), signal: new AbortController().signal },
  ...{ clock: testClock(), state: memoryState() },
});

test("check: the answer's camelCase spelling and numbers are read as well", async () => {
  const result = {
    apiKeyName: "a",
    permissions: ["query-closed-trades", "query-open-trades"],
    iban: " AA1 ",
    queryFrom: 1600000000,
  };
  server.use(
    http.post("https://api.kraken.com/0/private/GetApiKeyInfo", () => HttpResponse.json({ error: [], result })),
  );
  expect(await connector.check(request())).toMatchObject({
    accountRef: "AA1",
    historyFrom: "2020-09-13T12:26:40.000000Z",
  });
});

test("check: without an account number the account is named after the key, with a warning", async () => {
  const result = { permissions: ["query-closed-trades", "query-open-trades"], iban: "", query_from: "0" };
  server.use(
    http.post("https://api.kraken.com/0/private/GetApiKeyInfo", () => HttpResponse.json({ error: [], result })),
  );
  const checked = await connector.check(request());
  expect(checked).toMatchObject({ accountRef: "key-2c70e12b7a06", historyFrom: null });
  expect(checked.warnings).toEqual([expect.stringMatching(/export-data/), expect.stringMatching(/accountRef/)]);
});

test("call: headers and form are those that Kraken asks for", async () => {
  const seen: { readonly headers: Headers; readonly body: string }[] = [];
  server.use(
    http.post(
      "https://api.kraken.com/0/private/GetApiKeyInfo",
      async ({ request: { headers, ...rest }, request: sent }) => {
        seen.push({ headers, ...rest, body: await sent.text() });
        return HttpResponse.json({ error: [], result: { permissions: ["query-closed-trades"] } });
      },
    ),
  );
  await connector.check(request());
  expect(seen[0]?.body).toMatch(/^nonce=\d{19}$/);
  expect(seen[0]?.headers.get("api-key")).toBe("key");
  expect(seen[0]?.headers.get("api-sign")).toHaveLength(88);
  expect(seen[0]?.headers.get("content-type")).toBe("application/x-www-form-urlencoded");
  expect(seen[0]?.headers.get("user-agent")).toBe("fillbook-connector-kraken");
});
