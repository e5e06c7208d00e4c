import type { BookStore } from "@fillbook/core/store";
import type { Invoke } from "./ingest-function.ts";
import { knowsSecret } from "./shared-secret.ts";

/** How long a claimed connection may wait for its invocation before it is due again: one that is lost comes back. */
const CLAIM_MS = 120_000;
const CLAIMS_MAX = 100;

/** The server function that the platform's schedule calls every minute: each due connection gets an invocation of its own. */
export function tickFunction(options: {
  readonly store: Pick<BookStore, "claimDue">;
  readonly secret: string;
  readonly invoke: Invoke;
}): (request: Request) => Promise<Response> {
  const { store, secret, invoke } = options;
  return async (request) => {
    if (!knowsSecret(request, secret)) return new Response(null, { status: 401 });
    const claimed = await store.claimDue({ limit: CLAIMS_MAX, leaseMs: CLAIM_MS });
    for (const connectionId of claimed) await invoke(connectionId, { delayMs: 0 });
    return Response.json({ claimed: claimed.length });
  };
}
