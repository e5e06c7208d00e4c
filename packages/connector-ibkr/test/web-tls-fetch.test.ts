import { X509Certificate } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { gzipSync } from "node:zlib";
import { createHttp } from "@fillbook/connector-kit";
import { generate } from "selfsigned";
import { expect, test } from "vitest";
import { webTlsFetch } from "../src/web-tls-fetch.ts";

/** A server whose certificate names another host, as that of a gateway behind a tunnel may. */
async function aServer(answer: (request: IncomingMessage, response: ServerResponse) => void) {
  const altNames = [{ type: 2 as const, value: "gateway.invalid" }];
  const made = await generate([{ name: "commonName", value: "gateway" }], {
    ...{ keyType: "ec", algorithm: "sha256" },
    extensions: [{ name: "subjectAltName", altNames }],
  });
  const seen: string[] = [];
  const server = createServer({ key: made.private, cert: made.cert }, (request, response) => {
    seen.push(`${request.method} ${request.headers["content-length"] ?? "no length"}`);
    answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const fingerprint256 = new X509Certificate(made.cert).fingerprint256;
  const close = async () => {
    server.closeAllConnections();
    await new Promise<void>((resolve) => server.close(() => resolve()));
  };
  return { url, ca: made.cert, fingerprint256, seen, [Symbol.asyncDispose]: close };
}

function client(
  url: string,
  pin: { readonly ca?: string; readonly fingerprint256?: string },
  bodyBytesMax = 1_000_000,
) {
  const { ca = null, fingerprint256 = null } = pin;
  const http = createHttp({ fetch: webTlsFetch({ url, pin: { ca, fingerprint256 }, egress: "here" }), bodyBytesMax });
  const { signal } = new AbortController();
  return (method: "GET" | "POST", body?: string) =>
    http.request({ method, url: `${url}/x`, signal, ...(body === undefined ? {} : { body }) });
}

test("tls: a wrong name is refused by authority, and does not matter to a fingerprint", async () => {
  await using server = await aServer((_request, response) => response.end("good"));
  const { url, ca, fingerprint256 } = server;
  await expect(client(url, { ca })("GET")).rejects.toMatchObject({ code: "OPTION_INVALID" });
  expect(server.seen).toEqual([]);
  for (const pin of [{ fingerprint256 }, { ca, fingerprint256 }]) {
    const ask = client(url, pin);
    expect([(await ask("GET")).body, (await ask("GET")).body]).toEqual(["good", "good"]);
  }
});

test("tls: a certificate that is replaced by another is refused, and the pin is asked for again", async () => {
  await using server = await aServer((_request, response) => response.end("good"));
  await using other = await aServer((_request, response) => response.end("evil"));
  const { url, fingerprint256 } = server;
  await expect(client(other.url, { fingerprint256 })("GET")).rejects.toMatchObject({ code: "OPTION_INVALID" });
  await expect(client(other.url, { ca: server.ca, fingerprint256 })("GET")).rejects.toMatchObject({
    code: "OPTION_INVALID",
  });
  expect(other.seen).toEqual([]);
  expect((await client(url, { fingerprint256 })("GET")).body).toBe("good");
});

test("tls: a server that comes up later is reached by the same client", async () => {
  const early = await aServer((_request, response) => response.end("good"));
  const ask = client(early.url, { fingerprint256: early.fingerprint256 });
  await early[Symbol.asyncDispose]();
  await expect(ask("GET")).rejects.toMatchObject({ code: "NETWORK" });
  await expect(ask("GET")).rejects.toMatchObject({ code: "NETWORK" });
});

test("headers: every POST tells its length, an empty one too", async () => {
  await using server = await aServer((_request, response) => response.end());
  const ask = client(server.url, server);
  await ask("POST");
  await ask("POST", '{"name":"Zürich"}');
  await ask("GET");
  expect(server.seen).toEqual(["POST 0", "POST 18", "GET no length"]);
});

test("bodies: compressed ones are read, bounded by what they become, and refused when cut", async () => {
  const bodies = [gzipSync("good"), gzipSync("x".repeat(3_000_000)), gzipSync("y".repeat(10_000)).subarray(0, 20)];
  await using server = await aServer((_request, response) => {
    response.writeHead(200, { "content-encoding": "gzip" });
    response.end(bodies.shift());
  });
  const ask = client(server.url, server);
  expect((await ask("GET")).body).toBe("good");
  await expect(ask("GET")).rejects.toMatchObject({ code: "RESPONSE_TOO_LARGE" });
  await expect(ask("GET")).rejects.toMatchObject({ code: "NETWORK" });
});
