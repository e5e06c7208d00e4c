import { dayFilterSchema, positionFilterSchema, statisticsFilterSchema } from "@fillbook/core";
import { campaignTotals, positions, realizedDays } from "../answers/statistics-answers.ts";
import { type Route, userRoute } from "../route.ts";

/** Sums over all fills of a person, imported ones and those entered by hand. */
export const statisticsRoutes: readonly Route[] = [
  userRoute(["get", "/api/positions"], {
    summary: "What is open and what was realized, for each instrument",
    query: positionFilterSchema,
    answer: positions,
    handle: ({ user, query }) => user.positions(query),
  }),
  userRoute(["get", "/api/realized-days"], {
    summary: "What was realized and paid on each day with fills",
    query: dayFilterSchema,
    answer: realizedDays,
    handle: ({ user, query }) => user.realizedByDay(query),
  }),
  userRoute(["get", "/api/campaign-totals"], {
    summary: "Totals by campaign, those without one last",
    query: statisticsFilterSchema,
    answer: campaignTotals,
    handle: ({ user, query }) => user.campaignTotals(query),
  }),
];
