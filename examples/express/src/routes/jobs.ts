import { jobFilterSchema, stepFilterSchema, stepStatisticsFilterSchema } from "@fillbook/core";
import { job, jobSlice, stepSlice, stepStatistics, undoReport } from "../answers/run-answers.ts";
import { found } from "../read-input.ts";
import { type Route, userRoute } from "../route.ts";

/** Runs, how each of them went step by step, and how often and how fast each kind of step succeeds. */
export const jobRoutes: readonly Route[] = [
  userRoute(["get", "/api/jobs"], {
    summary: "Runs, newest first",
    query: jobFilterSchema,
    answer: jobSlice,
    handle: ({ user, query }) => user.jobs(query),
  }),
  userRoute(["get", "/api/jobs/{id}"], {
    summary: "One run",
    answer: job,
    handle: async ({ user, id }) => found(await user.job(id)),
  }),
  userRoute(["get", "/api/jobs/{id}/steps"], {
    summary: "A run step by step",
    answer: stepSlice,
    async handle({ user, id }) {
      const { id: jobId } = found(await user.job(id));
      return { items: await user.lineage(jobId), next: null };
    },
  }),
  userRoute(["post", "/api/jobs/{id}/undo"], {
    summary: "Take back what a run imported; says what stayed and why",
    answer: undoReport,
    handle: ({ user, id }) => user.undoImport(id),
  }),
  userRoute(["get", "/api/steps"], {
    summary: "Steps of all runs, newest first",
    query: stepFilterSchema,
    answer: stepSlice,
    handle: ({ user, query }) => user.steps(query),
  }),
  userRoute(["get", "/api/steps/statistics"], {
    summary: "How often and how fast each kind of step succeeds",
    query: stepStatisticsFilterSchema,
    answer: stepStatistics,
    handle: ({ user, query }) => user.stepStatistics(query),
  }),
];
