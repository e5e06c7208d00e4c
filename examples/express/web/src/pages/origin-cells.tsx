import type { Trade } from "@fillbook/core";
import { plainText, providerText } from "../format.ts";
import { Moment } from "../values.tsx";

/** The first two cells of every table of trades: when it was executed, and where. */
export function OriginCells({ trade }: { readonly trade: Pick<Trade, "lastExecutedAt" | "broker" | "account"> }) {
  return (
    <>
      <td class="cell-time" data-label="Executed">
        <Moment at={trade.lastExecutedAt} />
      </td>
      <td class="cell-account" data-label="Account">
        <span class="stack-line" title={`${providerText(trade.broker)} ${trade.account}`}>
          <b>{providerText(trade.broker)}</b> <span class="muted">{plainText(trade.account)}</span>
        </span>
      </td>
    </>
  );
}
