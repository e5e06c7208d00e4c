import type { Connection, Slice } from "@fillbook/core";
import { useMemo } from "preact/hooks";
import { providerText } from "./format.ts";
import { useReloads } from "./live.ts";
import { type Loaded, useLoad } from "./use-load.ts";

export interface Plan {
  readonly id: string;
  readonly name: string;
  readonly symbol: string;
  readonly direction: "long" | "short";
  readonly campaignId: string | null;
}

export interface Campaign {
  readonly id: string;
  readonly name: string;
}

/** The plans and campaigns of the host, which trades can be linked to. */
export function usePlans() {
  const plans = useLoad<readonly Plan[]>("/api/plans");
  const campaigns = useLoad<readonly Campaign[]>("/api/campaigns");
  return useMemo(() => {
    const planList = plans.data ?? [];
    const campaignList = campaigns.data ?? [];
    return {
      plans: planList,
      campaigns: campaignList,
      planById: new Map(planList.map((plan) => [plan.id, plan])),
      campaignById: new Map(campaignList.map((campaign) => [campaign.id, campaign])),
      isLoaded: plans.data !== null && campaigns.data !== null,
    };
  }, [plans.data, campaigns.data]);
}

export type Plans = ReturnType<typeof usePlans>;

/** All connections of the person; more than 200 are shown as the first 200. */
export function useConnections(): Loaded<Slice<Connection>> & { readonly byId: ReadonlyMap<string, Connection> } {
  const loaded = useLoad<Slice<Connection>>("/api/connections?limit=200");
  useReloads(loaded.reload);
  const byId = useMemo(() => new Map((loaded.data?.items ?? []).map((one) => [one.id, one])), [loaded.data]);
  return { ...loaded, byId };
}

/** What a connection is called. */
export function connectionText(connection: Pick<Connection, "label" | "connector" | "accountRef"> | undefined): string {
  if (connection === undefined) return "a connection that is gone";
  return connection.label ?? `${providerText(connection.connector)} ${connection.accountRef ?? ""}`.trimEnd();
}

/** What a link says: a plan with its campaign, a campaign, or deliberately neither. */
export function linkText(
  link: { readonly tradePlanId: string } | { readonly campaignId: string } | null,
  { planById, campaignById }: Plans,
): string {
  if (link === null) return "Neither";
  if ("campaignId" in link) return campaignById.get(link.campaignId)?.name ?? "a campaign that is gone";
  return planById.get(link.tradePlanId)?.name ?? "a plan that is gone";
}
