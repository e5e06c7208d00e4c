import { once } from "node:events";
import { createServer } from "node:http";
import { inspect } from "node:util";
import { gzipSync } from "node:zlib";
import { createHttp, type FetchLike, type HttpOptions } from "@fillbook/connector-kit";
import { expect, onTestFinished, test } from "vitest";
import { failure, serve } from "./support/http-server.ts";
import { never } from "./support/test-clock.ts";

const get = (url: string, options: HttpOptions = {}, signal = never) =>
  createHttp(options).request({
    method: "GET",
    url: `${url}/path?token=c4n4ry`,
    headers: { "API-Key": "c4n4ry" },
    signal,
  });

/** The error of a request, which names the path that was asked for. */
async function requestFailure(request: Promise<unknown>) {
  const error = await failure(request);
  expect(error.message).toContain("/path");
  return error;
}

test("http: an answer has status, headers and its whole body", async () => {
  const url = await serve((request, response) =>
    response.setHeader("x-a", "b").end(`${request.method} ä ${"x".repeat(100_000)}`),
  );
  const response = await get(url);
  expect(response).toMatchObject({ status: 200, body: `GET ä ${"x".repeat(100_000)}` });
  expect(response.header("x-a")).toBe("b");
});

test("http: a POST sends its body as it is", async () => {
  const url = await serve(async (request, response) => {
    const pieces: Buffer[] = [];
    for await (const piece of request) pieces.push(piece);
    response.end(Buffer.concat(pieces));
  });
  const response = await createHttp().request({ method: "POST", url, body: "a=1+2&b=%20", signal: never });
  expect(response.body).toBe("a=1+2&b=%20");
});

test("http: a body cut short is NETWORK, with and without a content-length", async () => {
  const lengths = await serve((_request, response) => {
    response.writeHead(200, { "content-length": "100" }).write("half");
    setTimeout(() => response.destroy(), 20);
  });
  const chunks = await serve((_request, response) => {
    response.write("half");
    setTimeout(() => response.destroy(), 20);
  });
  expect(await requestFailure(get(lengths))).toMatchObject({ code: "NETWORK" });
  expect(await requestFailure(get(chunks))).toMatchObject({ code: "NETWORK" });
});

test("http: nobody there, a reset, and a redirect are NETWORK", async () => {
  const closed = createServer().listen(0, "127.0.0.1");
  await once(closed, "listening");
  const address = closed.address();
  closed.close();
  if (address === null || typeof address === "string") throw new Error("no port");
  expect((await requestFailure(get(`http://127.0.0.1:${address.port}`))).message).toContain("ECONNREFUSED");
  expect(await requestFailure(get(await serve((request) => request.socket.resetAndDestroy())))).toMatchObject({
    code: "NETWORK",
  });
  const redirect = await serve((_request, response) =>
    response.writeHead(302, { location: "http://127.0.0.1:1/c4n4ry" }).end(),
  );
  expect(await requestFailure(get(redirect))).toMatchObject({ code: "NETWORK" });
});

test("http: garbage instead of HTTP does not end up in the error", async () => {
  const url = await serve((request) => request.socket.end("HTTP/1.1 c4n4ry c4n4ry\r\nset-cookie: c4n4ry\r\n\r\n"));
  expect(await requestFailure(get(url))).toMatchObject({ code: "NETWORK" });
});

test("http: a stream of a gigabyte is aborted at the limit", async () => {
  let sentBytes = 0;
  const url = await serve((_request, response) => {
    const piece = Buffer.alloc(65_536, 32);
    const pump = () => {
      while (sentBytes < 2 ** 30 && !response.destroyed) {
        sentBytes += piece.length;
        if (!response.write(piece)) return;
      }
      response.end();
    };
    response.on("drain", pump);
    pump();
  });
  expect(await requestFailure(get(url))).toMatchObject({ code: "RESPONSE_TOO_LARGE", recovery: "report-bug" });
  expect(sentBytes).toBeGreaterThan(32 * 2 ** 20);
  expect(sentBytes).toBeLessThan(64 * 2 ** 20);
});

test("http: a compressed bomb is measured after decompression", async () => {
  const bomb = gzipSync(Buffer.alloc(5_000_000));
  const url = await serve((_request, response) => response.setHeader("content-encoding", "gzip").end(bomb));
  expect(bomb.length).toBeLessThan(10_000);
  expect(await requestFailure(get(url, { bodyBytesMax: 1_000_000 }))).toMatchObject({ code: "RESPONSE_TOO_LARGE" });
  expect((await get(url, { bodyBytesMax: 5_000_000 })).body).toHaveLength(5_000_000);
});

test("http: a request may have a shorter limit than its client, and no longer one", async () => {
  const url = await serve((_request, response) => response.end("x".repeat(2_000)));
  const client = createHttp({ bodyBytesMax: 1_000 });
  const signal = new AbortController().signal;
  const sent = (http: typeof client, bodyBytesMax: number) =>
    http.request({ method: "GET", url: `${url}/path?q=1`, signal, bodyBytesMax });
  expect(await requestFailure(sent(client, 5_000))).toMatchObject({ code: "RESPONSE_TOO_LARGE" });
  expect(await requestFailure(sent(createHttp(), 1_999))).toMatchObject({ code: "RESPONSE_TOO_LARGE" });
  expect((await sent(createHttp(), 2_000)).body).toHaveLength(2_000);
});

test.each([
  ["headersMs", { headersMs: 50 }, () => undefined],
  ["bodyIdleMs", { bodyIdleMs: 50 }, (write: (text: string) => void) => write("start")],
  [
    "totalMs",
    { totalMs: 120 },
    (write: (text: string) => void) => {
      const timer = setInterval(() => write("drip"), 20);
      onTestFinished(() => clearInterval(timer));
    },
  ],
])("http: %s ends a server that drips or sleeps with TIMEOUT", async (_name, timeouts, behave) => {
  const url = await serve((_request, response) => behave((text) => response.write(text)));
  expect(await requestFailure(get(url, { timeouts }))).toMatchObject({ code: "TIMEOUT" });
});

test("http: an abort ends a request at once, before and after its start", async () => {
  const url = await serve((_request, response) => response.write("start"));
  const controller = new AbortController();
  const running = get(url, {}, controller.signal).catch((error: unknown) => error);
  setTimeout(() => controller.abort(new Error("c4n4ry")), 30);
  const error = await running;
  expect(error).toMatchObject({ code: "ABORTED" });
  expect(inspect(error, { depth: null })).not.toContain("c4n4ry");
  await expect(get(url, {}, controller.signal)).rejects.toMatchObject({ code: "ABORTED" });
});

test("http: a transport's own errors are reduced to their names", async () => {
  const fetch: FetchLike = async () => {
    const error = new Error("GET /?token=c4n4ry failed");
    throw Object.assign(error, {
      config: { headers: { "API-Key": "c4n4ry" } },
      code: "E_AXIOS",
      cause: { body: "c4n4ry" },
    });
  };
  const error = await requestFailure(get("https://broker.test", { fetch }));
  expect(error.message).toBe("GET https://broker.test/path: the connection failed (Error E_AXIOS)");
});

test("http: a transport that ignores its signal is left behind", async () => {
  const fetch: FetchLike = () => new Promise(() => undefined);
  expect(await requestFailure(get("https://broker.test", { fetch, timeouts: { totalMs: 30 } }))).toMatchObject({
    code: "TIMEOUT",
  });
});
