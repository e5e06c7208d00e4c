import type { Trade } from "@fillbook/core";
import { useState } from "preact/hooks";
import { FilterBar, filterQuery, useFilters } from "../filter-bar.tsx";
import { plainText } from "../format.ts";
import { useReloads } from "../live.ts";
import { linkText, type Plans, useConnections, usePlans } from "../reference-data.ts";
import { Badge, Button, EmptyState, ErrorState, MoreRows, PageHead, SkeletonRows, type Tone } from "../ui.tsx";
import { useSlices, withQuery } from "../use-load.ts";
import { Amount, Price, Side } from "../values.tsx";
import { FeesText } from "./fees-text.tsx";
import { ManualDialog } from "./manual-dialog.tsx";
import { OriginCells } from "./origin-cells.tsx";

/** Every trade, imported or entered by hand. */
export function Trades() {
  const [filters, setFilters] = useFilters();
  const path = withQuery("/api/trades", filterQuery(filters));
  const list = useSlices<Trade>(path);
  const connections = useConnections();
  const plans = usePlans();
  const [isAdding, setAdding] = useState(false);
  useReloads(() => list.isDeep || list.reload());
  const items = list.items ?? [];
  return (
    <>
      <PageHead title="Trades" hint="One line for each order: the sum of its fills that count.">
        <Button icon="plus" onClick={() => setAdding(true)}>
          Add by hand
        </Button>
      </PageHead>
      <FilterBar filters={filters} onChange={setFilters} connections={connections.data?.items ?? []}>
        <select
          class="select"
          aria-label="Status"
          value={filters.status}
          onChange={(event) => setFilters({ status: event.currentTarget.value })}
        >
          <option value="">Any status</option>
          <option value="filled">Filled</option>
          <option value="partial">Partly filled</option>
          <option value="canceled">Canceled</option>
          <option value="unknown">Order size unknown</option>
        </select>
      </FilterBar>
      {list.error !== null && list.items === null ? <ErrorState error={list.error} onRetry={list.reload} /> : null}
      {list.items === null && list.error === null ? <SkeletonRows rows={12} /> : null}
      {list.items?.length === 0 ? (
        <EmptyState title={path.includes("?") ? "No trade fits these filters" : "No trades yet"}>
          {path.includes("?")
            ? "Clear them to see all trades."
            : "Connect an account on the Sync page, or add a trade by hand."}
        </EmptyState>
      ) : null}
      {items.length > 0 ? (
        <div class="table-wrap">
          <TradesTable items={items} plans={plans} />
          <MoreRows more={list.more} isLoading={list.isLoadingMore} shown={items.length} />
        </div>
      ) : null}
      {isAdding ? (
        <ManualDialog trade={null} plans={plans} onClose={() => setAdding(false)} onDone={list.reload} />
      ) : null}
    </>
  );
}

function TradesTable({ items, plans }: { readonly items: readonly Trade[]; readonly plans: Plans }) {
  return (
    <table class="table trades-table cards">
      <thead>
        <tr>
          <th class="cell-time">Executed</th>
          <th class="cell-account">Account</th>
          <th class="cell-symbol">Symbol</th>
          <th class="cell-side">Side</th>
          <th class="cell-status">Status</th>
          <th class="number">Quantity</th>
          <th class="number">Price</th>
          <th class="number">Fees</th>
          <th class="cell-plan">Linked to</th>
        </tr>
      </thead>
      <tbody>
        {items.map((trade) => (
          <tr key={trade.id}>
            <OriginCells trade={trade} />
            <td class="cell-symbol" data-label="Symbol">
              <a href={`/trades/${encodeURIComponent(trade.id)}`}>{plainText(trade.instrument.symbol)}</a>
            </td>
            <td class="cell-side" data-label="Side">
              <Side of={trade.side} />
            </td>
            <td class="cell-status" data-label="Status">
              <TradeStatus of={trade.status} />
            </td>
            <td class="number" data-label="Quantity">
              <Amount of={trade.quantity} />
            </td>
            <td class="number" data-label="Price">
              {trade.averagePrice === null ? "" : <Price of={trade.averagePrice} />}
            </td>
            <td class="number" data-label="Fees">
              <FeesText fees={trade.fees} unknownCount={trade.unknownFeeCount} />
            </td>
            <td class="cell-plan cut" data-label="Linked to">
              {trade.inbox === "pending_review" ? <a href="/inbox">to review</a> : linkText(trade.link, plans)}
              {trade.changedSinceReview ? <Badge tone="warn">changed</Badge> : null}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

const statuses: Readonly<Record<Trade["status"], readonly [Tone, string]>> = {
  filled: ["good", "Filled"],
  partial: ["warn", "Partial"],
  canceled: ["plain", "Canceled"],
  unknown: ["plain", "Executed"],
};

export function TradeStatus({ of }: { readonly of: Trade["status"] }) {
  const [tone, text] = statuses[of];
  const title = of === "unknown" ? "The broker does not tell how much was ordered" : undefined;
  return (
    <span title={title}>
      <Badge tone={tone}>{text}</Badge>
    </span>
  );
}
