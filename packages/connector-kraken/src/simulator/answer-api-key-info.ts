import { type MethodAnswer, type PrivateContext, resultAnswer } from "./method-answer.ts";

// Made: a key created at 2018-03-27 06:37:22 UTC and never changed.
const CREATED_SECONDS = "1522132642";

/** GetApiKeyInfo: numbers are text and names are snake_case, as in answers of 2026. */
export function answerApiKeyInfo({ holder, atMs }: PrivateContext): MethodAnswer {
  const { key, nonces } = holder;
  return resultAnswer({
    api_key_name: key.name,
    api_key: key.apiKey,
    nonce: nonces.last(),
    nonce_window: String(key.nonceWindow),
    permissions: key.permissions,
    iban: key.iban,
    valid_until: String(key.validUntilSeconds),
    query_from: String(key.queryFromSeconds),
    query_to: String(key.queryToSeconds),
    created_time: CREATED_SECONDS,
    modified_time: CREATED_SECONDS,
    ip_allowlist: [""],
    last_used: String(Math.floor(atMs / 1000)),
  });
}
