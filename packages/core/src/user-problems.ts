import { auditEvent } from "./audit-event.ts";
import type { Clock } from "./clock.ts";
import { instantFromUnixMs } from "./instant.ts";
import { problemCountFilterSchema, problemFilterSchema } from "./list-filters.ts";
import { parseOptions } from "./parse-options.ts";
import { problemAction } from "./problem-action.ts";
import type { Problem, ProblemCount, ProblemFilter, StoredProblem } from "./problem-types.ts";
import type { Slice } from "./read-types.ts";
import type { ReprocessReport, ReprocessRequest } from "./reprocess-rejects.ts";
import type { BookStore } from "./store-contract.ts";

/** What a person knows and does about problems. */
export interface UserProblems {
  /** Newest first; open ones unless `state` says otherwise. */
  problems(filter?: ProblemFilter): Promise<Slice<Problem>>;
  /**
   * Puts a problem away. It opens again when it happens anew, and only then. A resolved one stays as it is; null when
   * there is no such problem of this person.
   */
  resolveProblem(id: string): Promise<Problem | null>;
  /** How many open problems there are of each kind and severity, for a badge; kinds without any are left out. */
  problemCounts(filter?: { readonly connectionId?: string }): Promise<readonly ProblemCount[]>;
  /**
   * Reads records again that could not be read when they came, after the connector was updated. What can be read now is
   * stored as if it had been at once, and the problem of its reject is resolved with it.
   *
   * @throws ImportError `CONNECTION_NOT_FOUND`, `CONNECTION_DISCONNECTED`, `OPTION_INVALID`.
   */
  reprocessRejects(request: ReprocessRequest): Promise<ReprocessReport>;
}

export function userProblems(parts: {
  readonly userId: string;
  readonly actor: string;
  readonly store: BookStore;
  readonly clock: Clock;
  readonly reprocessRejects: UserProblems["reprocessRejects"];
}): UserProblems {
  const { userId, actor, store, clock, reprocessRejects } = parts;
  return {
    async problems(filter = {}) {
      const { items, next } = await store.problems(userId, parseOptions(problemFilterSchema, filter));
      return { items: items.map(problemView), next };
    },
    async resolveProblem(id) {
      const at = instantFromUnixMs(clock.now());
      const details = { problemId: id };
      const audit = auditEvent({ at, by: actor, action: "problem.resolved", connectionId: null, details });
      const problem = await store.resolveProblem(userId, { id, at, audit });
      return problem === null ? null : problemView(problem);
    },
    problemCounts: async (filter = {}) => store.problemCounts(userId, parseOptions(problemCountFilterSchema, filter)),
    reprocessRejects,
  };
}

function problemView(problem: StoredProblem): Problem {
  return { ...problem, action: problemAction(problem) };
}
