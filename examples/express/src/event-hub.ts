import type { FillbookEvent } from "@fillbook/core";

/** Hands Fillbook's events to whoever shows them. Those of this process only: pages ask again now and then. */
export interface EventHub {
  publish(event: FillbookEvent): void;
  /** @returns what ends the subscription. */
  subscribe(listener: (event: FillbookEvent) => void): () => void;
  /** Ends every stream; a stream would keep the server from closing. */
  readonly closing: AbortSignal;
  close(): void;
}

export function eventHub(): EventHub {
  const listeners = new Set<(event: FillbookEvent) => void>();
  const closing = new AbortController();
  return {
    publish(event) {
      for (const listener of listeners) listener(event);
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    closing: closing.signal,
    close: () => closing.abort(),
  };
}
