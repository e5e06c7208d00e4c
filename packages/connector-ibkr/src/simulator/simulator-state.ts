import { machineClock, type SimulatorClock } from "./clock.ts";
import { createFaultPlan, type FaultPlan } from "./fault-plan.ts";
import { createFillBook, type FillBook } from "./fill-book.ts";
import { type FlexQuery, flexQuery } from "./flex-query.ts";
import type { FlexRange } from "./flex-range.ts";
import { type FlexToken, flexToken } from "./flex-token.ts";
import type { IbkrSimulatorOptions, SimulatedAccount } from "./ibkr-simulator.ts";
import { createRequestLimit, type RequestLimit } from "./request-limit.ts";
import { createRequestLog, type RequestLog } from "./request-log.ts";

/** A statement that was asked for: what it is of, and how much of the book there was. */
export interface FlexReference {
  readonly query: FlexQuery;
  readonly range: FlexRange;
  readonly requestedMs: number;
  readonly entriesCount: number;
}

/** A token and what the service remembers of its use. */
export interface TokenHolder {
  readonly token: FlexToken;
  readonly limit: RequestLimit;
  failuresInRow: number;
  lockedUntilMs: number;
  replaced: boolean;
}

/** All that a running simulator knows. */
export interface SimulatorState {
  readonly clock: SimulatorClock;
  readonly options: Required<Pick<IbkrSimulatorOptions, "limits" | "failuresMax" | "lockMs" | "statementUrl">> &
    Required<Pick<IbkrSimulatorOptions, "generationMs" | "confirmDelayMs">>;
  readonly accounts: readonly [SimulatedAccount, ...SimulatedAccount[]];
  readonly book: FillBook;
  readonly holders: TokenHolder[];
  readonly queries: readonly FlexQuery[];
  readonly references: Map<string, FlexReference>;
  readonly faults: FaultPlan;
  readonly log: RequestLog;
  /** Aborted by `close()`: ends every wait. */
  readonly closing: AbortController;
}

/** The live text of 2012 to 2026. */
const STATEMENT_URL = "https://gdcdyn.interactivebrokers.com/AccountManagement/FlexWebService/GetStatement";

/** The state of a simulator that nobody has called yet. Throws when two queries or two tokens are the same. */
export function createSimulatorState(options: IbkrSimulatorOptions): SimulatorState {
  const { clock = machineClock, tokens = [{}], queries = [{ type: "AF" }, { type: "TCF" }], entries = [] } = options;
  const { limits = true, failuresMax = 25, lockMs = 4 * 3_600_000, statementUrl = STATEMENT_URL } = options;
  const { generationMs = 0, confirmDelayMs = 450_000 } = options;
  const accounts = accountsOf(options);
  const book = createFillBook({ now: () => clock.now(), accountId: accounts[0].accountId });
  book.addEntries(entries);
  const holders = tokens.map((token, index) => tokenHolder(flexToken(token, index)));
  if (holders.length === 0) throw new Error("a simulator needs at least one token");
  const whole = queries.map(flexQuery);
  refuseTwins(whole.map(({ id }) => `query ${id}`));
  refuseTwins(
    holders.map((_, index) => `token ${holders.findIndex((one) => one.token.token === holders[index]?.token.token)}`),
  );
  return {
    clock,
    options: { limits, failuresMax, lockMs, statementUrl, generationMs, confirmDelayMs },
    accounts,
    book,
    holders,
    queries: whole,
    references: new Map(),
    faults: createFaultPlan(),
    log: createRequestLog(),
    closing: new AbortController(),
  };
}

/** A token that nobody has used yet. */
export function tokenHolder(token: FlexToken): TokenHolder {
  return { token, limit: createRequestLimit(), failuresInRow: 0, lockedUntilMs: 0, replaced: false };
}

function accountsOf({ accounts = [] }: IbkrSimulatorOptions): SimulatorState["accounts"] {
  const [first, ...rest] = accounts.map((account) => ({ alias: "", model: "", baseCurrency: "USD", ...account }));
  return [first ?? { accountId: "U1234567", alias: "", model: "", baseCurrency: "USD" }, ...rest];
}

function refuseTwins(names: readonly string[]): void {
  const twin = names.find((name, index) => names.indexOf(name) < index);
  if (twin !== undefined) throw new Error(`the simulator has ${twin} twice`);
}
