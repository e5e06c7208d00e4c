import type { ReceivedCall } from "./receive-call.ts";
import type { PrivateRoute } from "./routes.ts";
import type { KeyHolder, SimulatorState } from "./simulator-state.ts";
import { verifySignature } from "./verify-signature.ts";

/** A private call that may go on, or the error it is refused with. */
export type Admission =
  | { readonly kind: "admitted"; readonly holder: KeyHolder }
  | { readonly kind: "refused"; readonly error: string };

/** Checks system status, lockout, key, signature, nonce, one-time password, permission and counter, in this order. */
export function admitCall(state: SimulatorState, call: ReceivedCall, route: PrivateRoute): Admission {
  if (state.systemStatus === "maintenance") return refused("EService:Unavailable");
  if (state.lockout.active(call.atMs)) return refused("EGeneral:Temporary lockout");
  const holder = state.holders.get(call.apiKey ?? "");
  const authError = authenticationError(holder, call);
  if (holder === undefined || authError !== null) {
    state.lockout.failed(call.atMs);
    return refused(authError ?? "EAPI:Invalid key");
  }
  state.lockout.succeeded();
  holder.lastUsedMs = call.atMs;
  // The text is not confirmed: Kraken's answer to a missing otp is documented nowhere.
  if (!passwordFits(holder, call)) return refused("EAPI:Invalid arguments:otp required");
  if (route.permission !== null && !holder.key.permissions.includes(route.permission)) {
    return refused("EGeneral:Permission denied");
  }
  const cost = route.cost === "history" ? state.historyCost : 1;
  if (!holder.counter.charge({ cost, atMs: call.atMs })) return refused("EAPI:Rate limit exceeded");
  return { kind: "admitted", holder };
}

function authenticationError(holder: KeyHolder | undefined, call: ReceivedCall): string | null {
  if (holder === undefined || expired(holder, call)) return "EAPI:Invalid key";
  const { path, body, signature } = call;
  const nonce = call.parameters.get("nonce") ?? "";
  if (!verifySignature({ path, nonce, body, apiSecret: holder.key.apiSecret, signature })) {
    return "EAPI:Invalid signature";
  }
  return holder.nonces.accept(nonce) ? null : "EAPI:Invalid nonce";
}

// What Kraken answers to a key past valid_until is not confirmed.
function expired({ key }: KeyHolder, { atMs }: ReceivedCall): boolean {
  return key.validUntilSeconds !== 0 && atMs > key.validUntilSeconds * 1000;
}

function passwordFits({ key }: KeyHolder, { parameters }: ReceivedCall): boolean {
  return key.otp === null || parameters.get("otp") === key.otp;
}

function refused(error: string): Admission {
  return { kind: "refused", error };
}
