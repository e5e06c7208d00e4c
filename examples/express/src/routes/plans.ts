import { campaign, campaigns, plan, plans } from "../answers/app-answers.ts";
import type { Database } from "../database.ts";
import { addCampaign, addPlan, campaignsOf, newCampaignSchema, newPlanSchema, plansOf } from "../plans.ts";
import { type Route, userRoute } from "../route.ts";

/** The host's own part: plans and campaigns that trades can be linked to. */
export function planRoutes(database: Database): Route[] {
  return [
    userRoute(["get", "/api/plans"], {
      summary: "Trade plans",
      answer: plans,
      handle: ({ userId }) => plansOf(database, userId),
    }),
    userRoute(["post", "/api/plans"], {
      summary: "Make a trade plan",
      body: newPlanSchema,
      answer: plan,
      status: 201,
      handle: ({ userId, body }) => addPlan(database, userId, body),
    }),
    userRoute(["get", "/api/campaigns"], {
      summary: "Campaigns",
      answer: campaigns,
      handle: ({ userId }) => campaignsOf(database, userId),
    }),
    userRoute(["post", "/api/campaigns"], {
      summary: "Make a campaign",
      body: newCampaignSchema,
      answer: campaign,
      status: 201,
      handle: ({ userId, body }) => addCampaign(database, userId, body),
    }),
  ];
}
