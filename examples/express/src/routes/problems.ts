import { auditFilterSchema, problemCountFilterSchema, problemFilterSchema } from "@fillbook/core";
import { z } from "zod";
import { auditSlice, problem, problemCounts, problemSlice } from "../answers/problem-answers.ts";
import { found } from "../read-input.ts";
import { type Route, userRoute } from "../route.ts";

const pinSchema = z.strictObject({ familyKey: z.string(), revisionKey: z.string() });

/** What a person must know, each with what can be done about it; and who changed what. */
export const problemRoutes: readonly Route[] = [
  userRoute(["get", "/api/problems"], {
    summary: "Problems, newest first; open ones unless `state` says otherwise",
    query: problemFilterSchema,
    answer: problemSlice,
    handle: ({ user, query }) => user.problems(query),
  }),
  userRoute(["get", "/api/problems/counts"], {
    summary: "How many open problems there are of each kind and severity",
    query: problemCountFilterSchema,
    answer: problemCounts,
    handle: ({ user, query }) => user.problemCounts(query),
  }),
  userRoute(["post", "/api/problems/{id}/resolve"], {
    summary: "Put a problem away",
    answer: problem,
    handle: async ({ user, id }) => found(await user.resolveProblem(id)),
  }),
  userRoute(["post", "/api/reports/pin"], {
    summary: "Choose which report of a fill is right, as a conflict's action `pin-report` offers",
    body: pinSchema,
    handle: ({ user, body }) => user.pinReport(body),
  }),
  userRoute(["get", "/api/audit-events"], {
    summary: "Who changed connections, credentials and problems, and when",
    query: auditFilterSchema,
    answer: auditSlice,
    handle: ({ user, query }) => user.auditEvents(query),
  }),
];
