import { createHttp, type HttpOptions } from "@fillbook/connector-kit";
import { expect, test } from "vitest";
import { failure, serve } from "./support/http-server.ts";
import { never } from "./support/test-clock.ts";

const open = (url: string, options: HttpOptions = {}, signal = never) =>
  createHttp(options).open({ method: "GET", url: `${url}/path?token=c4n4ry`, signal });

async function lengthOf(body: AsyncIterable<Uint8Array>): Promise<number> {
  let length = 0;
  for await (const piece of body) length += piece.length;
  return length;
}

test("http stream: an answer's body comes in pieces, to its end", async () => {
  const url = await serve((_request, response) => response.setHeader("x-a", "b").end("x".repeat(1_000_000)));
  const stream = await open(url);
  expect([stream.status, stream.header("x-a")]).toEqual([200, "b"]);
  expect(await lengthOf(stream.body)).toBe(1_000_000);
});

test("http stream: a body cut short is NETWORK, a redirect too", async () => {
  const url = await serve((_request, response) => {
    response.writeHead(200, { "content-length": "100" }).write("half");
    setTimeout(() => response.destroy(), 20);
  });
  const stream = await open(url);
  expect((await failure(lengthOf(stream.body))).code).toBe("NETWORK");
  const elsewhere = await serve((_request, response) => response.writeHead(302, { location: "/other" }).end());
  expect((await failure(open(elsewhere))).code).toBe("NETWORK");
});

test("http stream: more than the limit is RESPONSE_TOO_LARGE", async () => {
  const url = await serve((_request, response) => response.end("x".repeat(100_000)));
  const stream = await open(url, { bodyBytesMax: 10_000 });
  expect((await failure(lengthOf(stream.body))).code).toBe("RESPONSE_TOO_LARGE");
});

test("http stream: silence is TIMEOUT, also one that is short each time, and a slow reader is none", async () => {
  const url = await serve(async (_request, response) => {
    for (let piece = 0; piece < 100 && !response.destroyed; piece += 1) {
      response.write("x");
      await new Promise((resolve) => setTimeout(resolve, 40));
    }
  });
  const idle = await open(url, { timeouts: { bodyIdleMs: 15 } });
  expect((await failure(lengthOf(idle.body))).code).toBe("TIMEOUT");
  const dripping = await open(url, { timeouts: { bodyIdleMs: 1_000, totalMs: 150 } });
  expect((await failure(lengthOf(dripping.body))).message).toContain("150 ms");
  const whole = await serve((_request, response) => response.end("xx"));
  const stream = await open(whole, { timeouts: { bodyIdleMs: 100, totalMs: 100 } });
  await new Promise((resolve) => setTimeout(resolve, 150));
  expect(await lengthOf(stream.body)).toBe(2);
});

test("http stream: the signal ends a wait, and closing frees the socket", async () => {
  const closed: string[] = [];
  const url = await serve((_request, response) => {
    response.on("close", () => closed.push("closed"));
    response.write("x");
  });
  const aborter = new AbortController();
  const stream = await open(url, {}, aborter.signal);
  setTimeout(() => aborter.abort(), 20);
  expect((await failure(lengthOf(stream.body))).code).toBe("ABORTED");
  const unread = await open(url);
  unread.close();
  await expect.poll(() => closed).toHaveLength(2);
  expect((await failure(lengthOf(unread.body))).code).toBe("ABORTED");
});
