import { type ErrorCode, ImportError } from "@fillbook/core";

/** What a code says about the connection, or about the request that it names. */
export type TwsSign =
  /** Nothing that matters here: farms, warnings, other programs' orders. */
  | { readonly kind: "news" }
  /** TWS has lost IBKR: its list may lack what happens now. */
  | { readonly kind: "lost" }
  /** TWS has IBKR again; what was missed is not told by itself. */
  | { readonly kind: "restored" }
  | { readonly kind: "failure"; readonly error: ImportError };

/**
 * Reads a code of TWS (interactivebrokers.github.io/tws-api, message codes, read 2026-05-27). Codes of requests count
 * only for our own request; those of the connection always.
 *
 * @param place host and port, for the message.
 */
export function twsSign(code: number, said: string, { place, isOurs }: TwsCodePlace): TwsSign {
  if (code === 1100 || code === 2110) return { kind: "lost" };
  if (code === 1101 || code === 1102) return { kind: "restored" };
  const known = connectionCodes.get(code);
  const found = known ?? (isOurs ? requestCode(code, said) : null);
  if (found === null) return { kind: "news" };
  const [errorCode, what] = found;
  return { kind: "failure", error: twsError(errorCode, { place, what: `${what} (${code}: ${cleaned(said)})` }) };
}

export interface TwsCodePlace {
  readonly place: string;
  /** Whether the code came with the number of our request. */
  readonly isOurs: boolean;
}

/** An error that says which gateway it is about. */
export function twsError(
  code: ErrorCode,
  { place, what, ...options }: { readonly place: string; readonly what: string; readonly cause?: unknown },
): ImportError {
  return new ImportError(code, `TWS at ${place} ${what}`, options);
}

type Failure = readonly [ErrorCode, string];

const connectionCodes: ReadonlyMap<number, Failure> = new Map<number, Failure>([
  [326, ["LOCKED_OUT", "has another program with this client id: give each program, and each gateway, one of its own"]],
  [502, ["NETWORK", "cannot be reached: start it and switch its API on"]],
  [503, ["FEATURE_UNAVAILABLE", "is too old: update it"]],
  [504, ["NETWORK", "is not connected any more"]],
  [506, ["FEATURE_UNAVAILABLE", "speaks no version of the protocol that is known"]],
  [507, ["PROTOCOL", "sent a message that is none"]],
  [508, ["PROTOCOL", "sent a message that is none"]],
  [1300, ["NETWORK", "listens on another port now"]],
]);

function requestCode(code: number, said: string): Failure | null {
  if (code >= 2100 && code < 2200) return null;
  if (/account/i.test(said)) return ["ACCOUNT_MISMATCH", "does not open this account"];
  return code === 320 || code === 321 ? ["REQUEST_INVALID", "does not accept the request"] : ["BROKER_ERROR", "failed"];
}

function cleaned(text: string): string {
  return text
    .replace(/[\p{Cc}\p{Cs}]+/gu, " ")
    .trim()
    .slice(0, 200);
}
