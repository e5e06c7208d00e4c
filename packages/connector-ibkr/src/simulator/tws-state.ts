import type { Socket } from "node:net";
import type { SimulatedFill } from "./simulated-fill.ts";
import type { TwsFault, TwsOptions, TwsRequest } from "./simulated-tws.ts";
import type { SimulatorState } from "./simulator-state.ts";
import { codeMessage, easternText, type TwsMessage } from "./tws-messages.ts";
import { twsFrame } from "./tws-wire.ts";

/** A fault and how often it has struck. */
export interface PlannedTwsFault {
  readonly fault: TwsFault;
  fired: number;
  removed: boolean;
}

/** One client's connection. */
export interface TwsClient {
  readonly socket: Socket;
  version: number;
  /** Null before startApi. */
  id: number | null;
  messages: number;
  silent: boolean;
}

/** All that the TWS face knows. */
export interface TwsState {
  readonly simulator: SimulatorState;
  readonly options: Required<Omit<TwsOptions, "masterClientId">> & Pick<TwsOptions, "masterClientId">;
  readonly clients: Set<TwsClient>;
  readonly faults: PlannedTwsFault[];
  readonly requests: TwsRequest[];
  connected: number;
  messages: number;
  /** Since when TWS has no connection to IBKR. */
  lostAtMs: number | null;
}

/** The state of a face that nobody has called yet. */
export function createTwsState(simulator: SimulatorState, options: TwsOptions): TwsState {
  const writeTime = options.writeTime ?? easternText;
  const whole = { ...defaults, writeTime, writeConnectionTime: writeTime, ...options };
  const lists = { clients: new Set<TwsClient>(), faults: [], requests: [] };
  return { simulator, options: whole, ...lists, connected: 0, messages: 0, lostAtMs: null };
}

const defaults = {
  serverVersion: 200,
  logDays: 1,
  commissions: "after",
  commissionDelayMs: 0,
  sendsEnd: true,
  keepsRevisions: true,
  keepsBusted: false,
  permIdBase: "1000000000",
} as const;

/** Sends one message, unless a fault has other plans. */
export function sayTws(state: TwsState, client: TwsClient, tokens: TwsMessage): void {
  if (client.silent || client.socket.destroyed) return;
  client.messages += 1;
  state.messages = client.messages;
  for (const plan of state.faults.filter((one) => isDue(one, client.messages))) {
    plan.fired += 1;
    if (!passes(client, { tokens, fault: plan.fault })) return;
  }
  client.socket.write(twsFrame(tokens));
}

/** The number of an order that TWS calls permanent; "0" for trades from outside. */
export function permIdOf({ options }: TwsState, { order }: SimulatedFill): string {
  return order === null ? "0" : String(BigInt(options.permIdBase) + BigInt(order.permanentId));
}

function isDue({ fault, fired, removed }: PlannedTwsFault, message: number): boolean {
  return !removed && fault.atMessage === message && fired < (fault.times ?? 1);
}

/** Whether the message itself is sent behind the fault. */
function passes(
  client: TwsClient,
  { tokens, fault }: { readonly tokens: TwsMessage; readonly fault: TwsFault },
): boolean {
  const frame = twsFrame(tokens);
  switch (fault.kind) {
    case "close":
      client.socket.destroy();
      return false;
    case "half":
      client.socket.end(frame.subarray(0, Math.ceil(frame.length / 2)));
      return false;
    case "silence":
      client.silent = true;
      return false;
    case "bytes":
      client.socket.write(fault.bytes);
      return false;
    case "tokens":
      client.socket.write(twsFrame(fault.tokens));
      return false;
    case "code":
      client.socket.write(twsFrame(codeMessage({ message: "told by a fault", ...fault }, client.version)));
      return true;
    case "process":
      fault.process();
      return !client.socket.destroyed;
  }
}
