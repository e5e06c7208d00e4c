import { useState } from "preact/hooks";
import { countText } from "../format.ts";
import type { Choice } from "../inbox-state.ts";
import type { Plans } from "../reference-data.ts";
import { Button } from "../ui.tsx";

/** What all selected rows are to be linked to; null: each to what its own row says. */
export type BulkChoice = Choice | null;

/** Takes the place of the filters while rows are selected, so the table stays where it is. */
export function BulkBar({
  count,
  plans,
  isBusy,
  onApply,
  onClear,
}: {
  readonly count: number;
  readonly plans: Plans;
  readonly isBusy: boolean;
  readonly onApply: (choice: BulkChoice) => void;
  readonly onClear: () => void;
}) {
  const [value, setValue] = useState("own");
  const apply = () => {
    const [kind, id = ""] = value.split(":");
    if (kind === "own") return onApply(null);
    onApply({ planId: kind === "plan" ? id : "", campaignId: kind === "campaign" ? id : "" });
  };
  return (
    <div class="filters bulk" role="toolbar" aria-label="Review selected trades">
      <b aria-live="polite">{countText(count, "trade")} selected</b>
      <select
        id="bulk-link"
        class="select"
        aria-label="Link selected trades to"
        value={value}
        onChange={(event) => setValue(event.currentTarget.value)}
      >
        <option value="own">As each row says</option>
        <optgroup label="Plan">
          {plans.plans.map(({ id, name }) => (
            <option key={id} value={`plan:${id}`}>
              {name}
            </option>
          ))}
        </optgroup>
        <optgroup label="Campaign, without a plan">
          {plans.campaigns.map(({ id, name }) => (
            <option key={id} value={`campaign:${id}`}>
              {name}
            </option>
          ))}
        </optgroup>
        <option value="none">Neither plan nor campaign</option>
      </select>
      <Button kind="primary" onClick={apply} isBusy={isBusy}>
        Review {count}
      </Button>
      <button type="button" class="link" onClick={onClear}>
        Clear selection
      </button>
    </div>
  );
}
