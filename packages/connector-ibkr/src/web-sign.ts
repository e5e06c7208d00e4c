import { createHmac, createSign } from "node:crypto";
import { ImportError } from "@fillbook/core";

/** What a signature covers. */
export interface Signing {
  readonly method: "GET" | "POST";
  /** Without the query. */
  readonly url: string;
  /** The query; its pairs are signed with the others, as RFC 5849 wants it. */
  readonly parameters: Readonly<Record<string, string>>;
  readonly consumerKey: string;
  readonly accessToken: string;
  /** Unique. */
  readonly nonce: string;
  /** Unix seconds, never below an earlier one. */
  readonly timestamp: string;
}

/** The header of a request with a live session token. A JSON body is not signed. */
export function signWithSession(signing: Signing, liveSession: string): string {
  const fields = { ...oauthFields(signing), oauth_signature_method: "HMAC-SHA256" };
  const base = baseString(signing, { ...fields, ...signing.parameters });
  const signature = createHmac("sha256", Buffer.from(liveSession, "base64")).update(base).digest("base64");
  return header({ ...fields, oauth_signature: signature });
}

/**
 * The header of the request for a live session token. The decrypted access token secret, as hex, stands before the base
 * string; the realm is not signed.
 *
 * @throws ImportError `CREDENTIALS_MALFORMED` when the signature key is none.
 */
export function signWithKey(
  signing: Signing,
  { challenge, secret, key }: { readonly challenge: string; readonly secret: Buffer; readonly key: string },
): string {
  const fields = {
    ...oauthFields(signing),
    oauth_signature_method: "RSA-SHA256",
    diffie_hellman_challenge: challenge,
  };
  const base = `${secret.toString("hex")}${baseString(signing, fields)}`;
  return header({ ...fields, oauth_signature: rsaSignature(base, key) });
}

function oauthFields({ consumerKey, accessToken, nonce, timestamp }: Signing): Readonly<Record<string, string>> {
  return {
    oauth_consumer_key: consumerKey,
    oauth_nonce: nonce,
    oauth_timestamp: timestamp,
    oauth_token: accessToken,
  };
}

/** The values are not encoded one by one before: all of ours are plain, and IBKR's own samples do not. */
function baseString({ method, url }: Signing, fields: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(fields).map(([name, value]) => `${name}=${value}`);
  return `${method}&${percentEncoded(url)}&${percentEncoded(pairs.sort().join("&"))}`;
}

function header(fields: Readonly<Record<string, string>>): string {
  const realm = fields.oauth_consumer_key === "TESTCONS" ? "test_realm" : "limited_poa";
  const sorted = Object.entries({ ...fields, realm }).sort(([left], [right]) => (left < right ? -1 : 1));
  return `OAuth ${sorted.map(([name, value]) => `${name}="${percentEncoded(value)}"`).join(", ")}`;
}

/** RFC 3986, which also encodes what encodeURIComponent leaves alone. */
function percentEncoded(text: string): string {
  const escaped = (character: string) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`;
  return encodeURIComponent(text).replace(/[!'()*]/g, escaped);
}

function rsaSignature(base: string, key: string): string {
  try {
    return createSign("sha256").update(base, "utf8").sign(key, "base64");
  } catch {
    // The library's message may tell of the key, so it is not kept.
    throw new ImportError("CREDENTIALS_MALFORMED", "IBKR OAuth: the signature key is no RSA key");
  }
}
