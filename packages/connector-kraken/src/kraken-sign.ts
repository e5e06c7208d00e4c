import { createHash, createHmac } from "node:crypto";
import type { Secret } from "@fillbook/connector-kit";

/**
 * The API-Sign header: `base64(HMAC_SHA512(base64decode(secret), path + SHA256(nonce + body)))`, with the raw digest and
 * the body exactly as it is sent (docs.kraken.com, spot-rest-auth, read 2026-05-26).
 *
 * @param request.path from `/0/private` on, without host and query.
 */
export function krakenSign(
  apiSecret: Secret,
  { path, nonce, body }: { readonly path: string; readonly nonce: string; readonly body: string },
): string {
  const inner = createHash("sha256").update(nonce).update(body).digest();
  const key = Buffer.from(apiSecret.reveal(), "base64");
  return createHmac("sha512", key).update(path).update(inner).digest("base64");
}

/** The form text of a call. It is encoded once: what is signed is what is sent. */
export function krakenForm(nonce: string, parameters: Readonly<Record<string, string>>): string {
  return new URLSearchParams({ nonce, ...parameters }).toString();
}
