import type { Clock, Logger } from "@fillbook/core";
import type { SharedState } from "@fillbook/core/connector";
import type { WebClient } from "./web-client.ts";
import type { WebSettings } from "./web-settings.ts";

/** A run's way to a session that answers. */
export interface WebSessionRun {
  readonly client: WebClient;
  readonly settings: WebSettings;
  readonly state: SharedState;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly logger: Logger;
  /** How often this run has opened the brokerage session. */
  inits: number;
  /** How often it has logged in since it asks this host. */
  logins: number;
  /** How often a host has sent it elsewhere. */
  moves: number;
  /** Whether it signs with a token that it made itself. */
  hasOwnToken: boolean;
  /** Whether it has asked if the login still lives. */
  hasProvedLogin: boolean;
}

/** A run that has asked nothing yet. */
export function webSessionRun(
  parts: Pick<WebSessionRun, "client" | "settings" | "state" | "clock" | "signal" | "logger">,
): WebSessionRun {
  return { ...parts, inits: 0, logins: 0, moves: 0, hasOwnToken: false, hasProvedLogin: false };
}
