import type { RequestInit, Response } from "undici";

/**
 * undici with its own pool: idle sockets keep no process alive, so there is nothing to close. It is loaded with the first
 * request, since it takes 25 MB and an import of a file needs none of it.
 */
export function ownTransport({ connectMs }: { readonly connectMs: number }): Send {
  let opened: Promise<Send> | null = null;
  return async (url, init) => {
    opened ??= undiciTransport(connectMs);
    return (await opened)(url, init);
  };
}

type Send = (url: string, init: RequestInit) => Promise<Response>;

async function undiciTransport(connectMs: number): Promise<Send> {
  const { Agent, fetch } = await import("undici");
  // The other limits are enforced by `createHttp`, for every transport alike.
  const dispatcher = new Agent({ connect: { timeout: connectMs }, headersTimeout: 0, bodyTimeout: 0 });
  return (url, init) => fetch(url, { ...init, dispatcher });
}
