import type { ImportError } from "@fillbook/core";
import { abortedError } from "./wait.ts";

/** One way to end a request, for the caller's signal and for the timeouts. */
export interface Stop {
  readonly signal: AbortSignal;
  /** Rejects when the request is ended early. */
  readonly stopped: Promise<never>;
  end(error: ImportError): void;
  endedBy(): ImportError | null;
  release(): void;
}

/** Opens the stop of one request. */
export function createStop(outer: AbortSignal): Stop {
  const controller = new AbortController();
  let ended: ImportError | null = null;
  const stopped = new Promise<never>((_resolve, reject) => {
    controller.signal.addEventListener("abort", () => reject(ended), { once: true });
  });
  stopped.catch(() => undefined);
  const end = (error: ImportError) => {
    ended ??= error;
    controller.abort();
  };
  const onAbort = () => end(abortedError(outer));
  outer.addEventListener("abort", onAbort, { once: true });
  const release = () => outer.removeEventListener("abort", onAbort);
  return { signal: controller.signal, stopped, end, endedBy: () => ended, release };
}
