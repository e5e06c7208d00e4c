import { isJsonObject } from "@fillbook/connector-kit";
import { ImportError, type Instant, type Json } from "@fillbook/core";
import { z } from "zod";
import type { WebSign } from "./web-answer.ts";
import { brokerageOpens } from "./web-brokerage.ts";
import type { WebCall } from "./web-client.ts";
import { readySession, repair, unlessLoggedOut } from "./web-preflight.ts";
import { changeRecord, readRecord, recordKey } from "./web-session-record.ts";
import type { WebSessionRun } from "./web-session-run.ts";

/** What /iserver/accounts says. */
export interface WebAccounts {
  readonly accounts: readonly string[];
  /** Alias by account, for those that have one. */
  readonly aliases: ReadonlyMap<string, string>;
  readonly selected: string | null;
  readonly isPaper: boolean | null;
}

/** The list of trades of one account. */
export interface WebTrades {
  readonly rows: readonly Json[];
  /** When IBKR gave the list. */
  readonly reportedAt: Instant | null;
  readonly accounts: WebAccounts;
  /** Rows of other accounts, which were left out. */
  readonly foreign: number;
}

const accountsSchema = z.object({
  accounts: z.array(z.string().min(1).max(100)).min(1).max(10_000),
  /** Read for the accounts above alone: there may be any number. */
  aliases: z.unknown().optional(),
  selectedAccount: z.string().nullish(),
  isPaper: z.boolean().nullish(),
});

type Asked<Value> = { readonly value: Value } | { readonly sign: WebSign };

const REPAIRS_MAX = 7;
const SWITCHED_MAX = 3;

/**
 * Reads the accounts, in a session that is ready or is made so.
 *
 * @throws ImportError, as {@link readySession}.
 */
export function readWebAccounts(run: WebSessionRun): Promise<WebAccounts> {
  return healed(run, async () => askAccounts(run));
}

/**
 * Reads seven days of one account: the accounts first, then its selection where another one is selected, then one call.
 * The selection belongs to the session and not to us, so each row must name the account.
 *
 * An empty list counts only when the session has shown that it can fill one: the first call of a session answers `[]`
 * whatever there is, and then there is a second.
 */
export async function readWebTrades(run: WebSessionRun, account: string): Promise<WebTrades> {
  for (let switched = 0; switched < SWITCHED_MAX; switched += 1) {
    const read = await healed(run, () => askTrades(run, account));
    const foreign = foreignNames(account, read.accounts);
    const own = read.rows.filter((row) => !isForeign(row, account, foreign));
    if (own.length > 0 || read.rows.length === 0) return { ...read, rows: own, foreign: read.rows.length - own.length };
    run.logger.warn({ rows: read.rows.length }, "ibkr client portal: the list is of another account");
  }
  const message = "IBKR Client Portal: another program on this session keeps selecting another account";
  throw new ImportError("BROKER_UNAVAILABLE", message, { retryAfterMs: 900_000 });
}

async function healed<Value>(run: WebSessionRun, ask: () => Promise<Asked<Value>>): Promise<Value> {
  await readySession(run);
  const repairs = { rounds: 0, refusals: 0 };
  for (;;) {
    const asked = await ask();
    if ("value" in asked) return asked.value;
    if (repairs.rounds >= REPAIRS_MAX) throw await unlessLoggedOut(run, `${UNANSWERED} (${asked.sign})`);
    run.logger.info({ sign: asked.sign, round: repairs.rounds }, "ibkr client portal: repairing the session");
    await repair(run, asked.sign, repairs);
  }
}

const UNANSWERED = "/iserver does not answer although the session is ready";

async function askAccounts({ client }: WebSessionRun): Promise<Asked<WebAccounts>> {
  const reply = await client.call({ method: "GET", path: "/iserver/accounts", answer: "accounts" });
  if (reply.kind === "sign") return reply;
  // After a restart of the gateway the answer is `{}` for a while.
  if (isJsonObject(reply.value) && reply.value.accounts === undefined) return { sign: "no-bridge" };
  const read = accountsSchema.safeParse(reply.value);
  if (!read.success) throw new ImportError("PROTOCOL", "the answer of GET /iserver/accounts is not as documented");
  const { accounts, aliases, selectedAccount, isPaper } = read.data;
  return {
    value: {
      accounts,
      aliases: aliasesOf(accounts, aliases),
      selected: selectedAccount ?? null,
      isPaper: isPaper ?? null,
    },
  };
}

function aliasesOf(accounts: readonly string[], aliases: unknown): ReadonlyMap<string, string> {
  const known = isJsonObject(aliases) ? aliases : {};
  return new Map(
    accounts.flatMap((account) => {
      const alias = Object.hasOwn(known, account) ? known[account] : null;
      return typeof alias === "string" && alias !== "" ? [[account, alias] as const] : [];
    }),
  );
}

async function askTrades(run: WebSessionRun, account: string): Promise<Asked<Omit<WebTrades, "foreign">>> {
  const asked = await askAccounts(run);
  if (!("value" in asked)) return asked;
  const accounts = asked.value;
  if (!accounts.accounts.includes(account)) throw mismatch(account, accounts.accounts);
  if (accounts.selected !== account) {
    const selected = await run.client.call(selection(account));
    if (selected.kind === "sign") return selected;
  }
  for (;;) {
    const reply = await run.client.call(TRADES);
    if (reply.kind === "sign") return reply;
    const rows = rowsOf(reply.value);
    if ((await prime(run, rows.length > 0)) || rows.length > 0) {
      return { value: { rows, accounts, reportedAt: reply.reportedAt } };
    }
    run.logger.info({}, "ibkr client portal: the first list of a session is empty; asking again");
  }
}

/** Always seven, the most there is; more or fewer days than asked for have been seen to come. */
const TRADES: WebCall = { method: "GET", path: "/iserver/account/trades", parameters: { days: "7" }, answer: "rows" };

function selection(account: string): WebCall {
  return { method: "POST", path: "/iserver/account", body: JSON.stringify({ acctId: account }) };
}

/** Notes that the session's list was asked for; answers whether that had happened before. */
async function prime({ state, client }: WebSessionRun, filled: boolean): Promise<boolean> {
  const { key, ownKey } = client.access;
  // Whoever opened the brokerage session again made its list start out empty, for others who use it as well.
  const opens = await brokerageOpens(state, key);
  const before = readRecord((await state.read(recordKey(ownKey)))?.value ?? null).primedFor === opens;
  if (!before) await changeRecord(state, ownKey, (record) => ({ ...record, primedFor: opens }));
  return before || filled;
}

function rowsOf(value: Json): readonly Json[] {
  if (Array.isArray(value)) return value;
  throw new ImportError("PROTOCOL", "the answer of GET /iserver/account/trades is not a list");
}

/** What rows of the session's other accounts may call them. */
function foreignNames(account: string, { accounts, aliases }: WebAccounts): ReadonlySet<string> {
  const others = accounts.filter((other) => other !== account);
  return new Set(others.flatMap((other) => [other, aliases.get(other) ?? other]));
}

/** True for a row that names another account of the session. What names none, or nonsense, is for `normalize` to refuse. */
function isForeign(row: Json, account: string, foreign: ReadonlySet<string>): boolean {
  if (!isJsonObject(row)) return false;
  const code = row.accountCode ?? row.account;
  return code !== account && typeof code === "string" && foreign.has(code);
}

function mismatch(account: string, accounts: readonly string[]): ImportError {
  const message = `IBKR Client Portal: this login does not open account ${account}, but ${accounts.length} other(s)`;
  return new ImportError("ACCOUNT_MISMATCH", message);
}
