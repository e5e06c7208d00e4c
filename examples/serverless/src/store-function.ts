import { type Logger, toImportError } from "@fillbook/core";
import type { BookStore } from "@fillbook/core/store";
import { z } from "zod";
import { knowsSecret } from "./shared-secret.ts";
import { storeMethods } from "./store-methods.ts";

const callSchema = z.strictObject({ method: z.enum(storeMethods), parameters: z.array(z.json()).max(4) });

/**
 * The server function beside the data: one call of the store, JSON in and JSON out. Each call is one transaction, above all
 * `commit`, so nothing is held open between two calls. Errors are data: the caller acts on their code.
 */
export function storeFunction(options: {
  readonly store: BookStore;
  /** At least 32 random characters, shared with `functionStore`. */
  readonly secret: string;
  readonly logger: Logger;
}): (request: Request) => Promise<Response> {
  const { store, secret, logger } = options;
  return async (request) => {
    if (!knowsSecret(request, secret)) return new Response(null, { status: 401 });
    const call = callSchema.safeParse(await request.json().catch(() => null));
    if (request.method !== "POST" || !call.success) return new Response(null, { status: 400 });
    const { method, parameters } = call.data;
    try {
      // The caller is our own `functionStore`, whose arguments have the method's types.
      const run = store[method] as (...given: readonly unknown[]) => Promise<unknown>;
      return Response.json({ result: await run(...parameters) });
    } catch (thrown) {
      const error = toImportError(thrown, "STORE_FAILED");
      // The cause stays here: what a database says may quote rows.
      logger.error({ method, code: error.code, err: thrown }, "a call of the store failed");
      const { code, message, retryAfterMs, connectionId } = error;
      return Response.json({ error: { code, message, retryAfterMs, connectionId } });
    }
  };
}
