import { ImportError, instantFromUnixMs, type Json } from "@fillbook/core";
import type { AnyConnector, PullRequest } from "@fillbook/core/connector";
import { aCancel, anExecution, type ScriptedRecord, scripted } from "@fillbook/testkit";
import type { SeededRandom } from "../../src/simulator/seeded-random.ts";
import type { ModelAccount, ModelExecution } from "./fleet-model.ts";
import type { FleetWatch } from "./fleet-watch.ts";

/** What a desk answers instead of a page. */
export type DeskTrouble =
  | "maintenance"
  | "locked out"
  | "too many requests"
  | "unavailable"
  | "cut off"
  | "broken answer"
  | "no answer"
  | "foreign error"
  | "not for this account";

/** A broker of which no simulator is here: an account is a list of records that only grows. */
export interface DeskAccount extends ModelAccount {
  /** As the connector reads them: the cursor is how many were read. */
  readonly records: DeskRecord[];
  /** What the broker accepts now. */
  token: string;
  trouble: { readonly kind: DeskTrouble; afterRequests: number; times: number } | null;
  /** Records are written in a form that no connector of today reads. */
  isNewFormat: boolean;
  /** The host has the connector that reads it. */
  isUpgraded: boolean;
}

interface DeskRecord {
  readonly record: ScriptedRecord;
  readonly isNewFormat: boolean;
}

export function deskAccount(ref: string): DeskAccount {
  return {
    ...{ broker: "desk", ref, executions: new Map(), records: [], token: `${ref} 1`, trouble: null },
    ...{ isNewFormat: false, isUpgraded: false },
  };
}

/** One thing that happens at the broker: mostly a new fill, now and then a correction or a cancel of one. */
export function tradeAtDesk(account: DeskAccount, { random, nowMs }: { random: SeededRandom; nowMs: number }): string {
  const untouched = [...account.executions.values()].filter((one) => one.revision === 0 && !one.isCanceled);
  const kind = untouched.length === 0 ? 0 : random.below(12);
  if (kind === 1) {
    const one = random.pick(untouched);
    account.executions.set(one.id, { ...one, isCanceled: true });
    push(account, {
      kind: "cancel",
      cancel: aCancel({
        ...{ broker: "desk", account: account.ref, familyId: one.id, revision: 0 },
        source: { connector: "desk", authority: 1 },
      }),
    });
    return "an execution was canceled";
  }
  if (kind === 2 || kind === 3) {
    const one = random.pick(untouched);
    const corrected = { ...one, revision: 1, quantity: String(1 + random.below(90)), price: aPrice(random) };
    report(account, corrected, nowMs);
    return "an execution was corrected";
  }
  const number = account.executions.size + 1;
  const before = [...account.executions.values()].at(-1);
  const order = before === undefined || !random.oneIn(3) ? null : before;
  report(
    account,
    {
      ...{ id: `${account.ref}.E${number}`, orderId: order?.orderId ?? `${account.ref}.O${number}` },
      ...{ side: order?.side ?? random.pick(["buy", "sell"] as const), revision: 0, isCanceled: false },
      ...{ quantity: String(1 + random.below(90)), price: aPrice(random) },
    },
    nowMs,
  );
  return "an execution";
}

function aPrice(random: SeededRandom): string {
  return `${90 + random.below(20)}.${10 + random.below(90)}`;
}

function report(account: DeskAccount, one: ModelExecution, nowMs: number): void {
  account.executions.set(one.id, one);
  const { id, orderId, side, quantity, price, revision } = one;
  const execution = anExecution({
    ...{ broker: "desk", account: account.ref, familyId: id, executionId: `${id}.${revision}`, revision },
    ...{ executedAt: instantFromUnixMs(nowMs), side, quantity, price, order: { permanentId: orderId } },
    source: { connector: "desk" },
  });
  push(account, { kind: "execution", execution });
}

function push(account: DeskAccount, record: ScriptedRecord): void {
  account.records.push({ record, isNewFormat: account.isNewFormat });
}

/** Records of one page, and records that each run reads again. */
const PAGE_SIZE = 100;
const OVERLAP = 3;

/** The connector of a desk, as every process has one. */
export function deskConnector(accounts: ReadonlyMap<string, DeskAccount>, watch: FleetWatch): AnyConnector {
  const accountOf = (ref: string) => {
    const account = accounts.get(ref);
    if (account === undefined) throw new ImportError("ACCOUNT_MISMATCH", `there is no account ${ref}`);
    return account;
  };
  const script = scripted({ id: "desk", broker: "desk", pages: [] });
  return {
    ...script,
    async check({ credentials }) {
      const account = accountOf(String(credentials.token).split(" ")[0] ?? "");
      await answer(account, { token: credentials.token, signal: null, watch });
      return { accountRef: account.ref, accounts: [account.ref], permissions: [], historyFrom: null, warnings: [] };
    },
    async *pull({ connection, credentials, cursor, signal, clock }: PullRequest<{ token: string }, unknown, unknown>) {
      const account = accountOf(connection.accountRef);
      let index = Math.max(0, indexOf(cursor) - OVERLAP);
      do {
        await clock.sleep(40, signal);
        await answer(account, { token: credentials.token, signal, watch });
        const records = account.records.slice(index, index + PAGE_SIZE);
        index += records.length;
        yield {
          records: records.map((one) => ({ raw: rawOf(account, one) })),
          context: { desk: 1 },
          cursor: { index },
        };
      } while (index < account.records.length);
    },
    normalize(raw, context) {
      const text = typeof raw === "object" && raw !== null && "newFormat" in raw ? raw : null;
      if (text === null) return script.normalize(raw, context);
      if (!accountOf(String(text.account)).isUpgraded) return { kind: "rejected", reason: "an unknown format" };
      return script.normalize(text.newFormat, context);
    },
  };
}

function rawOf(account: DeskAccount, { record, isNewFormat }: DeskRecord): Json {
  // A script holds JSON only.
  const raw = record as unknown as Json;
  return isNewFormat ? { newFormat: raw, account: account.ref } : raw;
}

function indexOf(cursor: unknown): number {
  return typeof cursor === "object" && cursor !== null && "index" in cursor ? Number(cursor.index) : 0;
}

async function answer(
  account: DeskAccount,
  { token, signal, watch }: { token: string; signal: AbortSignal | null; watch: FleetWatch },
): Promise<void> {
  const { trouble } = account;
  if (trouble !== null && trouble.afterRequests > 0) trouble.afterRequests -= 1;
  else if (trouble !== null && (signal !== null || trouble.kind !== "no answer")) {
    trouble.times -= 1;
    if (trouble.times <= 0) account.trouble = null;
    watch.count(`desk: ${trouble.kind}`);
    if (signal !== null && trouble.kind === "no answer") await untilAborted(signal);
    throw troubles[trouble.kind]();
  }
  if (token === account.token) return;
  watch.count("desk: credentials refused");
  throw new ImportError("CREDENTIALS_INVALID", "the desk does not know this token");
}

const MINUTE_MS = 60_000;
const troubles: Readonly<Record<DeskTrouble, () => Error>> = {
  maintenance: () => new ImportError("MAINTENANCE", "the desk is closed", { retryAfterMs: 20 * MINUTE_MS }),
  "locked out": () => new ImportError("LOCKED_OUT", "too many failed logins", { retryAfterMs: 45 * MINUTE_MS }),
  "too many requests": () => new ImportError("RATE_LIMITED", "slow down", { retryAfterMs: 5 * MINUTE_MS }),
  unavailable: () => new ImportError("BROKER_UNAVAILABLE", "503"),
  "cut off": () => new ImportError("NETWORK", "the connection was reset"),
  "broken answer": () => new ImportError("PROTOCOL", "the answer is cut short"),
  "no answer": () => new ImportError("TIMEOUT", "no answer came"),
  "foreign error": () => new TypeError("a mistake in the connector"),
  "not for this account": () => new ImportError("FEATURE_UNAVAILABLE", "the desk does not offer this to the account"),
};

function untilAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    if (signal.aborted) return reject(signal.reason);
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
}
