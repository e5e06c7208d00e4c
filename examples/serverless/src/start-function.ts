import { serve } from "srvx";

/** No page of a broker is longer. Platforms have limits of their own. */
const BODY_BYTES_MAX = 32 * 2 ** 20;

/** Puts a function on a loopback address, as its platform would put it on a public one. */
export async function startFunction(
  run: (request: Request) => Promise<Response>,
): Promise<{ readonly url: string; close(): Promise<void> }> {
  const server = serve({
    fetch: run,
    ...{ hostname: "127.0.0.1", port: 0, silent: true, gracefulShutdown: false },
    maxRequestBodySize: BODY_BYTES_MAX,
  });
  const { url } = await server.ready();
  if (url === undefined) throw new Error("the server has no address");
  return { url, close: () => server.close(true) };
}
