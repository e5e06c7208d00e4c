import { type JsonValue, jsonText } from "./json-text.ts";

/** Kraken's envelope; a result of undefined is left out. */
export interface Envelope {
  readonly errors: readonly string[];
  readonly result?: JsonValue | undefined;
}

/** The text of an answer. */
export function envelopeText({ errors, result }: Envelope): string {
  return jsonText({ error: errors, result });
}
