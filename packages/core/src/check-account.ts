import type { Clock } from "./clock.ts";
import type { AnyConnector } from "./connector-contract.ts";
import type { CredentialAccess, CredentialOwner } from "./credential-access.ts";
import { ImportError, toImportError } from "./import-error.ts";
import type { Json } from "./json.ts";
import type { Logger } from "./logger.ts";
import { checked, sharedState } from "./open-pages.ts";
import { safeParse } from "./safe-parse.ts";
import type { BookStore } from "./store-contract.ts";
import { untilAborted } from "./until-aborted.ts";

export interface CheckParts {
  readonly store: BookStore;
  readonly access: CredentialAccess;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly signal: AbortSignal;
}

/** Proves credentials by one live call; answers with the account they open and what the store keeps of them. */
export async function checkAccount(
  { store, access, clock, logger, signal }: CheckParts,
  request: {
    readonly of: CredentialOwner;
    readonly connector: AnyConnector;
    readonly settings: Json;
    /** As the person gave them. */
    readonly credentials: unknown;
    /** The account that they must open; without one, the account that they open first. */
    readonly accountRef: string | undefined;
  },
): Promise<{ readonly accountRef: string; readonly sealed: Json | null }> {
  const { of, connector, settings } = request;
  const asked = await untilAborted(() => access.ask(of, request.credentials), signal);
  const credentials = checked("CREDENTIALS_MALFORMED", "credentials", safeParse(connector.credentials, asked));
  const state = sharedState(store, connector.broker);
  const result = await checkLive(() =>
    connector.check({ userId: of.userId, credentials, settings, signal, clock, state }),
  );
  const accountRef = openedAccount(result, request.accountRef);
  const { warnings } = result;
  if (warnings.length > 0) logger.warn({ connectionId: of.id, warnings }, "the broker's answer holds warnings");
  return { accountRef, sealed: await access.seal(of, asked) };
}

function openedAccount(
  { accountRef, accounts }: { readonly accountRef: string; readonly accounts: readonly string[] },
  wanted: string | undefined,
): string {
  if (wanted === undefined || wanted === accountRef || accounts.includes(wanted)) return wanted ?? accountRef;
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
