import type { RealizedDay } from "@fillbook/core";
import { useState } from "preact/hooks";
import { Money } from "../values.tsx";
import { Plot } from "./plot.tsx";

/** The plot of one currency, and the same figures as text. */
export function RealizedDays({ days }: { readonly days: readonly RealizedDay[] }) {
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
          <span class="muted">In all</span> <Money of={points.at(-1)?.sum ?? "0"} tone="signed" />{" "}
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
                    <Money of={amount} tone="signed" />
                  </td>
                  <td class="number">
                    <Money of={sum} tone="signed" />
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
