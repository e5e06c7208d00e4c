import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import { handlePortal } from "./handle-portal.ts";
import { type PortalCertificate, portalCertificate } from "./portal-certificate.ts";
import { portalConsumer } from "./portal-consumer.ts";
import { createPortalState, endBrokerage, endSession, openLogin, type PortalState } from "./portal-state.ts";
import type { PortalOptions, SimulatedPortal } from "./simulated-portal.ts";
import type { SimulatorState } from "./simulator-state.ts";

/** A running Client Portal face. */
export interface RunningPortal {
  readonly portal: SimulatedPortal;
  readonly servers: readonly Server[];
}

/** Starts the two HTTPS servers with a certificate of their own. */
export async function startPortal(simulator: SimulatorState, options: PortalOptions): Promise<RunningPortal> {
  const certificate = await portalCertificate();
  const state = createPortalState(simulator, options, portalConsumer(options.oauth));
  const gateway = await listening(state, "gateway", certificate);
  const oauth = await listening(state, "oauth", certificate);
  const portal: SimulatedPortal = {
    ...controls(state),
    url: gateway.url,
    oauthUrl: oauth.url,
    certificate: certificate.cert,
    fingerprint256: certificate.fingerprint256,
    get selected() {
      return state.gateway.selected;
    },
    get thrownOut() {
      return state.thrownOut;
    },
  };
  return { portal, servers: [gateway.server, oauth.server] };
}

type Controls = ("consumer" | "requests" | "violations") | ("login" | "expire" | "compete" | "select" | "inject");

function controls(state: PortalState): Pick<SimulatedPortal, Controls> {
  const { clock } = state.simulator;
  const sessions = [state.gateway, state.oauth];
  return {
    consumer: state.consumer.consumer,
    requests: state.requests,
    violations: state.limits.violations,
    login: () => openLogin(state.gateway, clock.now()),
    expire: (what) => {
      for (const session of sessions) (what === "sso" ? endSession : endBrokerage)(session);
      if (what === "sso") state.consumer.liveSession = null;
    },
    compete: (competes) => {
      state.competing = competes;
    },
    select: (accountId) => {
      for (const session of sessions) session.selected = accountId;
    },
    inject: state.faults.inject,
  };
}

async function listening(state: PortalState, face: "gateway" | "oauth", { key, cert }: PortalCertificate) {
  const server = createServer({ key, cert }, (request, response) => {
    // A client that goes away makes reading and writing fail; there is nobody left to answer.
    handlePortal(state, { request, response, face }).catch(() => response.destroy());
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen({ host: "127.0.0.1", port: 0 }, resolve);
  });
  // A server on a port, not on a pipe, so the address is one with a port.
  const { port } = server.address() as AddressInfo;
  return { server, url: `https://127.0.0.1:${port}/v1/api` };
}
