import { instrumentKey, type Link, type TradePlan, type TradePlans } from "@fillbook/core";
import createHttpError from "http-errors";
import { z } from "zod";
import type { Database } from "./database.ts";

export interface Campaign {
  readonly id: string;
  readonly name: string;
}

export interface Plan extends TradePlan {
  readonly name: string;
}

const name = z
  .string()
  .trim()
  .min(1)
  .max(100)
  .regex(/^\P{C}+$/u, "holds a control character");
const id = z.string().max(100);

export const newCampaignSchema = z.strictObject({ name });
export const newPlanSchema = z.strictObject({
  name,
  symbol: z
    .string()
    .max(100)
    .refine((symbol) => instrumentKey(symbol) !== "", "is no symbol"),
  direction: z.enum(["long", "short"]),
  campaignId: id.nullable().default(null),
});

/** A plan, or a campaign, or deliberately neither. */
export const linkSchema = z.union([z.strictObject({ tradePlanId: id }), z.strictObject({ campaignId: id }), z.null()]);

const campaignRow = z.object({ id: z.string(), name: z.string() });
const planRow = z
  .object({ id: z.string(), name: z.string(), symbol: z.string(), direction: z.enum(["long", "short"]) })
  .extend({ campaign_id: z.string().nullable() })
  .transform(({ campaign_id: campaignId, ...rest }): Plan => ({ ...rest, campaignId }));

export async function campaignsOf(database: Database, userId: string): Promise<readonly Campaign[]> {
  const { rows } = await database.query("select id, name from app.campaigns where user_id = $1 order by name, id", [
    userId,
  ]);
  return z.array(campaignRow).parse(rows);
}

export async function plansOf(database: Database, userId: string): Promise<readonly Plan[]> {
  const statement = `select id, name, symbol, direction, campaign_id
    from app.trade_plans where user_id = $1 order by name, id`;
  const { rows } = await database.query(statement, [userId]);
  return z.array(planRow).parse(rows);
}

/** The hook of `createFillbook`. All plans of the person: a trade may be linked to a plan of another instrument. */
export function tradePlansOf(database: Database): TradePlans {
  return ({ userId }) => plansOf(database, userId);
}

export async function addCampaign(
  database: Database,
  userId: string,
  campaign: z.output<typeof newCampaignSchema>,
): Promise<Campaign> {
  const statement = "insert into app.campaigns (user_id, name) values ($1, $2) returning id, name";
  const { rows } = await database.query(statement, [userId, campaign.name]);
  return campaignRow.parse(rows[0]);
}

export async function addPlan(database: Database, userId: string, plan: z.output<typeof newPlanSchema>): Promise<Plan> {
  if (plan.campaignId !== null) await requireOwnLink(database, userId, { campaignId: plan.campaignId });
  const statement = `insert into app.trade_plans (user_id, name, symbol, direction, campaign_id)
    values ($1, $2, $3, $4, $5) returning id, name, symbol, direction, campaign_id`;
  const values = [userId, plan.name, plan.symbol, plan.direction, plan.campaignId];
  const { rows } = await database.query(statement, values);
  return planRow.parse(rows[0]);
}

/** Refuses a plan or campaign that is not this person's: Fillbook takes any id, since they are the host's. */
export async function requireOwnLink(database: Database, userId: string, link: Link): Promise<void> {
  if (link === null) return;
  const [table, linked] = "tradePlanId" in link ? ["trade_plans", link.tradePlanId] : ["campaigns", link.campaignId];
  const statement = `select 1 from app.${table} where user_id = $1 and id::text = $2`;
  const { rows } = await database.query(statement, [userId, linked]);
  if (rows.length > 0) return;
  const field = "tradePlanId" in link ? "link.tradePlanId" : "link.campaignId";
  throw createHttpError(422, `not valid: ${field}`, { fieldErrors: [{ field, message: "is not one of yours" }] });
}
