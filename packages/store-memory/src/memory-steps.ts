import type { Step, StepName, StepStatisticsFilter } from "@fillbook/core";
import type { BookStore, IngestStore, StepCounts } from "@fillbook/core/store";
import { copyOf, isEqual, sliceOf } from "./memory-slice.ts";
import { type MemoryTables, ownerTables } from "./memory-tables.ts";

type Steps = Pick<BookStore, "steps" | "lineage" | "stepCounts"> & Pick<IngestStore, "writeSteps">;

const ERROR_CODES_MAX = 5;

/** The lineage of jobs. */
export function memorySteps(tables: MemoryTables): Steps {
  const all = (owner: string) => [...ownerTables(tables, owner).steps.values()].flatMap((job) => [...job.values()]);
  return {
    async writeSteps(owner, steps) {
      const { jobs, steps: stored } = ownerTables(tables, owner);
      for (const step of steps) {
        const { id, jobId, connectionId } = step;
        if (jobs.get(jobId)?.connectionId !== connectionId) continue;
        const ofJob = stored.get(jobId) ?? new Map<string, Step>();
        stored.set(jobId, ofJob);
        if (!ofJob.has(id)) ofJob.set(id, copyOf(step));
      }
    },
    async steps(owner, filter) {
      const fitting = all(owner).filter((step) => fits(step, filter));
      return sliceOf(fitting, filter, (step) => ({ at: step.startedAt, id: step.id }));
    },
    async lineage(owner, jobId) {
      const steps = ownerTables(tables, owner).steps.get(jobId)?.values() ?? [];
      return copyOf([...steps].sort((left, right) => left.place - right.place));
    },
    async stepCounts(owner, filter) {
      const byName = new Map<StepName, Step[]>();
      for (const step of all(owner)) {
        if (!fits(step, filter)) continue;
        const steps = byName.get(step.name);
        if (steps === undefined) byName.set(step.name, [step]);
        else steps.push(step);
      }
      return [...byName]
        .sort(([left], [right]) => (left < right ? -1 : 1))
        .map(([name, steps]) => counted(name, steps));
    },
  };
}

function fits(step: Step, { connectionId, name, from, to }: StepStatisticsFilter): boolean {
  const { startedAt } = step;
  const isInTime = (from === undefined || startedAt >= from) && (to === undefined || startedAt <= to);
  return isInTime && isEqual(connectionId, step.connectionId) && isEqual(name, step.name);
}

function counted(name: StepName, steps: readonly Step[]): StepCounts {
  const durations = steps.map((step) => step.durationMs).sort((left, right) => left - right);
  return {
    ...{ name, count: steps.length, failed: steps.filter((step) => step.error !== null).length },
    totalMs: durations.reduce((sum, durationMs) => sum + durationMs, 0),
    p95Ms: durations[Math.ceil(0.95 * durations.length) - 1] ?? 0,
    errorCodes: commonCodes(steps),
  };
}

function commonCodes(steps: readonly Step[]): StepCounts["errorCodes"] {
  const counts = new Map<NonNullable<Step["error"]>["code"], number>();
  for (const { error } of steps) if (error !== null) counts.set(error.code, (counts.get(error.code) ?? 0) + 1);
  return [...counts]
    .map(([code, count]) => ({ code, count }))
    .sort((left, right) => right.count - left.count || (left.code < right.code ? -1 : 1))
    .slice(0, ERROR_CODES_MAX);
}
