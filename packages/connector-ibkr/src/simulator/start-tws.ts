import { type AddressInfo, createServer } from "node:net";
import { handleTws, sayCommission } from "./handle-tws.ts";
import type { SimulatedFill } from "./simulated-fill.ts";
import type { SimulatedTws, TwsFault, TwsOptions } from "./simulated-tws.ts";
import type { SimulatorState } from "./simulator-state.ts";
import { codeMessage, executionMessage, statusMessage } from "./tws-messages.ts";
import { createTwsState, type PlannedTwsFault, permIdOf, sayTws, type TwsClient, type TwsState } from "./tws-state.ts";

/** Starts the socket of TWS on a free port of 127.0.0.1. */
export async function startTws(simulator: SimulatorState, options: TwsOptions): Promise<SimulatedTws> {
  const state = createTwsState(simulator, options);
  const server = createServer({ noDelay: true }, (socket) => handleTws(state, socket));
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen({ host: "127.0.0.1", port: 0 }, resolve);
  });
  // A server on a port, not on a pipe, so the address is one with a port.
  const { port } = server.address() as AddressInfo;
  return {
    ...{ host: "127.0.0.1", port, requests: state.requests },
    ...controls(state),
    get connections() {
      return state.clients.size;
    },
    get connected() {
      return state.connected;
    },
    get messages() {
      return state.messages;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const { socket } of state.clients) socket.destroy();
      }),
  };
}

const texts: Readonly<Record<number, string>> = {
  1100: "Connectivity between IB and Trader Workstation has been lost.",
  1101: "Connectivity between IB and Trader Workstation has been restored- data lost.",
  1102: "Connectivity between IB and Trader Workstation has been restored- data maintained.",
  1300: "TWS socket port has been reset and this connection is being dropped.",
};

function controls(state: TwsState): Pick<SimulatedTws, "lose" | "restore" | "tell" | "push" | "inject"> {
  const tell = (code: number, message = texts[code] ?? "told by a test") => {
    for (const client of started(state)) sayTws(state, client, codeMessage({ code, message }, client.version));
  };
  return {
    tell,
    lose() {
      state.lostAtMs = state.simulator.clock.now();
      tell(1100);
    },
    restore(code) {
      state.lostAtMs = null;
      tell(code);
    },
    push(fill, order = "usual") {
      for (const client of started(state)) pushFill(state, client, { fill, order });
    },
    inject(fault: TwsFault) {
      const plan: PlannedTwsFault = { fault, fired: 0, removed: false };
      state.faults.push(plan);
      return {
        get fired() {
          return plan.fired;
        },
        remove: () => {
          plan.removed = true;
        },
      };
    },
  };
}

function started({ clients }: TwsState): readonly TwsClient[] {
  return [...clients].filter(({ id }) => id !== null);
}

// The states of an order may come before its fill, twice, or say that it was canceled although it is filled after all.
function pushFill(
  state: TwsState,
  client: TwsClient,
  { fill, order }: { readonly fill: SimulatedFill; readonly order: "usual" | "filled-first" | "canceled-first" },
): void {
  const permId = permIdOf(state, fill);
  const time = state.options.writeTime(fill.atMs);
  const execution = executionMessage(fill, { reqId: -1, version: client.version, permId, time });
  const status = (name: string) => statusMessage(fill, name, permId);
  const messages = {
    usual: [status("PreSubmitted"), execution, status("Filled"), status("Filled")],
    "filled-first": [status("PreSubmitted"), status("Filled"), execution],
    "canceled-first": [status("Submitted"), status("Cancelled"), execution, status("Filled")],
  };
  for (const message of messages[order]) sayTws(state, client, message);
  sayCommission(state, client, fill);
}
