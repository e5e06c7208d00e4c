import { ImportError, type Json } from "@fillbook/core";
import { stringEnd } from "./json-scan.ts";

const DEPTH_MAX = 32;

/**
 * Reads a broker's JSON. A key such as `__proto__` becomes an ordinary property and changes no prototype.
 *
 * @param what names the answer in the error, such as "TradesHistory".
 * @throws ImportError `PROTOCOL` for text that is not JSON, or is nested deeper than 32. It never quotes the text.
 */
export function parseJson(text: string, what: string): Json {
  if (deeperThan(text, DEPTH_MAX)) {
    throw new ImportError("PROTOCOL", `the answer of ${what} is nested deeper than ${DEPTH_MAX}`);
  }
  try {
    // JSON.parse returns nothing but JSON.
    return JSON.parse(text) as Json;
  } catch {
    // The parser's message quotes the text, so it is not kept as the cause.
    throw new ImportError("PROTOCOL", `the answer of ${what} is not JSON (${text.length} characters)`);
  }
}

/** True for a JSON object: not null, not a list. */
export function isJsonObject(value: unknown): value is { readonly [key: string]: Json } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

const QUOTE = 34;

/** A linear scan, because a deep text would exhaust the stack of everything that walks its value later. */
function deeperThan(text: string, depthMax: number): boolean {
  let depth = 0;
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    if (code === QUOTE) {
      index = stringEnd(text, index);
      if (index === -1) return false;
    } else if (code === 91 || code === 123) {
      depth += 1;
      if (depth > depthMax) return true;
    } else if (code === 93 || code === 125) depth -= 1;
  }
  return false;
}
