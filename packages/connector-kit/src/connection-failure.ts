import { ImportError, isImportError } from "@fillbook/core";

const CAUSES_MAX = 5;
const WORD = /^[\w.-]{1,60}$/;

/**
 * A transport's error as ImportError `NETWORK`. Only the names and codes of the error and its causes are kept: messages
 * and properties of transport errors can quote URLs, headers and bodies.
 */
export function connectionFailure(place: string, error: unknown): ImportError {
  if (isImportError(error)) return error;
  return new ImportError("NETWORK", `${place}: the connection failed (${namesOf(error)})`);
}

function namesOf(error: unknown): string {
  const names: string[] = [];
  let cause: unknown = error;
  while (cause instanceof Error && names.length < CAUSES_MAX) {
    const code = "code" in cause ? cause.code : "";
    names.push([cause.name, code].filter((word) => typeof word === "string" && WORD.test(word)).join(" "));
    cause = cause.cause;
  }
  return names.length === 0 ? typeof error : names.join(" from ");
}
