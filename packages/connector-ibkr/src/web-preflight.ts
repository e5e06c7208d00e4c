import { createHash } from "node:crypto";
import { isJsonObject, wait } from "@fillbook/connector-kit";
import { type Clock, ImportError, type Json, type Logger } from "@fillbook/core";
import type { SharedState } from "@fillbook/core/connector";
import { z } from "zod";
import type { WebSign } from "./web-answer.ts";
import { mayTakeOver, noteOpening } from "./web-brokerage.ts";
import type { WebClient } from "./web-client.ts";
import { makeToken, useKeptToken } from "./web-login.ts";
import { changeRecord } from "./web-session-record.ts";
import type { WebSettings } from "./web-settings.ts";

/** A run's way to a session that answers. */
export interface WebSessionRun {
  readonly client: WebClient;
  readonly settings: WebSettings;
  readonly state: SharedState;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly logger: Logger;
  /** How often this run has opened the brokerage session, and logged in. */
  inits: number;
  logins: number;
}

/** Where a session stands (IBKR Campus, Web API, read 2026-05-27; all of it is HTTP 200). */
type WebSessionStatus = "ready" | "starting" | "no-brokerage" | "competing" | "logged-out";

const statusSchema = z.object({
  authenticated: z.boolean(),
  /** Absent on older backends. */
  established: z.boolean().nullish(),
  competing: z.boolean().nullish(),
  connected: z.boolean().nullish(),
});

/** Reads the answer of /iserver/auth/status, and of /tickle within; null for what is neither. */
export function webSessionStatus(value: Json): WebSessionStatus | null {
  const read = statusSchema.safeParse(value);
  if (!read.success) return null;
  const { authenticated, established, competing, connected } = read.data;
  if (competing === true) return "competing";
  if (authenticated) return established === false || connected === false ? "starting" : "ready";
  return connected === true ? "no-brokerage" : "logged-out";
}

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
  if (run.client.access.consumer !== null && run.logins === 0) await useKeptToken(run);
  let startingMs = 0;
  for (let step = 0; step < STEPS_MAX; step += 1) {
    const status = await askStatus(run);
    run.logger.debug({ status }, "ibkr client portal: session");
    if (status === "ready") return;
    if (status === "starting") startingMs += STEP_MS;
    if (startingMs > STARTING_MAX_MS) break;
    if (status === "starting") await wait(run.clock, STEP_MS, run.signal);
    if (status === "logged-out") await logIn(run);
    if (status === "moved") await moveOn(run);
    if (status === "no-brokerage") await openBrokerage(run, { compete: false });
    if (status === "competing") await compete(run);
  }
  throw new ImportError("BROKER_UNAVAILABLE", "IBKR Client Portal: the brokerage session does not get ready");
}

async function askStatus(run: WebSessionRun): Promise<WebSessionStatus | "moved"> {
  const tickle = await run.client.call({ method: "POST", path: "/tickle" });
  if (tickle.kind === "sign") return ofSign(tickle.sign);
  await noteTickle(run, tickle.value);
  const iserver = isJsonObject(tickle.value) ? (tickle.value.iserver ?? null) : null;
  const told = isJsonObject(iserver) ? webSessionStatus(iserver.authStatus ?? null) : null;
  if (told !== null) return afterLogin(run, told);
  const status = await run.client.call({ method: "POST", path: "/iserver/auth/status" });
  if (status.kind === "sign") return ofSign(status.sign);
  return afterLogin(run, webSessionStatus(status.value) ?? "logged-out");
}

/** With a token made just now only the brokerage session can be missing, whatever `connected` says. */
function afterLogin({ logins }: WebSessionRun, status: WebSessionStatus): WebSessionStatus {
  return status === "logged-out" && logins > 0 ? "no-brokerage" : status;
}

function ofSign(sign: WebSign): WebSessionStatus | "moved" {
  if (sign === "moved") return "moved";
  return sign === "logged-out" ? "logged-out" : "no-brokerage";
}

async function logIn(run: WebSessionRun): Promise<void> {
  const { consumer, ownKey } = run.client.access;
  const { clock, state } = run;
  if (consumer === null) {
    const why = "log in at the Client Portal Gateway in a browser, then reconnect";
    await changeRecord(state, ownKey, (record) => ({ ...record, primedFor: null, ended: { atMs: clock.now(), why } }));
    throw new ImportError("CREDENTIALS_INVALID", `IBKR Client Portal: the session has ended: ${why}`);
  }
  if (run.logins > 0) {
    const why = "IBKR refuses a live session token that it has just given";
    await changeRecord(state, ownKey, (record) => ({ ...record, primedFor: null, ended: { atMs: clock.now(), why } }));
    throw new ImportError("CREDENTIALS_INVALID", `IBKR OAuth: ${why}: check the keys and the machine's clock`);
  }
  run.logins += 1;
  const expiresAtMs = await makeToken(run);
  const opened = { session: null, openedAtMs: clock.now(), openedBy: "connector", expiresAtMs } as const;
  await changeRecord(state, ownKey, (record) => ({ ...record, ...opened, primedFor: null, ended: null }));
}

async function moveOn(run: WebSessionRun): Promise<void> {
  if (!run.client.nextPlace())
    throw new ImportError("BROKER_UNAVAILABLE", "IBKR Client Portal: every host says 410 Gone");
  await makeToken(run);
}

async function openBrokerage(run: WebSessionRun, { compete: competes }: { readonly compete: boolean }): Promise<void> {
  const { client, clock, state } = run;
  if (run.inits >= INITS_MAX) {
    throw new ImportError("BROKER_UNAVAILABLE", "IBKR Client Portal: the brokerage session does not open");
  }
  run.inits += 1;
  const body = JSON.stringify({ publish: true, compete: competes });
  // Before the call: when its answer is lost, the session may be a new one all the same.
  await noteOpening(state, client.access.key);
  await client.call({ method: "POST", path: "/iserver/auth/ssodh/init", body });
  await changeRecord(state, client.access.ownKey, (record) => ({ ...record, brokerageAtMs: clock.now() }));
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

/** A session under another name is a new one: its first list of trades may be empty. */
async function noteTickle({ client, clock, state }: WebSessionRun, value: Json): Promise<void> {
  if (!isJsonObject(value)) return;
  const { session: name, ssoExpires } = value;
  const nowMs = clock.now();
  const session = typeof name === "string" ? createHash("sha256").update(name).digest("hex").slice(0, 16) : null;
  const expiresAtMs = typeof ssoExpires === "number" ? nowMs + Math.max(0, Math.floor(ssoExpires)) : null;
  const openedBy = client.access.consumer === null ? "person" : "connector";
  await changeRecord(state, client.access.ownKey, (record) => {
    const known = session === null || record.session === session;
    const kept = { ...record, lastTickleAtMs: nowMs, expiresAtMs: expiresAtMs ?? record.expiresAtMs };
    return known ? kept : { ...kept, session, openedAtMs: nowMs, openedBy, primedFor: null, ended: null };
  });
}
