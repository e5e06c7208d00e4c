import { ImportError } from "@fillbook/core";
import { makeToken } from "./web-login.ts";
import { changeRecord } from "./web-session-record.ts";
import type { WebSessionRun } from "./web-session-run.ts";

/** What said that nobody is logged in: a refusal, or a page, which IBKR's hosts show in a maintenance as well. */
export type LoggedOut = "logged-out" | "login-page";

/**
 * Logs in again with the keys, once.
 *
 * @throws ImportError `CREDENTIALS_INVALID` at a gateway, where a person must log in, and for keys whose new token is refused.
 */
export async function logIn(run: WebSessionRun, by: LoggedOut): Promise<void> {
  if (run.client.access.consumer === null) {
    const why = "log in at the Client Portal Gateway in a browser, then reconnect";
    await noteEnd(run, why);
    throw new ImportError("CREDENTIALS_INVALID", `IBKR Client Portal: the session has ended: ${why}`);
  }
  if (run.logins > 0) {
    if (by === "login-page") throw unavailable("answers with a page to log in although the token is new");
    const why = "IBKR refuses a live session token that it has just given";
    await noteEnd(run, why);
    throw new ImportError("CREDENTIALS_INVALID", `IBKR OAuth: ${why}: check the keys and the machine's clock`);
  }
  run.logins += 1;
  await renewToken(run);
}

/**
 * Asks the next host, with a new token made there: a 410 says that the session lives elsewhere, and nothing of the keys. The
 * last host gets a new token once, and is then left for another run.
 *
 * @throws ImportError `BROKER_UNAVAILABLE` when every host was tried.
 */
export async function moveOn(run: WebSessionRun): Promise<void> {
  const { client, logger } = run;
  run.moves += 1;
  if (run.moves > client.access.places.length) throw unavailable("says 410 Gone at every host");
  const isElsewhere = client.nextPlace();
  logger.info({ moves: run.moves, isElsewhere }, "ibkr client portal: 410, going on with a new token");
  // What is refused at this host has not been tried before.
  run.logins = 0;
  await renewToken(run);
}

async function renewToken(run: WebSessionRun): Promise<void> {
  const { client, state, clock } = run;
  const expiresAtMs = await makeToken(run);
  run.hasOwnToken = true;
  const opened = { session: null, openedAtMs: clock.now(), openedBy: "connector", expiresAtMs } as const;
  await changeRecord(state, client.access.ownKey, (record) => ({ ...record, ...opened, primedFor: null, ended: null }));
}

async function noteEnd({ client, state, clock }: WebSessionRun, why: string): Promise<void> {
  const ended = { atMs: clock.now(), why };
  await changeRecord(state, client.access.ownKey, (record) => ({ ...record, primedFor: null, ended }));
}

function unavailable(what: string): ImportError {
  return new ImportError("BROKER_UNAVAILABLE", `IBKR Client Portal ${what}`);
}
