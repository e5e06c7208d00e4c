import { once } from "node:events";
import { createServer, type RequestListener } from "node:http";
import { inspect } from "node:util";
import { ImportError } from "@fillbook/core";
import { expect, onTestFinished } from "vitest";

/** A server on this machine that goes with the test; its address without a slash at its end. */
export async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener).listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return `http://127.0.0.1:${address.port}`;
}

/** The error that a promise fails with. The secret `c4n4ry` stands nowhere in it, however deep. */
export async function failure(promise: Promise<unknown>): Promise<ImportError> {
  const error = await promise.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof ImportError)) throw new Error(`no ImportError but ${inspect(error)}`);
  expect(inspect(error, { depth: null, showHidden: true })).not.toContain("c4n4ry");
  return error;
}
