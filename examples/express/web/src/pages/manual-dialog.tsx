import type { Trade } from "@fillbook/core";
import { useState } from "preact/hooks";
import { change, post } from "../api.ts";
import type { Plans } from "../reference-data.ts";
import { tell } from "../toasts.tsx";
import { Button, Dialog, Notice } from "../ui.tsx";
import { wordsOf } from "../use-load.ts";

const kinds = ["stock", "crypto", "option", "future", "forex", "fund", "bond", "other"];

/** Enters a trade that no broker tells of, or changes one. Amounts go to the server as they were typed. */
export function ManualDialog(options: { trade: Trade | null; plans: Plans; onClose: () => void; onDone: () => void }) {
  const { trade, plans, onClose, onDone } = options;
  const [error, setError] = useState<Error | null>(null);
  const [isBusy, setBusy] = useState(false);
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    const data = new FormData(event.currentTarget as HTMLFormElement);
    const text = (name: string) => String(data.get(name) ?? "").trim();
    const at = new Date(text("executedAt"));
    const planId = text("plan");
    setBusy(true);
    setError(null);
    const facts = {
      ...{ symbol: text("symbol"), kind: text("kind"), currency: text("currency"), side: text("side") },
      ...{ quantity: text("quantity"), price: text("price"), executedAt: at.toISOString() },
      link: planId === "" ? null : { tradePlanId: planId },
    };
    try {
      if (trade === null) await post("/api/trades", facts);
      else await change("PATCH", `/api/trades/${encodeURIComponent(trade.id)}`, { ...facts, version: trade.version });
      tell(trade === null ? "The trade is added." : "The trade is changed.");
      onDone();
      onClose();
    } catch (caught) {
      setError(caught as Error);
      setBusy(false);
    }
  };
  const planId = trade?.link != null && "tradePlanId" in trade.link ? trade.link.tradePlanId : "";
  return (
    <Dialog title={trade === null ? "Add a trade by hand" : "Change this trade"} onClose={onClose}>
      <form class="form form-grid" onSubmit={submit}>
        <ValueField name="symbol" label="Symbol" value={trade?.instrument.symbol} />
        <Choice name="kind" label="Kind" values={kinds} value={trade?.instrument.kind} />
        <Choice name="side" label="Side" values={["buy", "sell"]} value={trade?.side} />
        <ValueField name="currency" label="Currency" value={trade?.instrument.currency ?? "USD"} />
        <ValueField name="quantity" label="Quantity" value={trade?.quantity} mode="decimal" />
        <ValueField name="price" label="Price" value={trade?.averagePrice ?? undefined} mode="decimal" />
        <label class="field">
          <span>Executed</span>
          <input
            type="datetime-local"
            step="1"
            name="executedAt"
            required
            defaultValue={localText(trade?.lastExecutedAt)}
          />
        </label>
        <label class="field">
          <span>Plan</span>
          <select class="select" name="plan">
            <option value="">No plan</option>
            {plans.plans.map(({ id, name }) => (
              <option key={id} value={id} selected={id === planId}>
                {name}
              </option>
            ))}
          </select>
        </label>
        {error === null ? null : <Notice tone="bad">{wordsOf(error)}</Notice>}
        <div class="form-actions">
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" kind="primary" isBusy={isBusy}>
            {trade === null ? "Add trade" : "Save"}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

function ValueField({
  name,
  label,
  value,
  mode,
}: {
  name: string;
  label: string;
  value: string | undefined;
  mode?: "decimal";
}) {
  return (
    <label class="field">
      <span>{label}</span>
      <input
        name={name}
        defaultValue={value ?? ""}
        inputMode={mode ?? "text"}
        autocomplete="off"
        spellcheck={false}
        required
      />
    </label>
  );
}

function Choice({
  name,
  label,
  values,
  value,
}: {
  name: string;
  label: string;
  values: readonly string[];
  value: string | undefined;
}) {
  return (
    <label class="field">
      <span>{label}</span>
      <select class="select" name={name}>
        {values.map((one) => (
          <option key={one} value={one} selected={one === value}>
            {one}
          </option>
        ))}
      </select>
    </label>
  );
}

/** A moment as the field wants it: in the person's zone, to the second. */
function localText(instant: string | undefined): string {
  if (instant === undefined) return "";
  const at = new Date(instant);
  const local = new Date(at.getTime() - at.getTimezoneOffset() * 60_000);
  return local.toISOString().slice(0, 19);
}
