import { type IbkrWebPolicy, ibkrWeb } from "@fillbook/connector-ibkr";
import type { FetchLike } from "@fillbook/connector-kit";
import { createFillbook, type Json } from "@fillbook/core";
import { memoryStore } from "@fillbook/store-memory";
import { startMs, type TestClock, testClock } from "./ibkr-flex-world.ts";

/** What a scripted gateway answers. Text is sent as it is, all else as JSON. */
export interface PortalReply {
  readonly status?: number;
  readonly body: unknown;
  readonly type?: string;
}

export interface PortalQuestion {
  /** "https://localhost:5001/v1/api" */
  readonly base: string;
  /** Below "/v1/api". */
  readonly path: string;
  readonly parameters: URLSearchParams;
  readonly method: string;
  readonly body: string;
  /** How often this path of this gateway was asked before. */
  readonly before: number;
}

export interface ScriptedPortal {
  readonly fetch: FetchLike;
  /** Each request as "base path", in order. */
  readonly asked: readonly string[];
  /** Paths asked of one gateway. */
  readonly paths: (base: string) => readonly string[];
}

/** A transport without sockets: `answer` speaks for every gateway. */
export function scriptedPortal(answer: (question: PortalQuestion) => PortalReply): ScriptedPortal {
  const asked: string[] = [];
  const fetch: FetchLike = async (target, { method, body = "" }) => {
    const { origin, pathname, searchParams: parameters } = new URL(target);
    const base = `${origin}/v1/api`;
    const path = pathname.replace(/^\/v1\/api/, "");
    const line = `${base} ${path}`;
    const before = asked.filter((one) => one === line).length;
    asked.push(line);
    return responseOf(answer({ base, path, parameters, method, body, before }));
  };
  const paths = (base: string) =>
    asked.flatMap((line) => (line.startsWith(`${base} `) ? [line.slice(base.length + 1)] : []));
  return { fetch, asked, paths };
}

function responseOf({ status = 200, body, type = "application/json" }: PortalReply): Awaited<ReturnType<FetchLike>> {
  const bytes = Buffer.from(typeof body === "string" ? body : JSON.stringify(body));
  return {
    status,
    headers: { get: (name) => (name.toLowerCase() === "content-type" ? type : null) },
    body: (async function* () {
      for (let at = 0; at < bytes.length; at += 65_536) yield bytes.subarray(at, at + 65_536);
    })(),
  };
}

export const readySession = { authenticated: true, established: true, competing: false, connected: true };

/** What a gateway with a session that is ready answers. */
export function goodAnswer(
  { path }: Pick<PortalQuestion, "path">,
  { account, rows = [], secdef = [] }: { account: string; rows?: readonly Json[]; secdef?: readonly Json[] },
): PortalReply {
  const answers: Readonly<Record<string, unknown>> = {
    "/tickle": { session: `session of ${account}`, ssoExpires: 460_311, iserver: { authStatus: readySession } },
    "/iserver/auth/status": readySession,
    "/iserver/auth/ssodh/init": readySession,
    "/sso/validate": { RESULT: true, USER_NAME: "scripted" },
    "/iserver/accounts": { accounts: [account], aliases: {}, selectedAccount: account, isPaper: false },
    "/iserver/account": { set: true, acctId: account },
    "/iserver/account/trades": rows,
    "/trsrv/secdef": { secdef },
  };
  const body = answers[path];
  return body === undefined ? { status: 404, body: "Resource not found" } : { body };
}

/** A fill of AAPL as IBKR's documentation shows one, an hour before the test clock begins. */
export function scriptedRow(account: string, changes: Readonly<Record<string, Json>> = {}): Json {
  return {
    execution_id: "0000e0d5.6576fd38.01.01",
    symbol: "AAPL",
    side: "B",
    trade_time: "20260302-11:00:00",
    trade_time_r: startMs - 3_600_000,
    size: 10,
    price: "200.5",
    commission: "1",
    account,
    accountCode: account,
    sec_type: "STK",
    conid: 265598,
    ...changes,
  };
}

export const aaplFacts: Readonly<Record<string, Json>> = {
  conid: 265598,
  assetClass: "STK",
  ticker: "AAPL",
  currency: "USD",
  multiplier: 0,
};

/** A store that several owners share, and a book over it whose connector asks the script. Each call is a process. */
export function scriptedHost(fetch: FetchLike, clock: TestClock = testClock()) {
  const store = memoryStore({ clock });
  const book = (policy: IbkrWebPolicy, credentials: unknown = { kind: "gateway" }) =>
    createFillbook({
      store,
      clock,
      connectors: [ibkrWeb({ fetch, random: () => 0.5, ...policy })],
      credentials: async () => credentials,
    });
  return { store, clock, book };
}
