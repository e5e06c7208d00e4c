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
  tables: OwnerTables,
  left: Left,
  { before, includeUndoable }: { readonly before: Instant; readonly includeUndoable: boolean },
): void {
  const { jobs, index } = tables;
  for (const job of [...jobs.values()]) {
    if (left.jobs === 0) return;
    if (job.finishedAt === null || job.finishedAt >= before || (storedSomething(job) && !includeUndoable)) continue;
    const ofJob = [...index.jobSteps.values([job.id])];
    const gone = ofJob.slice(0, left.steps);
    for (const id of gone) deleteStep(tables, left, { id, jobId: job.id });
    if (gone.length < ofJob.length) return;
    jobs.delete(job.id);
    left.jobs -= 1;
  }
}

function storedSomething({ stats: { inserted, updated, corrected, canceled, conflicts } }: Job): boolean {
  return inserted + updated + corrected + canceled + conflicts > 0;
}

function pruneSteps(tables: OwnerTables, left: Left, before: Instant): void {
  for (const step of [...tables.steps.values()]) {
    if (left.steps === 0) return;
    if (step.startedAt < before) deleteStep(tables, left, step);
  }
}

function deleteStep(
  { steps, index }: OwnerTables,
  left: Left,
  { id, jobId }: { readonly id: string; readonly jobId: string },
): void {
  steps.delete(id);
  index.jobSteps.remove(jobId, id);
  left.steps -= 1;
}

function pruneProblems({ problems }: OwnerTables, left: Left, before: Instant): void {
  for (const { id, openedAt, resolvedAt } of [...problems.values()]) {
    if (left.problems === 0) return;
    if (resolvedAt === null || resolvedAt >= before || openedAt >= before) continue;
    problems.delete(id);
    left.problems -= 1;
  }
}

function pruneAudit({ audit }: OwnerTables, left: Left, before: Instant): void {
  for (const { id, at } of [...audit.values()]) {
    if (left.audit === 0) return;
    if (at >= before) continue;
    audit.delete(id);
    left.audit -= 1;
  }
}
