import type { AuditEvent, Decision, Slice, StoredExecution, Trade } from "@fillbook/core";
import { useState } from "preact/hooks";
import { change } from "../api.ts";
import { plainText, providerText } from "../format.ts";
import { useReloads } from "../live.ts";
import { linkText, type Plans, usePlans } from "../reference-data.ts";
import { navigate } from "../router.ts";
import { tell, tellError } from "../toasts.tsx";
import { Button, ErrorState, Notice, PageHead, SkeletonRows } from "../ui.tsx";
import { useLoad } from "../use-load.ts";
import { Amount, Moment, Price, Side } from "../values.tsx";
import { DecisionList } from "./decision-list.tsx";
import { ExecutionsTable } from "./executions-table.tsx";
import { FeesText } from "./fees-text.tsx";
import { ManualDialog } from "./manual-dialog.tsx";
import { TradeEvents } from "./trade-events.tsx";
import { TradeLineage } from "./trade-lineage.tsx";
import { TradeStatus } from "./trades.tsx";

type TradeAnswer = Trade & { readonly executions: Slice<StoredExecution> };

/** One trade: what it comes to, every report behind it, who decided what and when, and where it came from. */
export function TradePage({ id }: { readonly id: string }) {
  const path = `/api/trades/${encodeURIComponent(id)}`;
  const loaded = useLoad<TradeAnswer>(path);
  const decisions = useLoad<readonly Decision[]>(`${path}/decisions`);
  const events = useLoad<Slice<AuditEvent>>(`/api/audit-events?limit=200&tradeId=${encodeURIComponent(id)}`);
  const plans = usePlans();
  const [isEditing, setEditing] = useState(false);
  useReloads(loaded.reload, decisions.reload, events.reload);
  const trade = loaded.data;
  if (trade === null) {
    return loaded.error === null ? <SkeletonRows /> : <ErrorState error={loaded.error} onRetry={loaded.reload} />;
  }
  const remove = async () => {
    try {
      await change("DELETE", `${path}?version=${trade.version}`);
      tell("The trade is removed.");
      navigate("/trades");
    } catch (error) {
      tellError(error);
    }
  };
  const reload = () => {
    loaded.reload();
    decisions.reload();
    events.reload();
  };
  return (
    <>
      <PageHead
        title={
          <>
            {plainText(trade.instrument.symbol)} <Side of={trade.side} /> <TradeStatus of={trade.status} />
          </>
        }
        hint={
          <>
            <a href="/trades">Trades</a> · {providerText(trade.broker)} {plainText(trade.account)} ·{" "}
            {trade.instrument.kind}
          </>
        }
      >
        {trade.source === "manual" ? (
          <>
            <Button onClick={() => setEditing(true)}>Change</Button>
            <Button kind="danger" onClick={() => void remove()}>
              Remove
            </Button>
          </>
        ) : null}
      </PageHead>
      <div class="scroll">
        <ReviewNotice trade={trade} plans={plans} />
        <Figures trade={trade} />
        <section class="section" aria-label="Executions">
          <h2>Executions</h2>
          <ExecutionsTable executions={trade.executions.items} />
          {trade.executions.next === null ? null : <p class="muted">Only the newest 200 reports are shown.</p>}
        </section>
        <section class="section" aria-label="Decisions">
          <h2>Decisions</h2>
          <DecisionList decisions={decisions.data ?? []} executions={trade.executions.items} plans={plans} />
        </section>
        <section class="section" aria-label="History">
          <h2>History</h2>
          <TradeEvents events={events.data?.items ?? []} userId={trade.userId} plans={plans} />
        </section>
        <section class="section" aria-label="Where it came from">
          <h2>Where it came from</h2>
          <TradeLineage executions={trade.executions.items} />
        </section>
      </div>
      {isEditing ? (
        <ManualDialog trade={trade} plans={plans} onClose={() => setEditing(false)} onDone={reload} />
      ) : null}
    </>
  );
}

function ReviewNotice({ trade, plans }: { readonly trade: Trade; readonly plans: Plans }) {
  if (trade.inbox === "pending_review") {
    return (
      <Notice tone="plain">
        Waits for your review in the <a href="/inbox">inbox</a>.
      </Notice>
    );
  }
  if (!trade.changedSinceReview) return <Notice tone="plain">Linked to {linkText(trade.link, plans)}.</Notice>;
  const { undecidedCount, changedCount, links } = trade.review;
  const parts = [
    changedCount > 0 ? `${changedCount} of its fills changed` : "",
    undecidedCount > 0 ? `${undecidedCount} fills came since` : "",
    links.length > 1 ? "its fills were linked differently" : "",
  ].filter((part) => part !== "");
  return (
    <Notice tone="warn">
      Linked to {linkText(trade.link, plans)}, but it is not what was reviewed: {parts.join(", ")}.{" "}
      <a href="/inbox?show=changed">Review it again</a>
    </Notice>
  );
}

function Figures({ trade }: { readonly trade: Trade }) {
  return (
    <dl class="figures">
      <div>
        <dt>Quantity</dt>
        <dd>
          <Amount of={trade.quantity} places={18} />
        </dd>
      </div>
      <div>
        <dt>Average price</dt>
        <dd>{trade.averagePrice === null ? "none" : <Price of={trade.averagePrice} />}</dd>
      </div>
      <div>
        <dt>Currency</dt>
        <dd>{trade.instrument.currency ?? "unknown"}</dd>
      </div>
      <div>
        <dt>Fees</dt>
        <dd>
          <FeesText fees={trade.fees} unknownCount={trade.unknownFeeCount} />
        </dd>
      </div>
      <div>
        <dt>Fills</dt>
        <dd>
          {trade.executionCount}
          {trade.canceledCount > 0 ? <small class="muted"> + {trade.canceledCount} canceled</small> : null}
        </dd>
      </div>
      <div>
        <dt>First fill</dt>
        <dd>
          <Moment at={trade.firstExecutedAt} />
        </dd>
      </div>
    </dl>
  );
}
