import type { StepStatistics } from "@fillbook/core";
import { durationText } from "../format.ts";
import { useReloads } from "../live.ts";
import { ErrorState } from "../ui.tsx";
import { useLoad } from "../use-load.ts";

/** How often and how fast each kind of step succeeds. */
export function StepStatisticsTable() {
  const { data, error, reload } = useLoad<readonly StepStatistics[]>("/api/steps/statistics");
  useReloads(reload);
  if (error !== null && data === null) return <ErrorState error={error} onRetry={reload} />;
  return (
    <div class="table-box">
      <table class="table">
        <thead>
          <tr>
            <th>Step</th>
            <th class="number">Times</th>
            <th class="number">Succeeded</th>
            <th class="number">Average</th>
            <th class="number">95 of 100 within</th>
            <th class="wide-only">Errors</th>
          </tr>
        </thead>
        <tbody>
          {(data ?? []).map(({ name, count, successRate, averageMs, p95Ms, errorCodes }) => (
            <tr key={name}>
              <td>{name}</td>
              <td class="number">{count}</td>
              <td class="number">{(successRate * 100).toFixed(successRate === 1 ? 0 : 1)} %</td>
              <td class="number">{durationText(averageMs)}</td>
              <td class="number">{durationText(p95Ms)}</td>
              <td class="wide-only muted">
                {errorCodes.map(({ code, count: times }) => `${code} ×${times}`).join(", ")}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
