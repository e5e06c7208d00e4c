/** What one owner has and another one may try to reach: ids, a fence, and the `next` of every list. */
export interface OwnedIds {
  readonly connectionId: string;
  readonly tradeId: string;
  readonly revisionKey: string;
  readonly familyKey: string;
  readonly jobId: string;
  readonly runningJobId: string;
  /** The job that stored the executions, and the UTC day of a manual trade. */
  readonly importJobId: string;
  readonly manualDay: string;
  readonly problemId: string;
  readonly token: number;
  readonly nexts: Readonly<Record<ListName, string>>;
}

export type ListName = "connections" | "trades" | "executions" | "jobs" | "problems" | "steps" | "auditEvents";

/** Ids of the same form that nobody has. A cursor of a missing row stands beside the real one in the list's order. */
export function missingIds(ids: OwnedIds): OwnedIds {
  const { connections, trades, executions, jobs, problems, steps, auditEvents } = ids.nexts;
  return {
    connectionId: missing(ids.connectionId),
    tradeId: missing(ids.tradeId),
    revisionKey: missing(ids.revisionKey),
    familyKey: missing(ids.familyKey),
    jobId: missing(ids.jobId),
    runningJobId: missing(ids.runningJobId),
    importJobId: missing(ids.importJobId),
    manualDay: `${ids.manualDay.slice(0, -2)}20`,
    problemId: missing(ids.problemId),
    token: ids.token,
    nexts: {
      connections: missing(connections),
      trades: missing(trades),
      executions: missing(executions),
      jobs: missing(jobs),
      problems: missing(problems),
      steps: missing(steps),
      auditEvents: missing(auditEvents),
    },
  };
}

function missing(id: string): string {
  return `${id.slice(0, -1)}${id.endsWith("0") ? "1" : "0"}`;
}
