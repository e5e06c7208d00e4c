import { createHash, createHmac, timingSafeEqual } from "node:crypto";

/** What a signature covers, and the signature that came with it. */
export interface SignedCall {
  /** "/0/private/..." without host and query. */
  readonly path: string;
  /** The nonce's digits as they were sent. */
  readonly nonce: string;
  /** The body's bytes as they were received; a body written anew would sign differently. */
  readonly body: Uint8Array;
  /** The key's secret, base64. */
  readonly apiSecret: string;
  /** The API-Sign header. */
  readonly signature: string;
}

/**
 * Whether API-Sign is base64(HMAC-SHA512(secret, path + SHA256(nonce + body))), compared in constant time.
 *
 * @see https://docs.kraken.com/api/docs/guides/spot-rest-auth (stored copy of 2026-05-26)
 */
export function verifySignature({ path, nonce, body, apiSecret, signature }: SignedCall): boolean {
  const digest = createHash("sha256").update(nonce).update(body).digest();
  const expected = createHmac("sha512", Buffer.from(apiSecret, "base64")).update(path).update(digest).digest("base64");
  const [sent, wanted] = [Buffer.from(signature), Buffer.from(expected)];
  // The length is public: every good signature has 88 characters.
  return sent.length === wanted.length && timingSafeEqual(sent, wanted);
}
