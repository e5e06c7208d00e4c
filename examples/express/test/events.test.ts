import { beforeAll, expect, it } from "vitest";
import type { Client } from "./support/client.ts";
import { openTestServer, type TestServer } from "./support/test-server.ts";

// Goal: a person sees her runs while they go on, and nobody else's. Method: two people listen, one of them imports. The last test closes the server.

let server: TestServer;
let ada: Client;
let eve: Client;

beforeAll(async () => {
  server = await openTestServer();
  ada = await server.signedUp("ada");
  eve = await server.signedUp("eve");
});

/** What a person hears, until she stops listening. */
async function listen(who: Client) {
  const ending = new AbortController();
  const headers = { cookie: who.cookie ?? "" };
  const response = await fetch(`${server.url}/api/events`, { headers, signal: ending.signal });
  expect(response.headers.get("content-type")).toBe("text/event-stream");
  expect(response.headers.get("cache-control")).toBe("no-store");
  let heard = "";
  const reading = (async () => {
    const decoder = new TextDecoder();
    for await (const piece of response.body ?? []) heard += decoder.decode(piece, { stream: true });
  })().catch((error: unknown) => {
    if (!ending.signal.aborted) throw error;
  });
  return {
    heard: () => heard,
    async until(words: string) {
      while (!heard.includes(words)) await new Promise((resolve) => setTimeout(resolve, 10));
    },
    async stop() {
      ending.abort();
      await reading;
    },
    ended: () => reading,
  };
}

it("who imports hears of it, step by step; others hear nothing", async () => {
  const [hers, others] = [await listen(ada), await listen(eve)];
  const { apiKey, apiSecret } = server.simulator.key;
  await ada.post("/api/connections", { connector: "kraken", credentials: { apiKey, apiSecret } });
  await ada.post("/api/sync");
  await hers.until('"type":"run.finished"');
  expect(hers.heard()).toMatch(/run\.started[\s\S]*run\.progress[\s\S]*run\.finished/);
  expect(hers.heard()).toContain('"inserted":30');
  // What would come to the other one is written at the same time.
  expect(others.heard()).toBe("retry: 3000\n\n");
  await hers.stop();
  await others.stop();
});

it("a person's streams are bounded, and one that ends makes room", async () => {
  const eves = await server.signedUp("eva");
  const streams = await Promise.all(Array.from({ length: 20 }, () => listen(eves)));
  expect(await eves.get("/api/events")).toMatchObject({ status: 429 });
  await streams[0]?.stop();
  await expect
    .poll(() =>
      listen(eves)
        .then((stream) => streams.push(stream))
        .catch(() => 0),
    )
    .toBe(21);
  for (const stream of streams) await stream.stop();
});

it("a server that closes ends the streams by itself", async () => {
  const stream = await listen(ada);
  await server.close();
  // It would reject if the connection had been cut off, as it is where a request outlasts the server's patience.
  await expect(stream.ended()).resolves.toBeUndefined();
});
