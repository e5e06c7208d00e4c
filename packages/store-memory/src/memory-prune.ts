import type { Instant, Job } from "@fillbook/core";
import type { BookStore } from "@fillbook/core/store";
import type { MemoryTables, OwnerTables } from "./memory-tables.ts";

/** Deletes old rows of all owners, at most so many of each kind. */
export function memoryPrune({ owners }: MemoryTables): Pick<BookStore, "prune"> {
  return {
    async prune({ jobsBefore, stepsBefore, problemsBefore, auditBefore, includeUndoable, limit }) {
      const left = { jobs: limit, steps: limit, problems: limit, audit: limit };
      for (const tables of owners.values()) {
        if (jobsBefore !== undefined) pruneJobs(tables, left, { before: jobsBefore, includeUndoable });
        if (stepsBefore !== undefined) pruneSteps(tables, left, stepsBefore);
        if (problemsBefore !== undefined) pruneProblems(tables, left, problemsBefore);
        if (auditBefore !== undefined) pruneAudit(tables, left, auditBefore);
      }
      const { jobs, steps, problems, audit } = left;
      return {
        ...{ jobs: limit - jobs, steps: limit - steps, problems: limit - problems, audit: limit - audit },
        more: Math.min(jobs, steps, problems, audit) === 0,
      };
    },
  };
}

type Left = { jobs: number; steps: number; problems: number; audit: number };

function pruneJobs(
  { jobs, steps }: OwnerTables,
  left: Left,
  { before, includeUndoable }: { readonly before: Instant; readonly includeUndoable: boolean },
): void {
  for (const [id, job] of jobs) {
    if (left.jobs === 0) return;
    if (job.finishedAt === null || job.finishedAt >= before || (storedSomething(job) && !includeUndoable)) continue;
    const ofJob = steps.get(id);
    for (const stepId of [...(ofJob?.keys() ?? [])].slice(0, left.steps)) {
      ofJob?.delete(stepId);
      left.steps -= 1;
    }
    if ((ofJob?.size ?? 0) > 0) return;
    steps.delete(id);
    jobs.delete(id);
    left.jobs -= 1;
  }
}

function storedSomething({ stats: { inserted, updated, corrected, canceled, conflicts } }: Job): boolean {
  return inserted + updated + corrected + canceled + conflicts > 0;
}

function pruneSteps({ steps }: OwnerTables, left: Left, before: Instant): void {
  for (const ofJob of steps.values()) {
    for (const [id, { startedAt }] of ofJob) {
      if (left.steps === 0) return;
      if (startedAt >= before) continue;
      ofJob.delete(id);
      left.steps -= 1;
    }
  }
}

function pruneProblems({ problems }: OwnerTables, left: Left, before: Instant): void {
  for (const [key, { openedAt, resolvedAt }] of problems) {
    if (left.problems === 0) return;
    if (resolvedAt === null || resolvedAt >= before || openedAt >= before) continue;
    problems.delete(key);
    left.problems -= 1;
  }
}

function pruneAudit({ audit }: OwnerTables, left: Left, before: Instant): void {
  const kept = audit.filter(({ at }) => {
    if (at >= before || left.audit === 0) return true;
    left.audit -= 1;
    return false;
  });
  audit.splice(0, audit.length, ...kept);
}
