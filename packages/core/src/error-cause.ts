import { ImportError, isImportError } from "./import-error.ts";
import { safeText } from "./safe-text.ts";

/** Text that must not be repeated: what credentials hold. */
export type Secrets = ReadonlySet<string>;

/** Shorter values are names and codes, such as a kind of credentials: masking them would blot out messages. */
const SECRET_LENGTH_MIN = 6;
const CHAIN_MAX = 6;
const TEXT_LENGTH_MAX = 4_000;
const REASON_LENGTH_MAX = 500;
const MASK = "[secret]";

/** Where no credentials were read. */
export const noSecrets: Secrets = new Set();

/** Adds every text in the credentials, as it is and in the forms in which libraries quote it. */
export function addSecrets(secrets: Set<string>, credentials: unknown, depth = 0): void {
  if (typeof credentials === "string") {
    for (const text of [credentials, credentials.trim()]) {
      if (text.length >= SECRET_LENGTH_MIN) for (const form of formsOf(text)) secrets.add(form);
    }
  } else if (typeof credentials === "object" && credentials !== null && depth < 8) {
    for (const value of Object.values(credentials)) addSecrets(secrets, value, depth + 1);
  }
}

/** Every text in these credentials. */
export function secretsIn(credentials: unknown): Secrets {
  const secrets = new Set<string>();
  addSecrets(secrets, credentials);
  return secrets;
}

/**
 * A copy of an error for logs and events: name, code, message, stack and causes, without secrets and without the query and
 * the user name of any URL. Whatever else an error carries, such as a database's row or a request's headers, stays behind.
 */
export function redactedError(error: ImportError, secrets: Secrets): ImportError;
export function redactedError(error: unknown, secrets: Secrets): Error;
export function redactedError(error: unknown, secrets: Secrets): Error {
  if (!isImportError(error)) return copyOf(error, secrets, 0);
  const { code, retryAfterMs, connectionId } = error;
  const details = "cause" in error ? { cause: copyOf(error.cause, secrets, 1) } : {};
  const copy = new ImportError(code, masked(error.message, secrets), { retryAfterMs, connectionId, ...details });
  copy.stack = masked(error.stack ?? "", secrets);
  return copy;
}

/** An error and its causes in one line, for people; see {@link redactedError}. */
export function reasonOf(error: ImportError, secrets: Secrets): string {
  const chain: string[] = [];
  let link: unknown = error;
  for (let depth = 0; depth < CHAIN_MAX && link !== undefined; depth += 1) {
    chain.push(`${[nameOf(link), codeOf(link)].filter((part) => part !== null).join(" ")}: ${messageOf(link)}`);
    link = link instanceof Error ? link.cause : undefined;
  }
  return safeText(masked(chain.join(" <- "), secrets).replace(/\s+/g, " ").slice(0, REASON_LENGTH_MAX));
}

function copyOf(error: unknown, secrets: Secrets, depth: number): Error {
  const details = error instanceof Error && error.cause !== undefined && depth < CHAIN_MAX;
  const options = details ? { cause: copyOf(error.cause, secrets, depth + 1) } : {};
  const copy = new Error(masked(messageOf(error), secrets), options);
  const code = codeOf(error);
  Object.defineProperty(copy, "name", { value: nameOf(error), enumerable: false });
  if (code !== null) Object.assign(copy, { code });
  copy.stack = error instanceof Error ? masked(String(error.stack ?? ""), secrets) : `${nameOf(error)}: thrown`;
  return copy;
}

function nameOf(error: unknown): string {
  return error instanceof Error ? String(error.name) : typeof error;
}

function codeOf(error: unknown): string | null {
  if (!(error instanceof Error) || !("code" in error)) return null;
  return isImportError(error) || typeof error.code === "string" ? String(error.code).slice(0, 100) : null;
}

/** Of several errors at once, such as a refused connection to two addresses, the first has the words. */
function messageOf(error: unknown): string {
  if (typeof error === "string") return error;
  if (!(error instanceof Error)) return "it is no error";
  const { message } = error;
  const [first] = error instanceof AggregateError ? error.errors : [];
  return message === "" && first instanceof Error ? first.message : String(message);
}

function masked(text: string, secrets: Secrets): string {
  let shown = text;
  for (const secret of secrets) shown = shown.replaceAll(secret, MASK);
  return shown
    .replace(/\b([a-z][a-z0-9+.-]*:\/\/)[^\s/@"']*@/gi, "$1")
    .replace(/\b([a-z][a-z0-9+.-]*:\/\/[^\s?"'<>]*)\?[^\s"'<>]*/gi, "$1?…")
    .slice(0, TEXT_LENGTH_MAX);
}

function formsOf(text: string): readonly string[] {
  const bytes = new TextEncoder().encode(text);
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  const base64 = btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
  return [text, encodeURIComponent(text), JSON.stringify(text).slice(1, -1), hex, base64, base64.replace(/=+$/, "")];
}
