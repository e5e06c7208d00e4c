import type { CampaignTotals } from "@fillbook/core";
import { usePlans } from "../reference-data.ts";
import { Money } from "../values.tsx";

/** What each campaign came to, one line a currency. */
export function CampaignsTable({ totals }: { readonly totals: readonly CampaignTotals[] }) {
  const { campaignById } = usePlans();
  return (
    <div class="table-box">
      <table class="table cards campaigns-table">
        <thead>
          <tr>
            <th>Campaign</th>
            <th class="number">Trades</th>
            <th>Currency</th>
            <th class="number">Bought</th>
            <th class="number">Sold</th>
            <th class="number">Realized</th>
          </tr>
        </thead>
        <tbody>
          {totals.flatMap(({ campaignId, tradeCount, currencies }) =>
            currencies.map(({ currency, boughtNotional, soldNotional, realized }, index) => (
              <tr key={`${campaignId} ${currency}`} data-campaign={campaignId ?? "none"} data-currency={currency ?? ""}>
                <td data-label="Campaign">
                  {index > 0 ? (
                    <span class="wide-blank">{nameOf(campaignId, campaignById)}</span>
                  ) : (
                    nameOf(campaignId, campaignById)
                  )}
                </td>
                <td class="number" data-label="Trades">
                  {index > 0 ? "" : tradeCount}
                </td>
                <td data-label="Currency">{currency ?? "unknown"}</td>
                <td class="number" data-label="Bought">
                  <Money of={boughtNotional} />
                </td>
                <td class="number" data-label="Sold">
                  <Money of={soldNotional} />
                </td>
                <td class="number" data-label="Realized">
                  <Money of={realized} tone="signed" />
                </td>
              </tr>
            )),
          )}
        </tbody>
      </table>
    </div>
  );
}

function nameOf(id: string | null, byId: ReadonlyMap<string, { readonly name: string }>) {
  if (id === null) return <span class="muted">No campaign</span>;
  return byId.get(id)?.name ?? "a campaign that is gone";
}
