import { z } from "zod";
import { count, named, text } from "./basics.ts";

const user = named("User", z.strictObject({ id: text, name: text }));
export const session = named("Session", z.strictObject({ user: user.nullable(), csrfToken: text }));

export const campaign = named("Campaign", z.strictObject({ id: text, name: text }));
export const campaigns = named("Campaigns", z.array(campaign).readonly());

export const plan = named(
  "Plan",
  z.strictObject({
    ...{ id: text, name: text, symbol: text, direction: z.enum(["long", "short"]) },
    campaignId: text.nullable().describe("What the plan belongs to: trades linked to the plan count there."),
  }),
);
export const plans = named("Plans", z.array(plan).readonly());

export const connectors = named(
  "Connectors",
  z.array(z.strictObject({ id: text, broker: text, readsFiles: z.boolean() })).readonly(),
);

/** What every error is answered with; the document names it. */
named(
  "ProblemDocument",
  z.strictObject({
    ...{ type: text, title: text, status: count, detail: text.optional(), instance: text },
    ...{ code: text.optional(), recovery: text.optional(), retryAfterMs: count.optional() },
    ...{ connectionId: text.optional() },
    errors: z.array(z.strictObject({ field: text, message: text })).optional(),
  }),
);

export const openApi = named("OpenApi", z.record(z.string(), z.unknown()).describe("An OpenAPI 3.1 document."));
