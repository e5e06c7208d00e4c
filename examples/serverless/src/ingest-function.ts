import { type Clock, type Fillbook, systemClock } from "@fillbook/core";
import { z } from "zod";
import { knowsSecret } from "./shared-secret.ts";

/** Starts {@link ingestFunction} once more, as the platform does it: a message, a task, a request that nobody waits for. */
export type Invoke = (connectionId: string, when: { readonly delayMs: number }) => Promise<void>;

const requestSchema = z.strictObject({ connectionId: z.string().min(1).max(200) });

/**
 * The server function that imports one connection, as far as it comes within its budget, and has itself invoked again
 * while more is waiting. Twice at once is harmless: the second is skipped. Where an invocation is lost, the connection is
 * due again by its schedule.
 */
export function ingestFunction(options: {
  readonly book: Pick<Fillbook, "ingest">;
  readonly secret: string;
  readonly invoke: Invoke;
  /** Well below the platform's limit: the page that is under way is still finished. */
  readonly budgetMs: number;
  /** @defaultValue systemClock */
  readonly clock?: Clock;
}): (request: Request) => Promise<Response> {
  const { book, secret, invoke, budgetMs, clock = systemClock } = options;
  return async (request) => {
    if (!knowsSecret(request, secret)) return new Response(null, { status: 401 });
    const asked = requestSchema.safeParse(await request.json().catch(() => null));
    if (request.method !== "POST" || !asked.success) return new Response(null, { status: 400 });
    const { connectionId } = asked.data;
    const beganAtMs = clock.now();
    const report = await book.ingest({ connectionId, mode: "scheduled", budget: { ms: budgetMs } });
    if (report.status === "skipped") return Response.json({ status: report.status, more: false });
    const { status, more, stats, error } = report;
    // A run whose broker asks for a longer wait than is left ends early: the rest of its time passes before the next one.
    if (more) await invoke(connectionId, { delayMs: Math.max(0, beganAtMs + budgetMs - clock.now()) });
    return Response.json({ status, more, inserted: stats.inserted, code: error?.code ?? null });
  };
}
