import { type ErrorCode, errorRecovery, ImportError } from "@fillbook/core";
import type { BookStore } from "@fillbook/core/store";
import { z } from "zod";
import { secretHeader } from "./shared-secret.ts";
import { type StoreMethod, storeMethods } from "./store-methods.ts";

const answerSchema = z.union([
  z.strictObject({
    error: z.strictObject({
      code: z.custom<ErrorCode>((code) => typeof code === "string" && Object.hasOwn(errorRecovery, code)),
      message: z.string(),
      retryAfterMs: z.number().nullable(),
      connectionId: z.string().nullable(),
    }),
  }),
  // A method without a result answers with none.
  z.strictObject({ result: z.json().optional() }),
]);

/**
 * A store whose every method is one request to {@link storeFunction}. A call is never repeated here: its answer may have
 * been lost after it took effect. The run ends with `STORE_FAILED` then, and the next one goes on from what is stored.
 */
export function functionStore(options: {
  readonly url: string;
  readonly secret: string;
  /** How long a call may take, in milliseconds. @defaultValue 30000 */
  readonly timeoutMs?: number;
  /** Such as a platform's own way from function to function. @defaultValue the global fetch */
  readonly send?: (request: Request) => Promise<Response>;
}): BookStore {
  const methods = storeMethods.map((method) => [method, (...given: unknown[]) => call(method, given, options)]);
  // Every name that a store has, each answered by the store behind the function.
  return Object.fromEntries(methods) as BookStore;
}

async function call(
  method: StoreMethod,
  given: readonly unknown[],
  { url, secret, timeoutMs = 30_000, send = fetch }: Parameters<typeof functionStore>[0],
): Promise<unknown> {
  const request = new Request(url, {
    ...{ method: "POST", redirect: "error", signal: AbortSignal.timeout(timeoutMs) },
    headers: { ...secretHeader(secret), "content-type": "application/json" },
    body: JSON.stringify({ method, parameters: withoutAbsent(given) }),
  });
  const response = await send(request);
  if (response.status !== 200) {
    // Its body is not read: a gateway's error page is nobody's answer.
    await response.body?.cancel();
    throw new ImportError("STORE_FAILED", `the store's function answered ${method} with HTTP ${response.status}`);
  }
  const answer = answerSchema.safeParse(await response.json());
  if (!answer.success) throw new ImportError("STORE_FAILED", `the store's function answered ${method} unreadably`);
  if ("result" in answer.data || !("error" in answer.data)) return answer.data.result;
  const { code, message, ...details } = answer.data.error;
  throw new ImportError(code, message, details);
}

/** JSON knows no absent value: at the end of the list it is left out, before it is null, which stores read the same. */
function withoutAbsent(given: readonly unknown[]): readonly unknown[] {
  const last = given.findLastIndex((parameter) => parameter !== undefined);
  return given.slice(0, last + 1);
}
