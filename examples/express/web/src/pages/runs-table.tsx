import type { Connection, Job } from "@fillbook/core";
import { jobState, statsText } from "../connection-state.ts";
import { durationText } from "../format.ts";
import { connectionText } from "../reference-data.ts";
import { Badge } from "../ui.tsx";
import { Moment } from "../values.tsx";

const modes = { scheduled: "by schedule", manual: "asked for", backfill: "history" } as const;

/** Runs, newest first. */
export function RunsTable({
  jobs,
  connections,
}: {
  jobs: readonly Job[];
  connections: ReadonlyMap<string, Connection>;
}) {
  return (
    <div class="table-box">
      <table class="table cards">
        <thead>
          <tr>
            <th class="cell-time">Started</th>
            <th>Connection</th>
            <th class="cell-mode">Why</th>
            <th class="cell-status">Status</th>
            <th>Result</th>
            <th class="number">Took</th>
          </tr>
        </thead>
        <tbody>
          {jobs.map((job) => (
            <tr key={job.id}>
              <td class="cell-time" data-label="Started">
                <a href={`/jobs/${job.id}`}>
                  <Moment at={job.startedAt} />
                </a>
              </td>
              <td data-label="Connection" class="cut">
                {connectionText(connections.get(job.connectionId))}
              </td>
              <td class="cell-mode muted" data-label="Why">
                {modes[job.mode]}
              </td>
              <td class="cell-status" data-label="Status">
                <Badge tone={jobState(job.status).tone}>{jobState(job.status).text}</Badge>
              </td>
              <td data-label="Result" class="cut" title={job.error?.message}>
                {job.error === null ? resultText(job) : job.error.message}
              </td>
              <td class="number muted" data-label="Took">
                {job.finishedAt === null ? "" : durationText(Date.parse(job.finishedAt) - Date.parse(job.startedAt))}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function resultText({ stats, unchangedRuns, undoneAt }: Job): string {
  const times = unchangedRuns > 1 ? ` (${unchangedRuns} runs like this)` : "";
  return `${statsText(stats)}${times}${undoneAt === null ? "" : ", undone since"}`;
}
