import type { InboxTrade, Trade } from "@fillbook/core";
import { memo } from "preact/compat";
import { plainText } from "../format.ts";
import { Icon } from "../icons.tsx";
import type { Choice, InboxAct, RowState } from "../inbox-state.ts";
import type { Plans } from "../reference-data.ts";
import { Badge } from "../ui.tsx";
import { Amount, Price, Side } from "../values.tsx";
import { OriginCells } from "./origin-cells.tsx";
import { SuggestionCell } from "./suggestion-cell.tsx";

export interface InboxRowOptions {
  readonly trade: Trade | InboxTrade;
  readonly plans: Plans;
  readonly choice: Choice;
  readonly state: RowState;
  readonly isSelected: boolean;
  readonly isActive: boolean;
  readonly act: (act: InboxAct) => void;
  readonly onSave: (trade: Trade) => void;
  readonly onUndo: (trade: Trade) => void;
  readonly onAbsorb: (trade: InboxTrade) => void;
}

/** One trade that waits. Only rows whose own facts change are drawn again. */
export const InboxRow = memo(function InboxRow(options: InboxRowOptions) {
  const { trade, state, isSelected, isActive, act } = options;
  const { id, instrument } = trade;
  const symbol = plainText(instrument.symbol);
  return (
    <tr
      id={`row-${id}`}
      class={`inbox-row is-${state}`}
      aria-selected={isSelected}
      data-active={isActive}
      tabIndex={isActive ? 0 : -1}
      onClick={() => act({ kind: "activate", id })}
      onFocus={() => act({ kind: "activate", id })}
    >
      <td class="cell-check">
        <input
          type="checkbox"
          aria-label={`Select ${symbol}`}
          checked={isSelected}
          disabled={state === "saved"}
          onChange={() => act({ kind: "toggle", id })}
          tabIndex={-1}
        />
      </td>
      <OriginCells trade={trade} />
      <td class="cell-symbol" data-label="Symbol">
        <a href={`/trades/${encodeURIComponent(id)}`} title={symbol} tabIndex={-1}>
          {symbol}
        </a>
        {trade.changedSinceReview ? <Badge tone="warn">changed</Badge> : null}
      </td>
      <td class="cell-side" data-label="Side">
        <Side of={trade.side} />
      </td>
      <td class="number cell-quantity" data-label="Quantity">
        <Amount of={trade.quantity} />
      </td>
      <td class="number cell-price" data-label="Price">
        {trade.averagePrice === null ? <span class="muted">canceled</span> : <Price of={trade.averagePrice} />}
      </td>
      <SuggestionCell {...options} />
      <ChoiceCells {...options} />
    </tr>
  );
});

function ChoiceCells({ trade, plans, choice, state, act, onSave, onUndo }: InboxRowOptions) {
  const { id } = trade;
  const isDone = state === "saved";
  const plan = plans.planById.get(choice.planId);
  const derived =
    plan === undefined
      ? null
      : !plans.isLoaded
        ? "…"
        : (plans.campaignById.get(plan.campaignId ?? "")?.name ?? "No campaign");
  const choose = (change: Partial<Choice>) => act({ kind: "choose", id, choice: { ...choice, ...change } });
  return (
    <>
      <td class="cell-plan" data-label="Plan">
        <select
          aria-label="Plan"
          class="select"
          value={choice.planId}
          disabled={isDone || state === "saving"}
          tabIndex={-1}
          onChange={(event) => choose({ planId: event.currentTarget.value, campaignId: "" })}
        >
          <option value="">No plan</option>
          {plans.plans.map(({ id: planId, name }) => (
            <option key={planId} value={planId}>
              {name}
            </option>
          ))}
        </select>
      </td>
      <td class="cell-campaign" data-label={derived === null ? "Campaign" : "Campaign, from the plan"}>
        {derived === null ? (
          <select
            aria-label="Campaign"
            class="select"
            value={choice.campaignId}
            disabled={isDone || state === "saving"}
            tabIndex={-1}
            onChange={(event) => choose({ campaignId: event.currentTarget.value })}
          >
            <option value="">No campaign</option>
            {plans.campaigns.map((campaign) => (
              <option key={campaign.id} value={campaign.id}>
                {campaign.name}
              </option>
            ))}
          </select>
        ) : (
          <output class="derived" title={`${derived}: it comes from the plan`}>
            ↳ {derived}
          </output>
        )}
      </td>
      <td class="cell-action">
        <RowAction state={state} onSave={() => onSave(trade)} onUndo={() => onUndo(trade)} />
      </td>
    </>
  );
}

function RowAction({ state, onSave, onUndo }: { state: RowState; onSave: () => void; onUndo: () => void }) {
  if (state === "saved") {
    return (
      <button
        type="button"
        class="button button-quiet row-button"
        onClick={onUndo}
        tabIndex={-1}
        title="Take this review back"
      >
        <Icon name="check" />
        <span>Undo</span>
      </button>
    );
  }
  return (
    <button type="button" class="button row-button" onClick={onSave} disabled={state === "saving"} tabIndex={-1}>
      <span>{state === "stale" ? "Save again" : "Save"}</span>
    </button>
  );
}
