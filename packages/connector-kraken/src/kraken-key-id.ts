import { createHash } from "node:crypto";

/** Names a key, or an account, where text is not sealed: cursors are not. */
export function keyId(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 12);
}
