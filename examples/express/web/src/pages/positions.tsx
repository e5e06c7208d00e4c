import type { CampaignTotals, Position, RealizedDay } from "@fillbook/core";
import { useState } from "preact/hooks";
import { plainText } from "../format.ts";
import { useReloads } from "../live.ts";
import { usePlans } from "../reference-data.ts";
import { Amount, EmptyState, ErrorState, Moment, PageHead, Price, SkeletonRows } from "../ui.tsx";
import { useLoad } from "../use-load.ts";
import { FeesText } from "./fees-text.tsx";
import { Plot } from "./plot.tsx";

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
            <Days days={days.data ?? []} />
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

/** The plot of one currency, and the same figures as text. */
function Days({ days }: { readonly days: readonly RealizedDay[] }) {
  const currencies = [...new Set(days.flatMap(({ realized }) => realized.map(({ currency }) => currency)))];
  const [chosen, setChosen] = useState<string | null | undefined>(undefined);
  const preferred = currencies.includes("USD") ? "USD" : currencies[0];
  const currency = chosen === undefined ? preferred : chosen;
  if (currency === undefined) return <p class="muted">Nothing was closed yet, so there is nothing realized to show.</p>;
  const points = days.flatMap(({ day, realized, cumulativeRealized }) => {
    const sum = cumulativeRealized.find((one) => one.currency === currency);
    if (sum === undefined) return [];
    return [{ day, amount: realized.find((one) => one.currency === currency)?.amount ?? "0", sum: sum.amount }];
  });
  return (
    <section class="section" aria-label="Realized by day">
      <div class="section-head">
        <h2>Realized by day</h2>
        <select
          class="select"
          aria-label="Currency"
          value={currency ?? ""}
          onChange={(event) => setChosen(event.currentTarget.value === "" ? null : event.currentTarget.value)}
        >
          {currencies.map((one) => (
            <option key={one} value={one ?? ""}>
              {one ?? "unknown"}
            </option>
          ))}
        </select>
        <span class="plot-sum">
          <span class="muted">In all</span> <Amount of={points.at(-1)?.sum ?? "0"} places={2} tone="signed" />{" "}
          <span class="muted">{currency ?? ""}, fees not subtracted</span>
        </span>
      </div>
      <Plot points={points} />
      <details class="plot-table">
        <summary>The same as a table</summary>
        <div class="table-box">
          <table class="table">
            <thead>
              <tr>
                <th>Day</th>
                <th class="number">Realized</th>
                <th class="number">In all</th>
              </tr>
            </thead>
            <tbody>
              {[...points].reverse().map(({ day, amount, sum }) => (
                <tr key={day}>
                  <td>{day}</td>
                  <td class="number">
                    <Amount of={amount} places={2} tone="signed" />
                  </td>
                  <td class="number">
                    <Amount of={sum} places={2} tone="signed" />
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      </details>
    </section>
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
                <Amount of={position.realizedAverage} places={2} tone="signed" />
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

function CampaignsTable({ totals }: { readonly totals: readonly CampaignTotals[] }) {
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
                  <Amount of={boughtNotional} places={2} />
                </td>
                <td class="number" data-label="Sold">
                  <Amount of={soldNotional} places={2} />
                </td>
                <td class="number" data-label="Realized">
                  <Amount of={realized} places={2} tone="signed" />
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
