import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from "node:crypto";
import { isJsonObject } from "@fillbook/connector-kit";
import type { Json } from "@fillbook/core";

/**
 * Seals a live session token for the shared state, which is not sealed itself. The key comes from the access token
 * secret: who has that may make such tokens anyway, and who reads the state alone has nothing. AES-256-GCM, bound to the
 * place where the value lives.
 */
export function sealToken(token: string, { secret, place }: { readonly secret: Buffer; readonly place: string }): Json {
  const iv = randomBytes(12);
  const cipher = createCipheriv("aes-256-gcm", keyOf(secret), iv).setAAD(Buffer.from(place));
  const sealed = Buffer.concat([cipher.update(token, "utf8"), cipher.final()]);
  return {
    v: 1,
    iv: iv.toString("base64"),
    tag: cipher.getAuthTag().toString("base64"),
    sealed: sealed.toString("base64"),
  };
}

/** The token, or null for anything that was not sealed so. */
export function openToken(
  value: Json,
  { secret, place }: { readonly secret: Buffer; readonly place: string },
): string | null {
  if (!isJsonObject(value) || value.v !== 1) return null;
  const [iv, tag, sealed] = [value.iv, value.tag, value.sealed].map((part) => Buffer.from(String(part), "base64"));
  if (iv?.length !== 12 || tag?.length !== 16 || sealed === undefined) return null;
  try {
    const decipher = createDecipheriv("aes-256-gcm", keyOf(secret), iv).setAAD(Buffer.from(place)).setAuthTag(tag);
    return Buffer.concat([decipher.update(sealed), decipher.final()]).toString("utf8");
  } catch {
    // Sealed for another secret or another place: as good as none.
    return null;
  }
}

function keyOf(secret: Buffer): Buffer {
  return Buffer.from(hkdfSync("sha256", secret, Buffer.alloc(0), "fillbook ibkr live session token", 32));
}
