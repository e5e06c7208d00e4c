import type { HttpStream, Secret } from "@fillbook/connector-kit";
import { ImportError } from "@fillbook/core";
import { type FlexStep, flexFailure } from "./flex-errors.ts";
import type { FlexEvent } from "./flex-event.ts";
import { readFlexStatement } from "./flex-statement.ts";

/** What the Flex Web Service answered. */
export type FlexAnswer =
  | { readonly kind: "sent"; readonly reference: string; readonly url: string | null }
  | { readonly kind: "pending" | "no-data" | "unknown-reference" }
  /** IBKR does not accept the query, or not now. */
  | { readonly kind: "refused"; readonly error: ImportError }
  /** A statement that has begun: only its last event says that it is whole. */
  | { readonly kind: "statement"; readonly events: AsyncGenerator<FlexEvent, void> };

export interface AnswerContext {
  readonly step: FlexStep;
  readonly secrets: readonly Secret[];
  readonly sizeBytesMax: number;
  readonly signal: AbortSignal;
}

/**
 * Reads an answer as far as its kind. Logical errors come with HTTP 200, so the document's root decides; whatever is
 * neither a statement nor the service's word is an error.
 *
 * @throws ImportError of IBKR's code, of the status, `FEATURE_UNAVAILABLE` for CSV, or `PROTOCOL`.
 */
export async function readFlexAnswer(stream: HttpStream, context: AnswerContext): Promise<FlexAnswer> {
  try {
    if (stream.status !== 200) throw statusError(stream, context.step);
    const { sizeBytesMax, signal } = context;
    const events = readFlexStatement(stream.body, { limits: { sizeBytesMax }, signal });
    const { value: first } = await events.next();
    if (first?.kind === "control") return controlAnswer(first, context);
    if (first === undefined || context.step === "SendRequest") {
      throw new ImportError("PROTOCOL", `IBKR answered ${context.step} with something else than its envelope`);
    }
    return { kind: "statement", events: resumed(first, events, stream) };
  } catch (error) {
    stream.close();
    throw error;
  }
}

function controlAnswer({ control }: Extract<FlexEvent, { kind: "control" }>, context: AnswerContext): FlexAnswer {
  const { status, referenceCode, url, errorCode } = control;
  if (context.step === "SendRequest" && referenceCode !== null && (status === "Success" || errorCode === "1019")) {
    return { kind: "sent", reference: referenceCode, url };
  }
  if (status === "Success") {
    throw new ImportError("PROTOCOL", `IBKR answered ${context.step} with success and without its result`);
  }
  const failure = flexFailure(control, context);
  if (failure.kind === "error") throw failure.error;
  return failure;
}

async function* resumed(
  first: FlexEvent,
  events: AsyncGenerator<FlexEvent, void>,
  stream: HttpStream,
): AsyncGenerator<FlexEvent, void> {
  try {
    yield first;
    yield* events;
  } finally {
    stream.close();
  }
}

function statusError({ status }: HttpStream, step: FlexStep): ImportError {
  const where = `IBKR's gateway answered ${step} with HTTP ${status}`;
  if (status === 429) return new ImportError("RATE_LIMITED", where, { retryAfterMs: 61_000 });
  if (status === 403)
    return new ImportError("BROKER_UNAVAILABLE", `${where}: it may refuse this machine's address or the User-Agent`);
  if (status >= 500 || status === 408) return new ImportError("BROKER_UNAVAILABLE", where);
  return new ImportError("PROTOCOL", where);
}
