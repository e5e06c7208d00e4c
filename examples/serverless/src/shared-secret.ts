import { createHash, timingSafeEqual } from "node:crypto";

const PREFIX = "Bearer ";

/** The header that shows a function who calls. */
export function secretHeader(secret: string): Readonly<Record<string, string>> {
  return { authorization: `${PREFIX}${secret}` };
}

/** Whether the caller knows the secret. How long the answer takes tells nothing about it: digests have one length. */
export function knowsSecret(request: Request, secret: string): boolean {
  const digest = (text: string) => createHash("sha256").update(text).digest();
  const shown = request.headers.get("authorization") ?? "";
  return timingSafeEqual(digest(shown), digest(`${PREFIX}${secret}`));
}
