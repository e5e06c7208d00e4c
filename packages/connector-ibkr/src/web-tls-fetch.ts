import type { X509Certificate } from "node:crypto";
import type { IncomingMessage } from "node:http";
import { Agent, request as httpsRequest } from "node:https";
import { pipeline, type Readable } from "node:stream";
import { type ConnectionOptions, connect } from "node:tls";
import { createGunzip, createInflate } from "node:zlib";
import type { FetchedResponse, FetchInit, FetchLike } from "@fillbook/connector-kit";
import { ImportError, isImportError } from "@fillbook/core";
import type { WebPlace } from "./web-place.ts";

/**
 * A transport over HTTPS that knows its server by a pinned certificate. Verification is never switched off: what is
 * pinned becomes the only authority. Redirects are not followed, and every POST tells its length, which Client Portal
 * demands (411).
 */
export function webTlsFetch({ url, pin }: WebPlace): FetchLike {
  let agent: Promise<Agent> | null = null;
  return async (target, init) => {
    try {
      agent ??= agentOf(url, pin);
      return await exchange(await agent, target, init);
    } catch (error) {
      const untrusted = isImportError(error) ? error : tlsError(error);
      // A certificate may be replaced, and what was not seen may be there now: the next request looks again.
      if (untrusted !== null || (await agent?.catch(() => null)) === null) agent = null;
      throw untrusted ?? error;
    }
  };
}

async function agentOf(url: string, { ca, fingerprint256 }: WebPlace["pin"]): Promise<Agent> {
  return new Agent({ keepAlive: true, ...(await trustOf(new URL(url), ca, fingerprint256)) });
}

async function trustOf(url: URL, ca: string | null, fingerprint256: string | null): Promise<ConnectionOptions> {
  if (fingerprint256 === null) return ca === null ? {} : { ca };
  const checkServerIdentity: ConnectionOptions["checkServerIdentity"] = (_host, certificate) =>
    certificate.fingerprint256 === fingerprint256 ? undefined : mismatch();
  if (ca !== null) return { ca, checkServerIdentity };
  const seen = await certificateOf(url);
  if (seen?.fingerprint256 !== fingerprint256) throw mismatch();
  return { ca: seen.toString(), allowPartialTrustChain: true, checkServerIdentity };
}

/**
 * Looks at the server's certificate on a connection of its own, which fails when nobody vouches for it and never carries
 * a request. Only if its fingerprint is the pinned one does it become the authority for the real connections.
 */
function certificateOf({ hostname, port }: URL): Promise<X509Certificate | undefined> {
  return new Promise((resolve, reject) => {
    const host = hostname.replace(/^\[|\]$/g, "");
    const name = /^[\d.:]+$/.test(host) ? {} : { servername: host };
    const socket = connect({ host, port: Number(port || 443), ...name, timeout: 10_000 });
    let seen: X509Certificate | undefined;
    // Before Node's own listener, which ends a connection that is not verified. Where Node has no such event any more,
    // no certificate is seen, and nothing is trusted.
    socket.prependListener("secure", () => {
      seen = socket.getPeerX509Certificate();
    });
    socket.once("secureConnect", () => socket.destroy());
    socket.once("timeout", () => socket.destroy(new Error("no TLS handshake in 10 seconds")));
    socket.once("error", (error) => (seen === undefined ? reject(error) : resolve(seen)));
    socket.once("close", () => resolve(seen));
  });
}

function exchange(agent: Agent, target: string, init: FetchInit): Promise<FetchedResponse> {
  const { method, headers, body = "", signal } = init;
  const length = method === "POST" ? { "content-length": String(Buffer.byteLength(body)) } : {};
  return new Promise((resolve, reject) => {
    const options = { method, headers: { ...headers, ...length }, agent, signal };
    const request = httpsRequest(target, options, (response) => resolve(responseOf(response)));
    request.once("error", reject);
    request.end(body);
  });
}

function responseOf(response: IncomingMessage): FetchedResponse {
  const header = (name: string) => {
    const value = response.headers[name.toLowerCase()];
    return value === undefined ? null : String(value);
  };
  return {
    status: response.statusCode ?? 0,
    headers: { get: header },
    body: decoded(response, header("content-encoding")),
  };
}

function decoded(response: IncomingMessage, encoding: string | null): Readable {
  const decoder = encoding === "gzip" ? createGunzip() : encoding === "deflate" ? createInflate() : null;
  // A body cut short fails the decoder, which its reader sees.
  return decoder === null ? response : pipeline(response, decoder, () => undefined);
}

const CERTIFICATE_CODES =
  /^(?:DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_[A-Z_]+|CERT_[A-Z_]+|ERR_TLS_CERT_[A-Z_]+)$/;

/** A certificate that is not the pinned one is nothing that another try mends. */
function tlsError(error: unknown): ImportError | null {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  if (!CERTIFICATE_CODES.test(code)) return null;
  const message = `IBKR Client Portal: the server's certificate is not trusted (${code}): pin it by ca or fingerprint256`;
  return new ImportError("OPTION_INVALID", message);
}

function mismatch(): ImportError {
  const message = "IBKR Client Portal: the server's certificate is not the pinned one; nothing was sent to it";
  return new ImportError("OPTION_INVALID", message);
}
