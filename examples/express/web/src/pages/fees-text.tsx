import type { Trade } from "@fillbook/core";
import { Money } from "../values.tsx";

/** Fees by currency; an estimate says so, and an unknown one is not nothing. */
export function FeesText({ fees, unknownCount }: { readonly fees: Trade["fees"]; readonly unknownCount: number }) {
  if (fees.length === 0) return <span class="muted">{unknownCount > 0 ? "unknown" : "none"}</span>;
  return (
    <>
      {fees.map(({ amount, currency, estimated }) => (
        <span
          key={currency}
          class="fee"
          title={estimated === true ? `${amount} ${currency}, an estimate` : `${amount} ${currency}`}
        >
          {estimated === true ? "~" : ""}
          <Money of={amount} /> <small class="muted">{currency}</small>
        </span>
      ))}
      {unknownCount > 0 ? (
        <span class="muted" title={`${unknownCount} fills with unknown fees`}>
          +?
        </span>
      ) : null}
    </>
  );
}
