import type { CampaignTotals, Position, RealizedDay } from "@fillbook/core";
import { useState } from "preact/hooks";
import { plainText } from "../format.ts";
import { useReloads } from "../live.ts";
import { EmptyState, ErrorState, PageHead, SkeletonRows } from "../ui.tsx";
import { useLoad } from "../use-load.ts";
import { Amount, Moment, Money, Price } from "../values.tsx";
import { CampaignsTable } from "./campaigns-table.tsx";
import { FeesText } from "./fees-text.tsx";
import { RealizedDays } from "./realized-days.tsx";

/** What is open, what was realized day by day, and what each campaign came to. */
export function Positions() {
  const zone = encodeURIComponent(Intl.DateTimeFormat().resolvedOptions().timeZone);
  const positions = useLoad<readonly Position[]>("/api/positions");
  const days = useLoad<readonly RealizedDay[]>(`/api/realized-days?timeZone=${zone}`);
  const totals = useLoad<readonly CampaignTotals[]>("/api/campaign-totals");
  useReloads(positions.reload, days.reload, totals.reload);
  const [show, setShow] = useState<"open" | "all">("open");
  const error = positions.error ?? days.error ?? totals.error;
  const isLoaded = positions.data !== null && days.data !== null && totals.data !== null;
  const all = positions.data ?? [];
  const shown = show === "all" ? all : all.filter(({ quantity }) => quantity !== "0");
  return (
    <>
      <PageHead
        title="Positions"
        hint="All fills together, imported and entered by hand. Currencies are never mixed."
      />
      <div class="scroll">
        {error !== null && !isLoaded ? <ErrorState error={error} onRetry={positions.reload} /> : null}
        {!isLoaded && error === null ? <SkeletonRows rows={10} /> : null}
        {isLoaded && all.length === 0 ? (
          <EmptyState title="No fills yet" action={<a href="/sync">Go to Sync</a>}>
            Positions follow from fills. Import some, or add a trade by hand.
          </EmptyState>
        ) : null}
        {isLoaded && all.length > 0 ? (
          <>
            <RealizedDays days={days.data ?? []} />
            <section class="section" aria-label="Positions">
              <div class="section-head">
                <h2>Positions</h2>
                <div class="tabs" role="tablist" aria-label="Which positions">
                  {(["open", "all"] as const).map((value) => (
                    <button
                      key={value}
                      type="button"
                      role="tab"
                      aria-selected={show === value}
                      onClick={() => setShow(value)}
                    >
                      {value === "open" ? "Open" : "With closed ones"}
                    </button>
                  ))}
                </div>
              </div>
              <PositionsTable positions={shown} />
            </section>
            <section class="section" aria-label="Campaigns">
              <h2>Campaigns</h2>
              <CampaignsTable totals={totals.data ?? []} />
            </section>
          </>
        ) : null}
      </div>
    </>
  );
}

function PositionsTable({ positions }: { readonly positions: readonly Position[] }) {
  if (positions.length === 0) return <p class="muted">Nothing is open: everything that was bought was sold.</p>;
  return (
    <div class="table-box">
      <table class="table cards">
        <thead>
          <tr>
            <th class="cell-symbol">Instrument</th>
            <th class="number">Quantity</th>
            <th class="number">Average cost</th>
            <th class="number">Realized</th>
            <th>Currency</th>
            <th class="number">Fees</th>
            <th class="number">Fills</th>
            <th class="cell-time">Last fill</th>
          </tr>
        </thead>
        <tbody>
          {positions.map((position) => (
            <tr key={[position.instrumentKey, position.account, position.currency, position.multiplier].join()}>
              <td class="cell-symbol" data-label="Instrument">
                {plainText(position.instrument.symbol)} <small class="muted">{position.instrument.kind}</small>
              </td>
              <td class="number" data-label="Quantity">
                <Amount of={position.quantity} />
              </td>
              <td class="number" data-label="Average cost">
                {position.averageCost === null ? <span class="muted">flat</span> : <Price of={position.averageCost} />}
              </td>
              <td class="number" data-label="Realized">
                <Money of={position.realizedAverage} tone="signed" />
              </td>
              <td data-label="Currency">{position.currency ?? "unknown"}</td>
              <td class="number" data-label="Fees">
                <FeesText fees={position.fees} unknownCount={position.unknownFeeCount} />
              </td>
              <td class="number" data-label="Fills">
                {position.executionCount}
              </td>
              <td class="cell-time" data-label="Last fill">
                <Moment at={position.lastExecutedAt} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
