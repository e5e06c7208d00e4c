import { createHash } from "node:crypto";
import { isJsonObject } from "@fillbook/connector-kit";
import { type ImportError, isImportError, type Json } from "@fillbook/core";
import { z } from "zod";
import type { WebReply, WebSign } from "./web-answer.ts";
import type { WebCall } from "./web-client.ts";
import { changeRecord } from "./web-session-record.ts";
import type { WebSessionRun } from "./web-session-run.ts";

/** Where a session stands (IBKR Campus, Web API, read 2026-05-27; all of it is HTTP 200). */
type WebSessionStatus = "ready" | "starting" | "no-brokerage" | "competing" | "logged-out";

/** What the answers about a session come to. */
export type SeenStatus = WebSessionStatus | "login-page" | "moved";

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

/** Keeps the session alive by a tickle, and reads where it stands; where no answer says so, the login is asked for. */
export async function seenStatus(run: WebSessionRun): Promise<SeenStatus> {
  const tickle = await run.client.call({ method: "POST", path: "/tickle" });
  if (tickle.kind === "ok") await noteTickle(run, tickle.value);
  const ticked = tickle.kind === "ok" ? afterLogin(run, statusWithin(tickle.value)) : statusOfSign(tickle.sign);
  if (ticked !== null) return ticked;
  const reply = await run.client.call({ method: "POST", path: "/iserver/auth/status" });
  const status = reply.kind === "ok" ? afterLogin(run, webSessionStatus(reply.value)) : statusOfSign(reply.sign);
  return status ?? (await provenStatus(run));
}

/** What a sign says of the session; null for silence. */
export function statusOfSign(sign: WebSign): SeenStatus | null {
  if (sign === "empty") return null;
  return sign === "no-bridge" || sign === "accounts-first" ? "no-brokerage" : sign;
}

function statusWithin(tickle: Json): WebSessionStatus | null {
  const iserver = isJsonObject(tickle) ? (tickle.iserver ?? null) : null;
  return isJsonObject(iserver) ? webSessionStatus(iserver.authStatus ?? null) : null;
}

/** With a token made just now only the brokerage session can be missing, whatever `connected` says. */
function afterLogin({ hasOwnToken }: WebSessionRun, status: WebSessionStatus | null): WebSessionStatus | null {
  return status === "logged-out" && hasOwnToken ? "no-brokerage" : status;
}

const ACCOUNTS: WebCall = { method: "GET", path: "/iserver/accounts", answer: "accounts" };
/** Of gateways alone. */
const LOGIN: WebCall = { method: "GET", path: "/sso/validate" };

/**
 * Whether the login still lives, by what answers 401 without one. After a login has ended, /tickle, /iserver/auth/status and
 * ssodh/init may all be HTTP 200 with nothing in it, just as when another session took the bridge. Asked once a run; where
 * nothing says otherwise, only the brokerage session is missing.
 */
export async function provenStatus(run: WebSessionRun): Promise<SeenStatus> {
  if (run.hasProvedLogin) return "no-brokerage";
  run.hasProvedLogin = true;
  const accounts = await replyOf(run, ACCOUNTS);
  if (accounts?.kind === "ok" && isJsonObject(accounts.value) && Array.isArray(accounts.value.accounts)) return "ready";
  const told = accounts?.kind === "sign" ? statusOfSign(accounts.sign) : null;
  if (told !== null || run.client.access.consumer !== null) return told ?? "no-brokerage";
  const login = await replyOf(run, LOGIN);
  if (login?.kind === "sign") return statusOfSign(login.sign) ?? "no-brokerage";
  return isJsonObject(login?.value) && login.value.RESULT === false ? "logged-out" : "no-brokerage";
}

/** Answers that say nothing of the login: another path may. */
const UNSAID: ReadonlySet<ImportError["code"]> = new Set([
  "BROKER_ERROR",
  "BROKER_UNAVAILABLE",
  "PROTOCOL",
  "RESPONSE_TOO_LARGE",
]);

async function replyOf({ client, logger }: WebSessionRun, call: WebCall): Promise<WebReply | null> {
  try {
    return await client.call(call);
  } catch (error) {
    if (!isImportError(error) || !UNSAID.has(error.code)) throw error;
    logger.info({ path: call.path, code: error.code }, "ibkr client portal: no word of the login");
    return null;
  }
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
