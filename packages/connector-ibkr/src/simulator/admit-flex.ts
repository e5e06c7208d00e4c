import { countFailure } from "./count-failure.ts";
import type { FlexRequest } from "./flex-service.ts";
import type { SimulatorState, TokenHolder } from "./simulator-state.ts";

/** The code that a request is refused with before its query is looked at, or null. Version first, then token. */
export function admitFlex(state: SimulatorState, request: FlexRequest): string | null {
  const { parameters, legacy, atMs } = request;
  // Without v it is version 2, which has answered 1001 ever since it was switched off.
  const version = parameters.get("v") ?? "2";
  if (legacy || version === "2") return "1001";
  if (version !== "3") return "1020";
  const holder = state.holders.find(({ token }) => token.token === parameters.get("t"));
  if (holder === undefined) return "1015";
  if (atMs < holder.lockedUntilMs) return "1025";
  if (state.options.limits && !holder.limit.admit(atMs)) return "1018";
  const code = tokenError(holder, atMs);
  if (code !== null) countFailure(state, holder, atMs);
  return code;
}

function tokenError({ token, replaced }: TokenHolder, atMs: number): string | null {
  if (!token.serviceActive) return "1011";
  if (replaced) return "1015";
  if (atMs >= token.validUntilMs) return "1012";
  return token.addressRefused ? "1013" : null;
}
