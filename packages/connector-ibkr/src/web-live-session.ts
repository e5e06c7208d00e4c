import { constants, createHmac, createPrivateKey, type KeyObject, privateDecrypt, timingSafeEqual } from "node:crypto";
import { ImportError } from "@fillbook/core";

/**
 * The access token secret, decrypted. Node's own removal of PKCS#1 padding is refused by some builds of OpenSSL 3.0 and
 * answers a wrong key with noise on newer ones, so the padding is removed here (nodejs/node issue 55628).
 *
 * @throws ImportError `CREDENTIALS_INVALID` when the key does not fit the secret, `CREDENTIALS_MALFORMED` when it is no key.
 */
export function decryptTokenSecret(accessTokenSecret: string, encryptionKey: string): Buffer {
  const block = decryptedBlock(Buffer.from(accessTokenSecret, "base64"), encryptionKey);
  const end = block.indexOf(0, 2);
  if (block[0] !== 0 || block[1] !== 2 || end < 10) {
    throw unfitKey();
  }
  return block.subarray(end + 1);
}

/** The client's half of the exchange. `random` is 256 bits; the challenge is hex without leading zeros. */
export function liveSessionChallenge(dhPrime: string, random: Buffer): string {
  return power(2n, numberOf(random.toString("hex")), numberOf(dhPrime)).toString(16);
}

/**
 * The live session token, base64; null when the server's proof does not fit.
 *
 * The HMAC's key is the shared secret as Java writes it: shortest big-endian two's complement. Node's own exchange would
 * pad the secret with zeros to the prime's length, which one login in 250 fails of, and tests the prime each time, which
 * stops the process for most of a second.
 */
export function liveSessionToken(exchange: {
  readonly dhPrime: string;
  readonly random: Buffer;
  /** Hex, as the server sent it. */
  readonly response: string;
  readonly secret: Buffer;
  readonly consumerKey: string;
  /** Hex, as the server sent it. */
  readonly proof: string;
}): string | null {
  const { dhPrime, random, response, secret, consumerKey, proof } = exchange;
  const shared = power(numberOf(response), numberOf(random.toString("hex")), numberOf(dhPrime)).toString(16);
  const key = twosComplement(Buffer.from(evenHex(shared), "hex"));
  const token = createHmac("sha1", key).update(secret).digest();
  const expected = createHmac("sha1", token).update(consumerKey, "utf8").digest();
  const told = Buffer.from(proof, "hex");
  return told.length === expected.length && timingSafeEqual(told, expected) ? token.toString("base64") : null;
}

/** Big-endian bytes of a positive number as Java's BigInteger gives them: 127 is 7f, 128 is 0080. */
export function twosComplement(bytes: Buffer): Buffer {
  const first = bytes.findIndex((byte) => byte !== 0);
  const shortest = first === -1 ? Buffer.alloc(1) : bytes.subarray(first);
  return (shortest[0] ?? 0) >= 0x80 ? Buffer.concat([Buffer.alloc(1), shortest]) : shortest;
}

/** The prime as hex, from hex or from a PEM of DH parameters; null for anything else. */
export function readDhPrime(text: string): string | null {
  const body = /-----BEGIN DH PARAMETERS-----([A-Za-z0-9+/=\s]+)-----END DH PARAMETERS-----/.exec(
    text.replace(/\\n/g, "\n"),
  );
  const prime =
    body?.[1] === undefined ? text.replace(/\s+/g, "").toLowerCase() : primeInDer(Buffer.from(body[1], "base64"));
  return prime !== null && /^[0-9a-f]{128,2048}$/.test(prime) ? evenHex(withoutZeros(prime)) : null;
}

/** SEQUENCE { INTEGER prime, INTEGER generator }. */
function primeInDer(der: Buffer): string | null {
  const sequence = derHeader(der, 0, 0x30);
  const integer = sequence === null ? null : derHeader(der, sequence.start, 0x02);
  return integer === null ? null : der.subarray(integer.start, integer.start + integer.length).toString("hex");
}

function derHeader(der: Buffer, at: number, tag: number): { readonly start: number; readonly length: number } | null {
  if (der[at] !== tag) return null;
  const first = der[at + 1] ?? 0;
  if (first < 0x80) return { start: at + 2, length: first };
  const sizeBytes = first - 0x80;
  if (sizeBytes < 1 || sizeBytes > 3 || der.length < at + 2 + sizeBytes) return null;
  return { start: at + 2 + sizeBytes, length: der.readUIntBE(at + 2, sizeBytes) };
}

function decryptedBlock(encrypted: Buffer, encryptionKey: string): Buffer {
  const key = rsaKey(encryptionKey);
  if (key.asymmetricKeyDetails?.modulusLength !== encrypted.length * 8) throw noKeyForSecret();
  try {
    return privateDecrypt({ key, padding: constants.RSA_NO_PADDING }, encrypted);
  } catch {
    // The secret is a number above this key's modulus. The library's message may tell of the key, so it is not kept.
    throw unfitKey();
  }
}

function rsaKey(pem: string): KeyObject {
  try {
    return createPrivateKey(pem);
  } catch {
    throw noKeyForSecret();
  }
}

function noKeyForSecret(): ImportError {
  return new ImportError(
    "CREDENTIALS_MALFORMED",
    "IBKR OAuth: the encryption key is no RSA key of the secret's length",
  );
}

function unfitKey(): ImportError {
  return new ImportError("CREDENTIALS_INVALID", "IBKR OAuth: the encryption key does not fit the access token secret");
}

function numberOf(hex: string): bigint {
  return BigInt(`0x${hex}`);
}

function power(base: bigint, exponent: bigint, modulus: bigint): bigint {
  let result = 1n;
  let square = base % modulus;
  for (let left = exponent; left > 0n; left >>= 1n) {
    if ((left & 1n) === 1n) result = (result * square) % modulus;
    square = (square * square) % modulus;
  }
  return result;
}

function withoutZeros(hex: string): string {
  return hex.replace(/^0+(?=.)/, "");
}

function evenHex(hex: string): string {
  return hex.length % 2 === 0 ? hex : `0${hex}`;
}
