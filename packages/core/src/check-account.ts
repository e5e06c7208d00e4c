import type { Clock } from "./clock.ts";
import type { CheckResult } from "./connector-check.ts";
import type { AnyConnector } from "./connector-contract.ts";
import type { CredentialAccess, CredentialOwner } from "./credential-access.ts";
import { ImportError, toImportError } from "./import-error.ts";
import type { Json } from "./json.ts";
import type { Logger } from "./logger.ts";
import { checked, sharedState } from "./open-pages.ts";
import { safeParse } from "./safe-parse.ts";
import type { BookStore, IngestStore } from "./store-contract.ts";
import { untilAborted } from "./until-aborted.ts";

export interface CheckParts {
  readonly store: BookStore;
  readonly access: CredentialAccess;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly signal: AbortSignal;
}

/** Credentials as a person or the host's function gave them, and as the connector reads them. */
export interface GivenCredentials {
  readonly asked: unknown;
  readonly read: unknown;
}

/** @throws ImportError `CREDENTIALS_MALFORMED` of what the connector cannot read, or what the host's function threw. */
export async function givenCredentials(
  { access, signal }: CheckParts,
  { of, connector, given }: { of: CredentialOwner; connector: AnyConnector; given: unknown },
): Promise<GivenCredentials> {
  const asked = await untilAborted(() => access.ask(of, given), signal);
  return { asked, read: checked("CREDENTIALS_MALFORMED", "credentials", safeParse(connector.credentials, asked)) };
}

export interface AccountCheck {
  readonly of: CredentialOwner;
  readonly connector: AnyConnector;
  readonly settings: Json;
  /** As the connector's schema read them. */
  readonly credentials: unknown;
  /** The account that they must open; null takes the account that they open first. */
  readonly accountRef: string | null;
}

/** Proves credentials by one live call; answers with the account they open, and with what the check began to read. */
export async function checkAccount(
  { store, clock, logger, signal }: Pick<CheckParts, "clock" | "logger" | "signal"> & { readonly store: IngestStore },
  { of, connector, settings, credentials, accountRef }: AccountCheck,
): Promise<{ readonly accountRef: string; readonly cursor: Json }> {
  const state = sharedState(store, connector.broker);
  const result = await checkLive(() =>
    connector.check({ userId: of.userId, credentials, settings, signal, clock, state }),
  );
  const opened = openedAccount(result, accountRef);
  const { warnings, cursor = null } = result;
  if (warnings.length > 0) logger.warn({ connectionId: of.id, warnings }, "the broker's answer holds warnings");
  const begin = cursor === null ? null : checked("CURSOR_INVALID", "cursor", safeParse(connector.cursor, cursor));
  return { accountRef: opened, cursor: begin };
}

function openedAccount(
  { accountRef, accounts }: Pick<CheckResult, "accountRef" | "accounts">,
  wanted: string | null,
): string {
  if (wanted === null || wanted === accountRef || accounts.includes(wanted)) return wanted ?? accountRef;
  throw new ImportError(
    "ACCOUNT_MISMATCH",
    `the credentials do not open account ${wanted}; they open ${accounts.length} other account(s)`,
  );
}

// A foreign error may quote a token in its message: it stays the cause.
async function checkLive<Result>(check: () => Promise<Result>): Promise<Result> {
  try {
    return await check();
  } catch (error) {
    throw toImportError(error);
  }
}
