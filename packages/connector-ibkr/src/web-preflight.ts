import { wait } from "@fillbook/connector-kit";
import { ImportError } from "@fillbook/core";
import type { WebSign } from "./web-answer.ts";
import { mayTakeOver, noteOpening } from "./web-brokerage.ts";
import { useKeptToken } from "./web-login.ts";
import { type LoggedOut, logIn, moveOn } from "./web-reauth.ts";
import { changeRecord } from "./web-session-record.ts";
import type { WebSessionRun } from "./web-session-run.ts";
import { provenStatus, type SeenStatus, seenStatus, statusOfSign } from "./web-status.ts";

const STEPS_MAX = 40;
const STARTING_MAX_MS = 60_000;
const STEP_MS = 2_000;
const INITS_MAX = 3;
const COMPETING_RETRY_MS = 900_000;

/**
 * Brings the session to where /iserver answers, and keeps it alive by a tickle.
 *
 * @throws ImportError `CREDENTIALS_INVALID` when a person must log in, `LOCKED_OUT` while another session competes,
 * `BROKER_UNAVAILABLE` when the brokerage session does not open.
 */
export async function readySession(run: WebSessionRun): Promise<void> {
  if (run.client.access.consumer !== null && !run.hasOwnToken) await useKeptToken(run);
  let startingMs = 0;
  for (let step = 0; step < STEPS_MAX && startingMs <= STARTING_MAX_MS; step += 1) {
    const status = await seenStatus(run);
    run.logger.debug({ status }, "ibkr client portal: session");
    if (status === "ready") return;
    if (status === "starting") {
      startingMs += STEP_MS;
      await wait(run.clock, STEP_MS, run.signal);
    } else await improve(run, status);
  }
  throw await unlessLoggedOut(run, "the brokerage session does not get ready");
}

/** What a status other than ready calls for. */
async function improve(run: WebSessionRun, status: Exclude<SeenStatus, "ready" | "starting">): Promise<void> {
  switch (status) {
    case "logged-out":
    case "login-page":
      return logIn(run, status);
    case "moved":
      // A gateway goes to one host, which it chooses itself.
      return run.client.access.consumer === null ? openBrokerage(run, { compete: false }) : moveOn(run);
    case "no-brokerage":
      return openBrokerage(run, { compete: false });
    case "competing":
      return compete(run);
  }
}

const BRIDGE_WAIT_MS = 1_000;

/** What was tried to make a call of /iserver succeed. */
export interface Repairs {
  rounds: number;
  /** Refusals of a session that says it is ready. */
  refusals: number;
}

/** Does what a call's sign asks for; then the call may be made again. */
export async function repair(run: WebSessionRun, sign: WebSign, repairs: Repairs): Promise<void> {
  const { rounds } = repairs;
  repairs.rounds += 1;
  if (sign === "accounts-first") return;
  if (sign === "logged-out" || sign === "login-page") {
    repairs.refusals += 1;
    // It was asked again after it had said that it is ready.
    if (repairs.refusals > 1) await logIn(run, sign);
  } else if (sign === "moved" && run.client.access.consumer !== null) await moveOn(run);
  // Right after a login the bridge is missing for a moment.
  else await wait(run.clock, BRIDGE_WAIT_MS * 2 ** Math.min(rounds, 3), run.signal);
  await readySession(run);
}

/** The error to give up with, unless it is the login that has ended without a word. */
export async function unlessLoggedOut(run: WebSessionRun, what: string): Promise<ImportError> {
  const status = await provenStatus(run);
  if (isLoggedOut(status)) await logIn(run, status);
  return new ImportError("BROKER_UNAVAILABLE", `IBKR Client Portal: ${what}`);
}

function isLoggedOut(status: SeenStatus | null): status is LoggedOut {
  return status === "logged-out" || status === "login-page";
}

async function openBrokerage(run: WebSessionRun, { compete: competes }: { readonly compete: boolean }): Promise<void> {
  const { client, clock, state } = run;
  if (run.inits >= INITS_MAX) throw await unlessLoggedOut(run, "the brokerage session does not open");
  run.inits += 1;
  const body = JSON.stringify({ publish: true, compete: competes });
  // Before the call: when its answer is lost, the session may be a new one all the same.
  await noteOpening(state, client.access.key);
  const reply = await client.call({ method: "POST", path: "/iserver/auth/ssodh/init", body });
  await changeRecord(state, client.access.ownKey, (record) => ({ ...record, brokerageAtMs: clock.now() }));
  const status = reply.kind === "sign" ? statusOfSign(reply.sign) : null;
  // What else the answer says is asked for again, by the next tickle.
  if (isLoggedOut(status)) await logIn(run, status);
  if (status === "moved" && client.access.consumer !== null) await moveOn(run);
}

async function compete(run: WebSessionRun): Promise<void> {
  const { client, clock, state, settings } = run;
  const nowMs = clock.now();
  const { key, ownKey } = client.access;
  const tookOver = settings.compete && (await mayTakeOver(state, key, nowMs));
  await changeRecord(state, ownKey, (record) => ({
    ...record,
    competing: [...record.competing, { atMs: nowMs, tookOver }],
  }));
  if (tookOver) return openBrokerage(run, { compete: true });
  const message =
    "IBKR Client Portal: another session of this user holds the brokerage session (TWS, mobile, another program): close " +
    "it, or give the import a user name of its own";
  throw new ImportError("LOCKED_OUT", message, { retryAfterMs: COMPETING_RETRY_MS });
}
