import { ibkrLease, type Lease, type LeaseOptions } from "./ibkr-lease.ts";

/** The right to have IBKR make a statement with a token. */
export type FlexJob = Lease;

/** IBKR makes one statement at a time for a token, and the others queue. `stateKey` is the token's. */
export function flexJob(options: Omit<LeaseOptions, "busy">): FlexJob {
  return ibkrLease({
    ...options,
    stateKey: `${options.stateKey}:job`,
    busy: "another run has IBKR make a statement with this token, which makes one at a time",
  });
}
