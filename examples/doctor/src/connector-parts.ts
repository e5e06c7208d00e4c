import { type Clock, type Logger, silentLogger } from "@fillbook/core";
import type { SharedState } from "@fillbook/core/connector";
import { memoryStore } from "@fillbook/store-memory";

/** The parts of a request that are the same for every connector. */
export interface ConnectorParts {
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly state: SharedState;
  readonly logger: Logger;
  readonly cursor: null;
  readonly mode: "manual";
  readonly window: Readonly<Record<string, never>>;
}

/**
 * What a connector is given for a look that stores nothing: state that is forgotten, and a run over the whole history
 * that the caller leaves after its first pages.
 */
export function connectorParts(clock: Clock): ConnectorParts {
  const { readState, writeState } = memoryStore({ clock });
  const signal = new AbortController().signal;
  const state = { read: readState, write: writeState };
  return { clock, signal, state, logger: silentLogger, cursor: null, mode: "manual", window: {} };
}
