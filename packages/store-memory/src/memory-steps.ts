import type { Step, StepName, StepStatisticsFilter } from "@fillbook/core";
import type { BookStore, IngestStore, StepCounts } from "@fillbook/core/store";
import { copyOf, isEqual, sliceOf } from "./memory-slice.ts";
import { type MemoryTables, ownerTables } from "./memory-tables.ts";

type Steps = Pick<BookStore, "steps" | "lineage" | "stepCounts"> & Pick<IngestStore, "writeSteps">;

const ERROR_CODES_MAX = 5;

/** The lineage of jobs. */
export function memorySteps(tables: MemoryTables): Steps {
  return {
    async writeSteps(owner, steps) {
      const { jobs, steps: stored, index } = ownerTables(tables, owner);
      for (const step of steps) {
        const { id, jobId, connectionId } = step;
        if (jobs.get(jobId)?.connectionId !== connectionId || stored.has(id)) continue;
        stored.set(id, copyOf(step));
        index.jobSteps.add(jobId, id);
      }
    },
    async steps(owner, filter) {
      return sliceOf(ownerTables(tables, owner).steps, filter, (step) => fits(step, filter));
    },
    async lineage(owner, jobId) {
      const { steps, index } = ownerTables(tables, owner);
      const ofJob = [...index.jobSteps.values([jobId])].flatMap((id) => steps.get(id) ?? []);
      return copyOf(ofJob.sort((left, right) => left.place - right.place));
    },
    async stepCounts(owner, filter) {
      const byName = new Map<StepName, Step[]>();
      for (const step of ownerTables(tables, owner).steps.newest({ from: filter.from, to: filter.to })) {
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

function fits(step: Step, { connectionId, name }: StepStatisticsFilter): boolean {
  return isEqual(connectionId, step.connectionId) && isEqual(name, step.name);
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
