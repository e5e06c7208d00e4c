import type { InboxTrade, Trade } from "@fillbook/core";
import { isAbsorbable, type RowState } from "../inbox-state.ts";
import { linkText, type Plans } from "../reference-data.ts";

interface SuggestionCellOptions {
  readonly trade: Trade | InboxTrade;
  readonly plans: Plans;
  readonly state: RowState;
  readonly onAbsorb: (trade: InboxTrade) => void;
}

/** What is proposed for a trade: a plan, or that it is one which its owner entered by hand. */
export function SuggestionCell({ trade, plans, state, onAbsorb }: SuggestionCellOptions) {
  if (!("suggestion" in trade)) {
    return (
      <td class="cell-suggestion" data-label="Reviewed as">
        <span class="stack-line">{linkText(trade.link, plans)}</span>
      </td>
    );
  }
  if (isAbsorbable(trade)) {
    return (
      <td class="cell-suggestion" data-label="Suggested">
        <span class="two-lines is-small">
          <span class="muted">You entered this by hand</span>
          <button
            type="button"
            class="text-button"
            disabled={state === "saving"}
            tabIndex={-1}
            onClick={() => onAbsorb(trade)}
          >
            Use the import instead
          </button>
        </span>
      </td>
    );
  }
  const { tradePlanId, reason } = trade.suggestion;
  const name = tradePlanId === null ? null : (plans.planById.get(tradePlanId)?.name ?? "a plan");
  return (
    <td class="cell-suggestion" data-label="Suggested">
      {name === null ? (
        <span class="muted">{reason === "unavailable" ? "not available now" : "none"}</span>
      ) : (
        <span class="two-lines" title={`${name}: its symbol and side match`}>
          <span>{name}</span>
          <small class="muted">symbol and side</small>
        </span>
      )}
    </td>
  );
}
