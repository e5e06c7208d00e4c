import type { SimulatedRequest } from "./ibkr-simulator.ts";

/** The requests a simulator has seen. */
export interface RequestLog {
  readonly requests: readonly SimulatedRequest[];
  readonly refusals: Readonly<Record<string, number>>;
  /** Notes a request that has no answer yet; its token is left out. */
  open(request: Omit<SimulatedRequest, "outcome" | "status">): LoggedRequest;
  /** Counts a refusal by the service's own rules. */
  refuse(code: string): void;
}

/** A request in the log, whose answer is still to be noted. */
export type LoggedRequest = { -readonly [Field in keyof SimulatedRequest]: SimulatedRequest[Field] };

/** An empty log. */
export function createRequestLog(): RequestLog {
  const requests: LoggedRequest[] = [];
  const refusals: Record<string, number> = {};
  return {
    requests,
    refusals,
    open(request) {
      const shown = Object.entries(request.parameters).map(([name, value]) => [
        name,
        name === "t" ? "[redacted]" : value,
      ]);
      const logged = { ...request, parameters: Object.fromEntries(shown), outcome: "pending", status: 0 };
      requests.push(logged);
      return logged;
    },
    refuse: (code) => {
      refusals[code] = (refusals[code] ?? 0) + 1;
    },
  };
}
