import { answerOrders } from "./portal-orders.ts";
import { portalSecdef } from "./portal-secdef.ts";
import { openBrokerage, type PortalSession, type PortalState } from "./portal-state.ts";
import { portalJson, portalTrades } from "./portal-trades.ts";

/** A request that was let in. */
export interface PortalCall {
  readonly session: PortalSession;
  readonly method: string;
  readonly path: string;
  readonly parameters: ReadonlyMap<string, string>;
  readonly body: string;
  readonly atMs: number;
}

/** JSON text and its status. */
export interface PortalAnswer {
  readonly status: number;
  readonly text: string;
}

/** The good answer. Everything but a login's own calls is 401 without a login, and /iserver is 400 without a bridge. */
export function portalAnswer(state: PortalState, call: PortalCall): PortalAnswer {
  const { session, path } = call;
  const route = path.replace(/\/+$/, "");
  if (!session.sso) return { status: 401, text: "" };
  if (route === "/iserver/auth/status") return json(authStatus(state, call));
  if (route === "/iserver/auth/ssodh/init") return initialize(state, call);
  if (route === "/tickle") return json(tickle(state, call));
  if (route === "/logout") return logout(session);
  if (route === "/sso/validate") return json({ USER_NAME: "simulated", RESULT: true, LOGIN_TYPE: 2, EXPIRES: 460_311 });
  if (route === "/trsrv/secdef") return secdef(state, call);
  if (!route.startsWith("/iserver/")) return { status: 404, text: "Resource not found" };
  if (!hasBridge(state, call)) return failed(400, "Bad Request: no bridge");
  return brokerage(state, call, route);
}

function brokerage(state: PortalState, call: PortalCall, route: string): PortalAnswer {
  const { session, method } = call;
  if (route === "/iserver/accounts") return json(accounts(state, session));
  if (!session.accountsAsked) return failed(400, "Bad Request: Please query /accounts first");
  if (route === "/iserver/account" && method === "POST") return selectAccount(state, call);
  if (route === "/iserver/account/trades") return trades(state, call);
  const ordered = answerOrders(state, call, route);
  if (ordered !== null) return ordered;
  return { status: 404, text: "Resource not found" };
}

function json(value: unknown, status = 200): PortalAnswer {
  return { status, text: portalJson(value) };
}

function failed(status: number, error: string): PortalAnswer {
  return json({ error, statusCode: status }, status);
}

function isStarting(state: PortalState, { session, atMs }: PortalCall): boolean {
  return session.brokerage && atMs - session.openedMs < state.options.startingMs;
}

function hasBridge(state: PortalState, call: PortalCall): boolean {
  return call.session.brokerage && !state.competing && !isStarting(state, call);
}

const server = { serverName: "SimServer01", serverVersion: "Build 10.44.1d, Mar 3, 2026 1:55:32 PM" };

function authStatus(state: PortalState, call: PortalCall): object {
  const { session } = call;
  const authenticated = session.brokerage && !state.competing;
  return {
    ...{ authenticated, competing: state.competing, connected: true, message: "", MAC: "AA:BB:CC:DD:EE:FF" },
    ...(authenticated ? { established: !isStarting(state, call), serverInfo: server } : {}),
    ...(session.brokerage ? { hardware_info: "sim1234|AA:BB:CC:DD:EE:FF" } : {}),
    fail: "",
  };
}

function tickle(state: PortalState, call: PortalCall): object {
  const { session } = call;
  const gateway = { ssoExpires: 460_311, collission: false, userId: 123_456_789 };
  return {
    session: String(session.id).padStart(32, "0"),
    ...(session.face === "gateway" ? gateway : {}),
    hmds: { error: "no bridge" },
    iserver: { authStatus: authStatus(state, call) },
  };
}

function initialize(state: PortalState, call: PortalCall): PortalAnswer {
  const { publish, compete } = bodyOf(call);
  if (publish !== true || typeof compete !== "boolean") return failed(500, "internal error");
  if (state.competing && compete) {
    state.competing = false;
    state.thrownOut += 1;
  }
  if (!state.competing) openBrokerage(call.session, call.atMs);
  return json(authStatus(state, call));
}

function logout(session: PortalSession): PortalAnswer {
  Object.assign(session, { sso: false, brokerage: false, accountsAsked: false });
  return json({ status: true });
}

function accounts(state: PortalState, session: PortalSession): object {
  session.accountsAsked = true;
  const known = state.simulator.accounts;
  return {
    accounts: known.map(({ accountId }) => accountId),
    acctProps: Object.fromEntries(known.map(({ accountId }) => [accountId, { hasChildAccounts: false }])),
    aliases: Object.fromEntries(known.map(({ accountId, alias }) => [accountId, alias || accountId])),
    allowFeatures: { allowedAssetTypes: "STK,CFD,OPT,FOP,WAR,FUT,BAG,CASH,BOND,FUND,CRYPTO" },
    ...{ groups: [], profiles: [], selectedAccount: session.selected, serverInfo: server },
    sessionId: `simulated.${session.id}`,
    ...{ isFT: false, isPaper: true },
  };
}

function selectAccount(state: PortalState, call: PortalCall): PortalAnswer {
  const { acctId } = bodyOf(call);
  if (!state.simulator.accounts.some(({ accountId }) => accountId === acctId)) return failed(500, "Invalid account ID");
  if (acctId === call.session.selected) return json({ success: "Account already set" });
  call.session.selected = String(acctId);
  return json({ set: true, acctId });
}

function trades(state: PortalState, { session, atMs }: PortalCall): PortalAnswer {
  session.tradesCalls += 1;
  if (session.tradesCalls === 1 && state.options.firstTradesEmpty) return json([]);
  return json(portalTrades(state, session.selected, atMs));
}

function secdef(state: PortalState, { parameters }: PortalCall): PortalAnswer {
  const conids = (parameters.get("conids") ?? "").split(",");
  if (conids.length > 200) return failed(500, "too many conids");
  return json(portalSecdef(state, conids));
}

function bodyOf({ body }: PortalCall): Readonly<Record<string, unknown>> {
  try {
    return { ...JSON.parse(body) };
  } catch {
    return {};
  }
}
