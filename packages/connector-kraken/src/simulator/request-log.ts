import type { SimulatedRequest } from "./kraken-simulator.ts";
import type { ReceivedCall } from "./receive-call.ts";

/** The requests a simulator has seen. */
export interface RequestLog {
  readonly requests: readonly SimulatedRequest[];
  /** Notes a request that has no answer yet. */
  open(call: ReceivedCall): LoggedRequest;
}

/** A request in the log, whose answer is still to be noted. */
export type LoggedRequest = { -readonly [Field in keyof SimulatedRequest]: SimulatedRequest[Field] };

/** An empty log. */
export function createRequestLog(): RequestLog {
  const requests: LoggedRequest[] = [];
  return {
    requests,
    open({ httpMethod, path, parameters, apiKey, atMs }) {
      const shown = [...parameters].map(([name, value]) => [name, name === "otp" ? "[redacted]" : value] as const);
      const request: LoggedRequest = {
        method: httpMethod,
        path,
        parameters: Object.fromEntries(shown),
        apiKey,
        nonce: parameters.get("nonce"),
        atMs,
        outcome: "pending",
        status: 0,
      };
      requests.push(request);
      return request;
    },
  };
}
