import type { ConnectionEnd, RunEnd } from "@fillbook/core/store";

type EndDetails = Pick<RunEnd, "connectionId" | "jobId" | "token"> &
  Partial<Pick<RunEnd, "owner" | "status" | "unchanged" | "problem" | "audit">> & {
    /** What differs from a healthy connection that is due again in a minute. */
    readonly after?: Partial<ConnectionEnd>;
  };

/** The end of a run that went well, with these changes. */
export function runEnd({ connectionId, jobId, token, after, ...details }: EndDetails): RunEnd {
  const { owner = "owner", status = "succeeded", unchanged = false, ...rest } = details;
  return {
    ...{ owner, connectionId, jobId, token, status, unchanged, more: false, error: null },
    ...rest,
    connection: {
      ...{ status: "active", health: "ok", breaker: "closed", consecutiveFailures: 0, pausedForMs: null },
      ...{ validated: true, dueInMs: 60_000 },
      ...after,
    },
  };
}
