import { createHmac, randomBytes, verify } from "node:crypto";
import type { PortalConsumerHolder } from "./portal-consumer.ts";

/** A request as its signature covers it. */
export interface SignedRequest {
  readonly method: string;
  /** With scheme and host, without the query. */
  readonly url: string;
  readonly parameters: Readonly<Record<string, string>>;
  readonly authorization: string;
  readonly atMs: number;
}

/** What a request for a live session token comes to; a text is the reason of a 401. */
export type LiveSessionAnswer =
  | string
  | {
      readonly diffie_hellman_response: string;
      readonly live_session_token_signature: string;
      readonly live_session_token_expiration: number;
    };

const DAY_MS = 86_400_000;
/** How far a client's clock may be off; IBKR does not tell. */
const SKEW_SECONDS = 300;

/** Why a signed request is not let in, or null. Nonces count once, and timestamps never go back. */
export function refuseSigned(holder: PortalConsumerHolder, request: SignedRequest): string | null {
  const fields = readFields(request, "HMAC-SHA256");
  if (typeof fields === "string") return fields;
  const refusal = refuseFields(holder, fields, request.atMs);
  if (refusal !== null) return refusal;
  const { liveSession } = holder;
  if (liveSession === null || request.atMs >= liveSession.expiresMs) return "Access token expired";
  const { oauth_signature: signature = "", realm: _realm, ...signed } = fields;
  const base = baseString(request, { ...signed, ...request.parameters });
  const expected = createHmac("sha256", liveSession.token).update(base).digest("base64");
  return signature === expected ? null : "invalid signature";
}

/** Answers a challenge, and starts a session of a day. */
export function liveSession(holder: PortalConsumerHolder, request: SignedRequest): LiveSessionAnswer {
  const fields = readFields(request, "RSA-SHA256");
  if (typeof fields === "string") return fields;
  const refusal = refuseFields(holder, fields, request.atMs);
  if (refusal !== null) return refusal;
  const { oauth_signature: signature = "", realm: _realm, ...signed } = fields;
  const base = Buffer.from(`${holder.secret.toString("hex")}${baseString(request, signed)}`);
  if (!verify("sha256", base, holder.signaturePublicKey, Buffer.from(signature, "base64"))) return "invalid signature";
  const challenge = fields.diffie_hellman_challenge ?? "";
  if (!/^[1-9a-f][0-9a-f]*$/.test(challenge)) return "invalid diffie_hellman_challenge";
  const prime = BigInt(`0x${holder.consumer.dhPrime}`);
  const own = BigInt(`0x${holder.serverRandoms.shift() ?? randomBytes(32).toString("hex")}`);
  const shared = power(BigInt(`0x${challenge}`), own, prime);
  const token = createHmac("sha1", twosComplement(shared)).update(holder.secret).digest();
  holder.liveSession = { token, expiresMs: request.atMs + DAY_MS };
  return {
    diffie_hellman_response: power(2n, own, prime).toString(16),
    live_session_token_signature: createHmac("sha1", token).update(holder.consumer.consumerKey).digest("hex"),
    live_session_token_expiration: request.atMs + DAY_MS,
  };
}

type Fields = Readonly<Record<string, string>>;

function readFields({ authorization }: SignedRequest, method: string): Fields | string {
  if (!authorization.startsWith("OAuth ")) return "no OAuth header";
  const pairs = [...authorization.slice(6).matchAll(/(\w+)="([^"]*)"/g)];
  const fields = Object.fromEntries(pairs.map(([, name = "", value = ""]) => [name, decodeURIComponent(value)]));
  return fields.oauth_signature_method === method ? fields : "invalid oauth_signature_method";
}

function refuseFields(holder: PortalConsumerHolder, fields: Fields, atMs: number): string | null {
  const { consumer } = holder;
  if (fields.oauth_consumer_key !== consumer.consumerKey || atMs < holder.activeFromMs) {
    return "id: 3931, error: invalid consumer";
  }
  if (fields.oauth_token !== consumer.accessToken) return "invalid token";
  const timestamp = fields.oauth_timestamp ?? "";
  if (!/^\d{10}$/.test(timestamp)) return "timestamp is not in seconds";
  if (Number(timestamp) < holder.lastTimestamp) return "timestamp went back";
  if (Math.abs(Number(timestamp) - atMs / 1000) > SKEW_SECONDS) return "timestamp is off";
  const nonce = fields.oauth_nonce ?? "";
  if (nonce === "" || holder.nonces.has(nonce)) return "nonce was used before";
  holder.nonces.add(nonce);
  holder.lastTimestamp = Number(timestamp);
  return null;
}

function baseString({ method, url }: SignedRequest, pairs: Fields): string {
  const sorted = Object.entries(pairs).map(([name, value]) => `${name}=${value}`);
  return [method, encoded(url), encoded(sorted.sort().join("&"))].join("&");
}

function encoded(text: string): string {
  const escaped = (char: string) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`;
  return encodeURIComponent(text).replace(/[!'()*]/g, escaped);
}

function power(base: bigint, exponent: bigint, modulus: bigint): bigint {
  let result = 1n;
  let square = base % modulus;
  for (let left = exponent; left > 0n; left >>= 1n) {
    if (left & 1n) result = (result * square) % modulus;
    square = (square * square) % modulus;
  }
  return result;
}

/** The bytes that Java writes for a positive number: shortest, with a zero in front where the top bit is set. */
function twosComplement(value: bigint): Buffer {
  const hex = value.toString(16);
  const bytes = Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, "hex");
  return (bytes[0] ?? 0) >= 0x80 ? Buffer.concat([Buffer.from([0]), bytes]) : bytes;
}
