import type { StoredExecution } from "@fillbook/core";
import { plainText, providerText } from "../format.ts";
import { Badge } from "../ui.tsx";
import { Amount, Moment, Money } from "../values.tsx";

/** Every stored report, fill by fill: the one that counts, and what it replaced. */
export function ExecutionsTable({ executions }: { readonly executions: readonly StoredExecution[] }) {
  const families = [...Map.groupBy(executions, ({ familyKey }) => familyKey).values()];
  return (
    <div class="table-box">
      <table class="table cards">
        <thead>
          <tr>
            <th class="cell-status">Counts</th>
            <th class="cell-time">Executed</th>
            <th>Execution</th>
            <th class="number">Revision</th>
            <th class="number">Quantity</th>
            <th class="number">Price</th>
            <th class="number">Fees</th>
            <th>Told by</th>
            <th class="cell-time">Fetched</th>
            <th class="cell-raw">Raw</th>
          </tr>
        </thead>
        {families.map((reports) => (
          <tbody key={reports[0]?.familyKey} class="family">
            {[...reports]
              .sort((left, right) => Number(right.canonical) - Number(left.canonical) || right.revision - left.revision)
              .map((one) => (
                <ExecutionRow key={one.id} execution={one} />
              ))}
          </tbody>
        ))}
      </table>
    </div>
  );
}

function ExecutionRow({ execution }: { readonly execution: StoredExecution }) {
  const { canonical, executionId, revision, fees, source } = execution;
  return (
    <tr class={canonical ? "" : "is-past"}>
      <td class="cell-status" data-label="Counts">
        {canonical ? <Badge tone="good">counts</Badge> : <Badge tone="plain">{pastText(execution)}</Badge>}
      </td>
      <td class="cell-time" data-label="Executed">
        <Moment at={execution.executedAt} />
      </td>
      <td class="code cut" data-label="Execution" title={executionId ?? undefined}>
        {executionId === null ? <span class="muted">no id</span> : plainText(executionId)}
        {execution.kind === "instant" ? (
          <small class="muted" title="Bought from or sold to the broker itself: there was no order">
            {" "}
            instant
          </small>
        ) : null}
      </td>
      <td class="number" data-label="Revision">
        {revision}
      </td>
      <td class="number" data-label="Quantity">
        <Amount of={execution.quantity} />
      </td>
      <td class="number" data-label="Price">
        <Amount of={execution.price} />
      </td>
      <td class="number" data-label="Fees">
        {fees === null ? (
          <span class="muted">unknown</span>
        ) : fees.length === 0 ? (
          <span class="muted">none</span>
        ) : null}
        {fees?.map(({ amount, currency, estimated }) => (
          <span key={currency} class="fee" title={amount}>
            {estimated === true ? "~" : ""}
            <Money of={amount} /> <small class="muted">{currency}</small>
          </span>
        ))}
      </td>
      <td data-label="Told by" class="cut">
        {providerText(source.connector)} {source.authority === 2 ? <small class="muted">statement</small> : null}
      </td>
      <td class="cell-time" data-label="Fetched">
        <a href={`/jobs/${encodeURIComponent(execution.jobId)}`}>
          <Moment at={execution.fetchedAt} />
        </a>
      </td>
      <td class="cell-raw">
        <details>
          <summary>Raw</summary>
          <pre>{plainText(JSON.stringify(execution.raw, null, 1)).replaceAll("\\u000a", "\n")}</pre>
        </details>
      </td>
    </tr>
  );
}

/** Why a report does not count. */
function pastText({ undone, voided }: StoredExecution): string {
  if (undone) return "undone";
  return voided ? "canceled" : "replaced";
}
