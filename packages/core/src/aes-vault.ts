import { createCipheriv, createDecipheriv, createSecretKey, type KeyObject, randomBytes } from "node:crypto";
import * as z from "zod/mini";
import { ImportError } from "./import-error.ts";
import type { Json } from "./json.ts";
import { parseOptions } from "./parse-options.ts";
import { parsedText } from "./parsed-text.ts";
import { safeParse } from "./safe-parse.ts";
import { textId } from "./text-id.ts";
import type { Vault, VaultBinding } from "./vault.ts";

const KEY_BYTES = 32;
const IV_BYTES = 12;
const TAG_BYTES = 16;
const CIPHER = "aes-256-gcm";
const VERSION = 1;

export interface AesVaultKey {
  /** Stored beside what the key sealed, in the clear. */
  readonly id: string;
  /** 32 random bytes, or their base64 text as `openssl rand -base64 32` prints it. */
  readonly key: Uint8Array | string;
}

export interface AesVaultOptions {
  /** 1 to 100. An old key stays until `rotateKeys` has sealed everything again. */
  readonly keys: readonly AesVaultKey[];
  /** The id of the key that seals. */
  readonly primary: string;
}

/**
 * A vault with the host's own keys: AES-256-GCM with a random 96-bit IV and a 128-bit tag. Version, key id, owner,
 * connection and field are authenticated, so a value that was moved to another row does not open. One key may seal 2^32
 * values.
 *
 * @throws ImportError `OPTION_INVALID` that names the option.
 * @example
 * aesVault({ keys: [{ id: "2026-01", key: await readFile("/run/secrets/fillbook-key") }], primary: "2026-01" });
 */
export function aesVault(options: AesVaultOptions): Vault {
  const { keys, primary } = parseOptions(optionsSchema, options);
  const ring = new Map(keys.map(({ id, key }) => [id, createSecretKey(key)]));
  const primaryKey = ring.get(primary);
  if (primaryKey === undefined)
    throw new ImportError("OPTION_INVALID", `invalid option primary: no key has the id ${JSON.stringify(primary)}`);
  return {
    async seal(plain, binding) {
      return sealWith(primaryKey, { kid: primary, plain, binding });
    },
    async open(sealed, binding) {
      const blob = safeParse(blobSchema, sealed);
      if (!blob.success) throw unavailable(binding, "are not as this vault seals them");
      const key = ring.get(blob.data.kid);
      if (key === undefined)
        throw unavailable(binding, `were sealed by the unknown key ${JSON.stringify(blob.data.kid)}`);
      return openWith(key, blob.data, binding);
    },
    needsRotation(sealed) {
      const blob = safeParse(blobSchema, sealed);
      return !blob.success || blob.data.kid !== primary;
    },
  };
}

const keyBytes = z.pipe(
  z.union([z.instanceof(Uint8Array), z.string()]),
  z.transform((key: Uint8Array<ArrayBuffer> | string, context) => {
    // A copy: whoever wipes or reuses the given bytes changes no key.
    const bytes = typeof key === "string" ? decoded(key.trim()) : Buffer.from(key);
    if (bytes?.length === KEY_BYTES) return bytes;
    // The value that goes with an issue is not shown: a key is none.
    context.issues.push({ code: "custom", message: `is not ${KEY_BYTES} bytes, or their base64 text`, input: null });
    return z.NEVER;
  }),
);

const optionsSchema = z.object({
  keys: z.array(z.object({ id: textId, key: keyBytes })).check(
    z.minLength(1),
    z.maxLength(100),
    z.refine((keys) => new Set(keys.map(({ id }) => id)).size === keys.length, "two keys have one id"),
  ),
  primary: textId,
});

const base64 = parsedText(decoded, "is not base64");

const blobSchema = z.strictObject({
  v: z.literal(VERSION),
  kid: textId,
  iv: base64.check(z.refine((bytes) => bytes.length === IV_BYTES)),
  ct: base64,
  tag: base64.check(z.refine((bytes) => bytes.length === TAG_BYTES)),
});

type Blob = z.output<typeof blobSchema>;

function sealWith(
  key: KeyObject,
  { kid, plain, binding }: { kid: string; plain: Uint8Array | string; binding: VaultBinding },
): Json {
  const iv = randomBytes(IV_BYTES);
  const cipher = createCipheriv(CIPHER, key, iv, { authTagLength: TAG_BYTES }).setAAD(boundBytes(kid, binding));
  const ct = Buffer.concat([
    typeof plain === "string" ? cipher.update(plain, "utf8") : cipher.update(plain),
    cipher.final(),
  ]);
  const text = (bytes: Buffer) => bytes.toString("base64");
  return { v: VERSION, kid, iv: text(iv), ct: text(ct), tag: text(cipher.getAuthTag()) };
}

function openWith(key: KeyObject, { kid, iv, ct, tag }: Blob, binding: VaultBinding): Uint8Array {
  const decipher = createDecipheriv(CIPHER, key, iv, { authTagLength: TAG_BYTES });
  decipher.setAAD(boundBytes(kid, binding)).setAuthTag(tag);
  try {
    return new Uint8Array(Buffer.concat([decipher.update(ct), decipher.final()]));
  } catch (cause) {
    throw unavailable(
      binding,
      "were changed since they were sealed, or sealed for another connection or by another key",
      cause,
    );
  }
}

/** A list, so that no two bindings have one text. */
function boundBytes(kid: string, { owner, connectionId, field }: VaultBinding): Buffer {
  return Buffer.from(JSON.stringify([VERSION, kid, owner, connectionId, field]), "utf8");
}

/** null for any text but the one that these bytes have: else a changed character could go unseen. */
function decoded(text: string): Buffer | null {
  const bytes = Buffer.from(text, "base64");
  return bytes.toString("base64") === text ? bytes : null;
}

function unavailable({ connectionId, field }: VaultBinding, what: string, cause?: unknown): ImportError {
  const message = `the sealed ${field} of connection ${connectionId} ${what}`;
  return new ImportError("CREDENTIALS_UNAVAILABLE", message, {
    connectionId,
    ...(cause === undefined ? {} : { cause }),
  });
}
