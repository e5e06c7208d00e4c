import type { Socket } from "node:net";
import { addDays } from "./calendar-day.ts";
import { easternMs, easternTime } from "./eastern-time.ts";
import { liveFills } from "./live-fills.ts";
import type { SimulatedFill } from "./simulated-fill.ts";
import { codeMessage, commissionMessage, endMessage, executionMessage } from "./tws-messages.ts";
import { permIdOf, sayTws, type TwsClient, type TwsState } from "./tws-state.ts";
import { type TwsHello, twsReader } from "./tws-wire.ts";

/** Talks with one client until either of them goes away. */
export function handleTws(state: TwsState, socket: Socket): void {
  const client: TwsClient = { socket, version: 0, id: null, messages: 0, silent: false };
  state.clients.add(client);
  state.connected += 1;
  const read = twsReader({
    hello: (hello) => greet(state, client, hello),
    message: (tokens) => answer(state, client, tokens),
  });
  socket.on("data", (piece) => {
    try {
      read(piece);
    } catch {
      // No client of this protocol; TWS closes such connections.
      socket.destroy();
    }
  });
  socket.once("close", () => state.clients.delete(client));
  // A client that goes away makes writing fail; there is nobody left to answer.
  socket.on("error", () => socket.destroy());
}

/** Sends the commission of a fill as the options say; false when nobody tells this client. */
export function sayCommission(state: TwsState, client: TwsClient, fill: SimulatedFill): void {
  const { commissions, commissionDelayMs, masterClientId } = state.options;
  const isTold =
    masterClientId === undefined || client.id === masterClientId || String(client.id) === (fill.order?.clientId ?? "0");
  const isKnown = state.simulator.clock.now() >= fill.atMs + commissionDelayMs;
  // A combo as a whole costs nothing; its legs do.
  if (commissions === "never" || !isTold || !isKnown || fill.instrument.kind === "combo") return;
  const written = commissions === "sentinel" || commissions === "empty" ? commissions : "known";
  sayTws(state, client, commissionMessage(fill, written));
  if (commissions === "twice") sayTws(state, client, commissionMessage(fill, written));
}

function greet(state: TwsState, client: TwsClient, { from, to }: TwsHello): void {
  const { serverVersion, writeConnectionTime } = state.options;
  client.version = Math.min(serverVersion, to);
  if (client.version < from) client.version = serverVersion;
  sayTws(state, client, [String(client.version), writeConnectionTime(state.simulator.clock.now())]);
}

const START_API = "71";
const REQ_EXECUTIONS = "7";
const REQ_CURRENT_TIME = "49";
const names: Readonly<Record<string, string>> = {
  [START_API]: "startApi",
  [REQ_EXECUTIONS]: "reqExecutions",
  [REQ_CURRENT_TIME]: "reqCurrentTime",
};

function answer(state: TwsState, client: TwsClient, tokens: readonly string[]): void {
  const [number = ""] = tokens;
  if (number === START_API) client.id = Number(tokens[2]);
  const atMs = state.simulator.clock.now();
  state.requests.push({ clientId: client.id, name: names[number] ?? number, tokens, atMs });
  if (number === START_API) startApi(state, client);
  if (number === REQ_CURRENT_TIME) sayTws(state, client, ["49", "1", String(Math.floor(atMs / 1000))]);
  if (number === REQ_EXECUTIONS) listExecutions(state, client, tokens);
}

const farms: readonly (readonly [number, string])[] = [
  [2104, "Market data farm connection is OK:usfarm"],
  [2106, "HMDS data farm connection is OK:ushmds"],
  [2158, "Sec-def data farm connection is OK:secdefnj"],
];

function startApi(state: TwsState, client: TwsClient): void {
  const isTaken = [...state.clients].some((other) => other !== client && other.id === client.id);
  if (isTaken) {
    const message = "Unable to connect as the client id is already in use. Retry with a unique client id.";
    sayTws(state, client, codeMessage({ code: 326, message }, client.version));
    client.id = null;
    client.socket.end();
    return;
  }
  const accounts = state.simulator.accounts.map(({ accountId }) => accountId).join(",");
  sayTws(state, client, ["15", "1", accounts]);
  sayTws(state, client, ["9", "1", "1001"]);
  for (const [code, message] of farms) sayTws(state, client, codeMessage({ code, message }, client.version));
  if (state.lostAtMs === null) return;
  const message = "Connectivity between Trader Workstation and server is broken. It will be restored automatically.";
  sayTws(state, client, codeMessage({ code: 2110, message }, client.version));
}

function listExecutions(state: TwsState, client: TwsClient, tokens: readonly string[]): void {
  const [, , reqIdText = "0", , account = "", time = ""] = tokens;
  const reqId = Number(reqIdText);
  if (account !== "" && !state.simulator.accounts.some(({ accountId }) => accountId === account)) {
    const message = `Error validating request.-'bX' : cause - Invalid account code '${account}'.`;
    sayTws(state, client, codeMessage({ code: 321, message, reqId }, client.version));
    return;
  }
  const { commissions, sendsEnd, writeTime } = state.options;
  const fills = listed(state, { account, time });
  for (const fill of fills) {
    if (commissions === "before") sayCommission(state, client, fill);
    const facts = { reqId, version: client.version, permId: permIdOf(state, fill), time: writeTime(fill.atMs) };
    sayTws(state, client, executionMessage(fill, facts));
    if (commissions !== "before" && commissions !== "late") sayCommission(state, client, fill);
  }
  if (sendsEnd) sayTws(state, client, endMessage(reqId));
  if (commissions === "late") for (const fill of fills) sayCommission(state, client, fill);
}

/** The executions since midnight, or of some days more; while TWS has no connection, those before it was lost. */
function listed(state: TwsState, filter: { readonly account: string; readonly time: string }) {
  const { simulator, options, lostAtMs } = state;
  const nowMs = simulator.clock.now();
  const midnightMs = easternMs(addDays(easternTime(nowMs).day, 1 - options.logDays), "00:00:00");
  const fromMs = Math.max(midnightMs, filterMs(filter.time));
  const booked = simulator.book.entries.filter(
    ({ accountId, bookedAtMs }) =>
      (filter.account === "" || accountId === filter.account) && bookedAtMs <= (lostAtMs ?? nowMs),
  );
  return liveFills(booked, options).filter(({ execId, atMs }) => execId !== null && atMs >= fromMs);
}

/** "20260413-19:27:04", UTC. */
function filterMs(time: string): number {
  const match = /^(\d{4})(\d\d)(\d\d)-(\d\d:\d\d:\d\d)$/.exec(time);
  return match === null ? 0 : Date.parse(`${match[1]}-${match[2]}-${match[3]}T${match[4]}Z`);
}
