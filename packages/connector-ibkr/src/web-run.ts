import { type Clock, ImportError, isImportError, type Logger } from "@fillbook/core";
import type { SharedState } from "@fillbook/core/connector";
import { ibkrLease, type Lease } from "./ibkr-lease.ts";
import { webAccess } from "./web-access.ts";
import { type WebCall, webClient } from "./web-client.ts";
import type { WebSessionRun } from "./web-preflight.ts";
import { readWebCredentials, type WebCredentials, type WebSettings } from "./web-settings.ts";
import type { WebTransport } from "./web-transport.ts";
import { resetLeftMs } from "./web-windows.ts";

/** What a run or a check brings along. */
export interface WebRequest {
  readonly userId: string;
  readonly credentials: WebCredentials;
  readonly settings: WebSettings;
  readonly state: SharedState;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly logger: Logger;
  /** Who holds the session meanwhile. */
  readonly holder: string;
}

const LEASE_WAIT_MAX_MS = 600_000;

/**
 * Does something with a session that nobody else uses meanwhile: the selected account belongs to the session, so
 * "select, then read" must not be mixed with another connection's.
 *
 * @throws ImportError `MAINTENANCE` for what fails because IBKR resets its systems.
 */
export async function withSession<Result>(
  transport: WebTransport,
  request: WebRequest,
  work: (run: WebSessionRun) => Promise<Result>,
): Promise<Result> {
  const { userId, settings, state, clock, signal, logger } = request;
  const credentials = readWebCredentials(request.credentials);
  const access = await webAccess(transport.policy, { userId, credentials, settings, signal });
  const lease = leaseOf(transport, request, access.key);
  const caller = webClient(transport, { access, state, clock, signal, logger });
  // Renewed on the way: a run may wait longer than the lease lasts.
  const call = async (wanted: WebCall) => {
    await lease.hold();
    return caller.call(wanted);
  };
  const client = { ...caller, call };
  try {
    await lease.hold();
    return await work({ client, settings, state, clock, signal, logger, inits: 0, logins: 0 });
  } catch (error) {
    throw inWindow(transport, request, error);
  } finally {
    await lease.release();
  }
}

function leaseOf({ policy }: WebTransport, { state, clock, signal, holder }: WebRequest, key: string): Lease {
  return ibkrLease({
    ...{ stateKey: `web:lease:${key}`, holder, state, clock, signal, random: policy.random },
    waitMaxMs: LEASE_WAIT_MAX_MS,
    busy: "another run reads another account on this session, one at a time",
  });
}

/** What a reset looks like from outside; while it lasts it cannot be told from the real thing. */
const RESET_CODES: ReadonlySet<string> = new Set([
  ...["BROKER_ERROR", "BROKER_UNAVAILABLE", "CREDENTIALS_INVALID", "LOCKED_OUT", "NETWORK", "PROTOCOL", "TIMEOUT"],
]);

function inWindow({ policy }: WebTransport, { settings, clock }: WebRequest, error: unknown): unknown {
  if (!isImportError(error) || !RESET_CODES.has(error.code)) return error;
  const leftMs = resetLeftMs(policy.resetWindows[settings.region], clock.now());
  if (leftMs === 0) return error;
  const message = `IBKR resets its systems at this time (${error.code}: ${error.message})`;
  return new ImportError("MAINTENANCE", message, { retryAfterMs: leftMs, cause: error });
}
