import type { Json } from "../json.ts";
import { safeText } from "../safe-text.ts";
import { driftMessage, driftProblemKey, isDrift } from "../schema-drift.ts";
import { cancelProblems } from "./cancel-problems.ts";
import type { CommitPlan } from "./commit-batch.ts";
import { crowdProblems } from "./crowd-problems.ts";
import type { PlanRow } from "./fold.ts";
import { futureProblems } from "./future-fills.ts";
import type { Decided } from "./plan-commit.ts";
import type { NewProblem, Reject } from "./plan-types.ts";
import type { Settled } from "./settle-family.ts";

/** The problems that a commit opens, and those that cannot be any more. Both may name problems that are so already. */
export function planProblems(decided: Decided): {
  readonly opened: readonly NewProblem[];
  readonly resolved: readonly string[];
} {
  const { batch, news, hidden } = decided;
  const opened: NewProblem[] = [...batch.problems, ...news.rejects.map(rejectProblem), ...driftProblems(decided)];
  opened.push(...futureProblems(batch, news.reports));
  const resolved: string[] = [...(batch.resolves ?? [])];
  const changed = new Set(hidden.map(({ report }) => report.familyKey));
  for (const settled of decided.settled) {
    const isChanged = changed.size > 0 && settled.family.familyKeys.filter((key) => changed.delete(key)).length > 0;
    if (!isChanged && !isTouched(settled)) continue;
    const { familyKey, familyKeys, ambiguous } = settled.family;
    if (settled.conflict.length > 0) opened.push(conflictProblem(settled));
    const doubtful = new Set(ambiguous.map((one) => one.familyKey));
    for (const one of ambiguous) opened.push(ambiguousProblem(one, familyKey));
    for (const key of familyKeys) {
      // A folded family's conflict from before it was folded is the host's now.
      if (settled.conflict.length === 0 || key !== familyKey) resolved.push(`conflict:${key}`);
      if (!doubtful.has(key)) resolved.push(`ambiguous:${key}`);
    }
  }
  // What is left are fills that are gone, and with them what was wrong with them.
  for (const key of changed) resolved.push(`conflict:${key}`, `ambiguous:${key}`);
  const crowds = crowdProblems(decided);
  const cancels = cancelProblems(decided);
  for (const { reason, rejectKey } of batch.rereads) {
    if (reason === null) resolved.push(rejectProblemKey({ rejectKey }));
  }
  return {
    opened: [...opened, ...crowds.opened, ...cancels.opened],
    resolved: [...resolved, ...crowds.resolved, ...cancels.resolved],
  };
}

/**
 * The problems of rejects that were read again and could not be read for another reason than before, and the conflicts of
 * what was decided: their reports may be more than before, and another one may count.
 */
export function rewordedProblems({ batch, settled }: Decided): CommitPlan["problemsReworded"] {
  const rejects = batch.rereads.flatMap(({ rejectKey, reason }) =>
    reason === null ? [] : [{ problemKey: rejectProblemKey({ rejectKey }), message: rejectMessage(reason) }],
  );
  const conflicts = settled.filter(({ conflict }) => conflict.length > 0).map(conflictProblem);
  return [...rejects, ...conflicts.map(({ problemKey, message, details }) => ({ problemKey, message, details }))];
}

/** A problem shows so many reports or fills at most, the first of them; its message says how many there are. */
const SHOWN_MAX = 50;

// One report that carries no trade or transaction id was never folded with others and cannot contradict itself: most
// fills need no word about problems.
function isTouched({ family }: Settled): boolean {
  return family.rows.length > 1 || family.rows.some((row) => row.report.aliasKeys.length > 0);
}

// The reports stand in the order of their ranks: a store reads them in any order.
function conflictProblem({ family, conflict, face }: Settled): NewProblem {
  const rows = [...conflict].sort((left, right) => (left.rank > right.rank ? -1 : 1));
  return {
    problemKey: `conflict:${family.familyKey}`,
    kind: "conflict",
    severity: "error",
    message: `The broker reported fill ${face.report.executionId ?? family.familyKey} in ${conflict.length} ways with the same standing; the one that it first reported last counts until a person chooses`,
    details: {
      familyKey: family.familyKey,
      counted: face.report.revisionKey,
      reports: rows.slice(0, SHOWN_MAX).map(shownReport),
    },
  };
}

function shownReport({ report }: PlanRow): Json {
  const { revisionKey, side, quantity, price, fees, source, fetchedAt, firstReportedAt } = report;
  return {
    revisionKey,
    side,
    quantity,
    price,
    symbol: report.instrument.symbol,
    fees: fees as Json,
    connector: source.connector,
    fetchedAt,
    firstReportedAt,
  };
}

function ambiguousProblem(
  { familyKey, otherHosts }: Settled["family"]["ambiguous"][number],
  chosen: string,
): NewProblem {
  return {
    problemKey: `ambiguous:${familyKey}`,
    kind: "ambiguous_identity",
    severity: "warning",
    message: `Rows without an execution id fit ${otherHosts.length + 1} fills; they are read as part of the first`,
    details: { familyKey, chosen, others: otherHosts.slice(0, SHOWN_MAX) },
  };
}

function rejectProblem(reject: Reject): NewProblem {
  return {
    problemKey: rejectProblemKey(reject),
    kind: "reject",
    severity: "error",
    message: rejectMessage(reject.reason),
    details: { rejectKey: reject.rejectKey, rawTruncated: reject.rawTruncated },
  };
}

// In the commit that passes the threshold: the run stops behind it, and a crash in between must not hide why.
function driftProblems({ batch, news }: Decided): NewProblem[] {
  if (batch.run === null || batch.before === undefined) return [];
  const fetched = batch.before.fetched + batch.fetched;
  const rejected = batch.before.rejected + news.rejects.length;
  if (!isDrift({ fetched, rejected })) return [];
  const message = driftMessage({ fetched, rejected });
  const problemKey = driftProblemKey(batch.run.connectionId);
  return [{ problemKey, kind: "schema_drift", severity: "error", message, details: { fetched, rejected } }];
}

function rejectProblemKey({ rejectKey }: { readonly rejectKey: string }): string {
  return `reject:${rejectKey}`;
}

function rejectMessage(reason: string): string {
  return safeText(`A record that looks like a fill could not be read: ${reason}`);
}
