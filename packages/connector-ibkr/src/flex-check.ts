import { wait } from "@fillbook/connector-kit";
import { type Clock, ImportError, silentLogger } from "@fillbook/core";
import type { CheckResult, SharedState } from "@fillbook/core/connector";
import { type FlexClient, type FlexTransport, flexClient } from "./flex-client.ts";
import { emptyFlexCursor, type FlexCursor, newPending } from "./flex-cursor.ts";
import type { FlexEvent } from "./flex-event.ts";
import { type FlexCredentials, type FlexSettings, readFlexCredentials } from "./flex-settings.ts";
import { savedHead } from "./flex-windows.ts";

export interface FlexCheck {
  readonly credentials: FlexCredentials;
  readonly settings: FlexSettings;
  readonly signal: AbortSignal;
  readonly clock: Clock;
  readonly state: SharedState;
}

/**
 * Proves token and query with one request for a statement. The service names the account only in the statement itself:
 * where `accountId` is set it is taken at its word, and the first import refuses a statement of another account; where it
 * is not, the statement is waited for.
 *
 * @throws ImportError of IBKR's code; `BROKER_UNAVAILABLE` when no statement came that would name the account.
 */
export async function flexCheck(transport: FlexTransport, request: FlexCheck): Promise<CheckResult<FlexCursor>> {
  const { settings, state, clock, signal } = request;
  const { token } = readFlexCredentials(request.credentials);
  const client = flexClient(transport, { token, state, clock, signal, logger: silentLogger });
  const requestedAtMs = clock.now();
  const sent = await client.sendRequest({ queryId: settings.queryId, days: null });
  if (sent.kind === "refused") throw sent.error;
  const asked = sent.kind === "sent" ? sent : null;
  const { accountId } = settings;
  if (accountId !== undefined) {
    const warnings = asked === null ? [UNSEEN, NOT_YET] : [UNSEEN];
    return {
      ...result,
      accountRef: accountId,
      accounts: [accountId],
      warnings,
      ...begun(settings, asked, requestedAtMs),
    };
  }
  const accounts = asked === null ? [] : await accountsOf(transport, client, { sent: asked, request });
  const [accountRef] = accounts;
  if (accountRef === undefined) throw noAccount();
  const warnings = accounts.length > 1 ? [SEVERAL] : [];
  return { ...result, accountRef, accounts, warnings, ...begun(settings, asked, requestedAtMs) };
}

const result = { permissions: ["flex"], historyFrom: null } as const;

/** A statement in the making. */
interface SentRequest {
  readonly reference: string;
  readonly url: string | null;
}

/**
 * The first run reads the statement that the check had IBKR make, which makes few of them in a minute. With `override` the run
 * would have named other days.
 */
function begun(
  { queryId, period }: FlexSettings,
  sent: SentRequest | null,
  requestedAtMs: number,
): Pick<CheckResult<FlexCursor>, "cursor"> {
  if (sent === null || period !== "saved") return {};
  const pending = newPending({ ...sent, ask: savedHead, queryId, requestedAtMs });
  return { cursor: { ...emptyFlexCursor, pending } };
}

const UNSEEN = "the account was not looked up: the first import refuses a statement of another one";
const NOT_YET = "IBKR has no statement for the period of the query yet (1003)";
const SEVERAL = "the query has several accounts: each needs a connection of its own, with its accountId";

/** How long a check waits for a statement, in milliseconds. */
const PATIENCE_MS = 90_000;

async function accountsOf(
  { policy }: FlexTransport,
  client: FlexClient,
  { sent, request }: { readonly sent: SentRequest; readonly request: FlexCheck },
): Promise<readonly string[]> {
  const { clock, signal } = request;
  const startedMs = clock.now();
  for (let poll = 0; clock.now() - startedMs <= PATIENCE_MS; poll += 1) {
    await wait(clock, policy.pollMs[Math.min(poll, policy.pollMs.length - 1)] ?? 0, signal);
    const fetched = await client.getStatement(sent);
    if (fetched.kind === "statement") return accountsIn(fetched.events);
    if (fetched.kind === "refused") throw fetched.error;
    if (fetched.kind !== "pending") return [];
  }
  return [];
}

/** Of a consolidated statement, only the rows name the accounts. */
async function accountsIn(events: AsyncIterable<FlexEvent>): Promise<readonly string[]> {
  const accounts = new Set<string>();
  for await (const event of events) {
    if (event.kind === "statement") accounts.add(event.accountId?.trim() ?? "");
    if (event.kind === "rows") for (const { accountId = "" } of event.rows) accounts.add(accountId.trim());
  }
  return [...accounts].filter((account) => /^[\x21-\x7e]{2,100}$/.test(account));
}

function noAccount(): ImportError {
  const message =
    "token and query are good, but IBKR made no statement that would name the account: set accountId, or try later";
  return new ImportError("BROKER_UNAVAILABLE", message, { retryAfterMs: 900_000 });
}
