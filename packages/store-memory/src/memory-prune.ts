import type { Instant, Job } from "@fillbook/core";
import type { BookStore } from "@fillbook/core/store";
import type { MemoryTables, OwnerTables } from "./memory-tables.ts";
import type { OrderedTable } from "./ordered-table.ts";

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

function deleteStep(
  { steps, index }: OwnerTables,
  left: Left,
  { id, jobId }: { readonly id: string; readonly jobId: string },
): void {
  steps.delete(id);
  index.jobSteps.remove(jobId, id);
  left.steps -= 1;
}

function pruneSteps(tables: OwnerTables, left: Left, before: Instant): void {
  for (const step of oldRows(tables.steps, left.steps, ({ startedAt }) => startedAt < before))
    deleteStep(tables, left, step);
}

function pruneProblems({ problems }: OwnerTables, left: Left, before: Instant): void {
  const old = oldRows(problems, left.problems, ({ openedAt, resolvedAt }) => {
    return resolvedAt !== null && resolvedAt < before && openedAt < before;
  });
  for (const { id } of old) problems.delete(id);
  left.problems -= old.length;
}

function pruneAudit({ audit }: OwnerTables, left: Left, before: Instant): void {
  const old = oldRows(audit, left.audit, ({ at }) => at < before);
  for (const { id } of old) audit.delete(id);
  left.audit -= old.length;
}

/** The first old rows, at most so many. */
function oldRows<Row>(table: OrderedTable<Row>, limit: number, isOld: (row: Row) => boolean): readonly Row[] {
  const old: Row[] = [];
  for (const row of table.values()) {
    if (old.length === limit) break;
    if (isOld(row)) old.push(row);
  }
  return old;
}
