import { retry } from "@fillbook/connector-kit";
import { type Clock, ImportError, isImportError, type Logger } from "@fillbook/core";
import type { SharedState } from "@fillbook/core/connector";
import { ibkrLease, type Lease } from "./ibkr-lease.ts";
import { twsError } from "./tws-codes.ts";
import type { TwsListener } from "./tws-hearing.ts";
import { twsLibrary } from "./tws-library.ts";
import { openTwsLine, type TwsLine, twsLimit } from "./tws-line.ts";
import { type ReadTwsPolicy, twsPlace } from "./tws-policy.ts";
import type { TwsSettings } from "./tws-settings.ts";

/** What a run or a check brings along. */
export interface TwsRequest {
  /** Whose connection it is. */
  readonly userId: string;
  readonly settings: TwsSettings;
  readonly state: SharedState;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly logger: Logger;
  /** Who has the client id meanwhile. */
  readonly holder: string;
  readonly listener: TwsListener;
}

/** The accounts that a gateway opens, after the first of its messages. */
export type TwsWork<Result> = (line: TwsLine, accounts: readonly string[]) => Promise<Result>;

/**
 * Does something on a line of its own, which is closed in every case. TWS lets a client id in once, so connections that
 * share one take turns; a line that breaks is opened again a few times.
 *
 * @throws ImportError `FEATURE_UNAVAILABLE` without the library, `OPTION_INVALID` for a gateway that the policy does not
 * allow this owner, `ACCOUNT_MISMATCH` for paper instead of live, `TIMEOUT`, `NETWORK`, `LOCKED_OUT` for a client id in use.
 */
export async function withTwsLine<Result>(
  policy: ReadTwsPolicy,
  request: TwsRequest,
  work: TwsWork<Result>,
): Promise<Result> {
  const { host, port } = await twsPlace(policy, request);
  const place = `${host}:${port}`;
  const library = await twsLibrary();
  const lease = leaseOf(policy, request, place);
  const { clock, signal, logger, listener, settings } = request;
  const { clientId } = settings;
  const attempt = async (): Promise<Result> => {
    await lease.hold();
    const line = openTwsLine({ library, host, port, clientId, listener, signal, logger });
    try {
      return await work(line, await openedAccounts(line, policy, settings));
    } finally {
      line.close();
    }
  };
  const onRetry = ({ error }: { readonly error: ImportError }) =>
    logger.info({ place, code: error.code }, "ibkr tws: opening the line again");
  try {
    const tried = await retry(() => tryOnce(attempt), {
      ...{ policy: policy.retries, clock, signal, random: policy.random, onRetry },
    });
    if ("error" in tried) throw tried.error;
    return tried.result;
  } finally {
    await lease.release();
  }
}

const LEASE_WAIT_MAX_MS = 300_000;

function leaseOf({ random }: ReadTwsPolicy, request: TwsRequest, place: string): Lease {
  const { state, clock, signal, holder, settings } = request;
  return ibkrLease({
    ...{ stateKey: `tws:lease:${place}:${settings.clientId}`, holder, state, clock, signal, random },
    waitMaxMs: LEASE_WAIT_MAX_MS,
    busy: "another run uses this client id at this gateway, one at a time",
  });
}

type Tried<Result> = { readonly result: Result } | { readonly error: ImportError };

/** Only what another line may mend is thrown, and so tried again: who hangs once is not waited for again. */
async function tryOnce<Result>(attempt: () => Promise<Result>): Promise<Tried<Result>> {
  try {
    return { result: await attempt() };
  } catch (error) {
    if (!isImportError(error) || error.code === "NETWORK" || error.code === "LOCKED_OUT") throw error;
    return { error };
  }
}

async function openedAccounts(line: TwsLine, { timeouts }: ReadTwsPolicy, settings: TwsSettings) {
  const { connectMs } = timeouts;
  const isOpen = await line.until(({ ready, accounts }) => ready && accounts !== null, twsLimit(connectMs));
  const { accounts } = line.facts;
  if (!isOpen || accounts === null) {
    throw twsError("TIMEOUT", { place: line.place, what: `did not say in ${connectMs} ms which accounts it opens` });
  }
  const kinds = new Set(accounts.map((account) => (isPaperAccount(account) ? "paper" : "live")));
  if (kinds.has(settings.trading)) return accounts;
  const [found = "no"] = kinds;
  const message = `TWS at ${line.place} is logged in to ${found} accounts; the connection's setting trading is "${settings.trading}"`;
  throw new ImportError("ACCOUNT_MISMATCH", message);
}

/** Paper accounts begin with D, as in DU1234567; live ones never do. */
function isPaperAccount(account: string): boolean {
  return /^D[A-Z]/.test(account);
}
