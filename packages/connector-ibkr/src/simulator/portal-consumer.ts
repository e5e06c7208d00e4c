import {
  constants,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  publicEncrypt,
  randomBytes,
} from "node:crypto";
import type { PortalConsumer, PortalConsumerOptions } from "./simulated-portal.ts";

/** A consumer and what the server remembers of its calls. */
export interface PortalConsumerHolder {
  readonly consumer: PortalConsumer;
  /** The decrypted access token secret. */
  readonly secret: Buffer;
  readonly signaturePublicKey: KeyObject;
  readonly activeFromMs: number;
  /** Hex numbers to answer a challenge with; the first is used next. */
  readonly serverRandoms: string[];
  readonly nonces: Set<string>;
  lastTimestamp: number;
  /** Null when the client needs a new one. */
  liveSession: { readonly token: Buffer; readonly expiresMs: number } | null;
}

/** A consumer with throw-away keys; they are made once a process, because making them takes long. */
export function portalConsumer(options: PortalConsumerOptions = {}): PortalConsumerHolder {
  const { activeFromMs = 0, serverRandoms = [], prime = PRIME } = options;
  const secret = options.secret === undefined ? randomBytes(24) : Buffer.from(options.secret, "hex");
  const { signatureKey, encryptionKey } = keys();
  const padding = constants.RSA_PKCS1_PADDING;
  const encrypted = publicEncrypt({ key: createPublicKey(encryptionKey), padding }, secret);
  return {
    consumer: {
      consumerKey: "TESTKEY99",
      accessToken: randomBytes(10).toString("hex"),
      accessTokenSecret: encrypted.toString("base64"),
      signatureKey,
      encryptionKey,
      dhPrime: prime,
    },
    ...{ secret, activeFromMs, serverRandoms: [...serverRandoms], nonces: new Set(), lastTimestamp: 0 },
    signaturePublicKey: createPublicKey(signatureKey),
    liveSession: null,
  };
}

let made: { readonly signatureKey: string; readonly encryptionKey: string } | null = null;

function keys() {
  made ??= { signatureKey: privateKey(), encryptionKey: privateKey() };
  return made;
}

function privateKey(): string {
  return generateKeyPairSync("rsa", {
    modulusLength: 2048,
    publicKeyEncoding: { type: "spki", format: "pem" },
    privateKeyEncoding: { type: "pkcs8", format: "pem" },
  }).privateKey;
}

/** RFC 3526, group 14: 2048 bits, generator 2. */
const PRIME = [
  "ffffffffffffffffc90fdaa22168c234c4c6628b80dc1cd129024e088a67cc74020bbea63b139b22514a08798e3404dd",
  "ef9519b3cd3a431b302b0a6df25f14374fe1356d6d51c245e485b576625e7ec6f44c42e9a637ed6b0bff5cb6f406b7ed",
  "ee386bfb5a899fa5ae9f24117c4b1fe649286651ece45b3dc2007cb8a163bf0598da48361c55d39a69163fa8fd24cf5f",
  "83655d23dca3ad961c62f356208552bb9ed529077096966d670c354e4abc9804f1746c08ca18217c32905e462e36ce3b",
  "e39e772c180e86039b2783a2ec07a28fb5c55df06f4c52c9de2bcbf6955817183995497cea956ae515d2261898fa0510",
  "15728e5a8aacaa68ffffffffffffffff",
].join("");
