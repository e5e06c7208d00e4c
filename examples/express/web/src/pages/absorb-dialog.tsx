import type { InboxTrade, Trade } from "@fillbook/core";
import { plainText } from "../format.ts";
import { linkText, type Plans } from "../reference-data.ts";
import { Button, Dialog, ErrorState, SkeletonRows } from "../ui.tsx";
import { useLoad } from "../use-load.ts";
import { Amount, Moment, Price } from "../values.tsx";

interface AbsorbDialogOptions {
  readonly trade: InboxTrade;
  readonly plans: Plans;
  readonly onClose: () => void;
  readonly onAbsorb: (trade: InboxTrade) => void;
}

/** Both trades side by side, before one takes the place of the other. */
export function AbsorbDialog({ trade, plans, onClose, onAbsorb }: AbsorbDialogOptions) {
  const manual = useLoad<Trade>(trade.absorb === null ? null : `/api/trades/${encodeURIComponent(trade.absorb.id)}`);
  const use = () => {
    onAbsorb(trade);
    onClose();
  };
  return (
    <Dialog title={`${plainText(trade.instrument.symbol)}: use the import instead?`} onClose={onClose}>
      <div class="form">
        {manual.error === null ? null : <ErrorState error={manual.error} onRetry={manual.reload} />}
        {manual.data === null && manual.error === null ? <SkeletonRows rows={3} /> : null}
        {manual.data === null ? null : <Comparison manual={manual.data} imported={trade} />}
        <p class="muted">
          What you entered is in no list and no sum any more.{" "}
          {manual.data === null ? null : (
            <>
              The import is reviewed with its link: <b>{linkText(manual.data.link, plans)}</b>.{" "}
            </>
          )}
          Undo takes it back.
        </p>
        <div class="form-actions">
          <span class="spacer" />
          <Button onClick={onClose}>Cancel</Button>
          <Button kind="primary" onClick={use} isDisabled={manual.data === null}>
            Use the import
          </Button>
        </div>
      </div>
    </Dialog>
  );
}

function Comparison({ manual, imported }: { readonly manual: Trade; readonly imported: Trade }) {
  return (
    <table class="table">
      <thead>
        <tr>
          <th aria-label="Which" />
          <th class="number">Quantity</th>
          <th class="number">Price</th>
          <th>Executed</th>
        </tr>
      </thead>
      <tbody>
        {[
          { name: "By hand", trade: manual },
          { name: "Imported", trade: imported },
        ].map(({ name, trade }) => (
          <tr key={name}>
            <td>{name}</td>
            <td class="number">
              <Amount of={trade.quantity} />
            </td>
            <td class="number">{trade.averagePrice === null ? "none" : <Price of={trade.averagePrice} />}</td>
            <td>
              <Moment at={trade.lastExecutedAt} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
