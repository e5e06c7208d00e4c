import type { Connection, IngestReport, Job } from "@fillbook/core";
import { useState } from "preact/hooks";
import { post } from "../api.ts";
import { errorText, healthOf, isForFiles, reportText, statsText } from "../connection-state.ts";
import { agoText, plainText, providerText } from "../format.ts";
import type { LiveRun } from "../live.ts";
import { connectionText } from "../reference-data.ts";
import { tell, tellError } from "../toasts.tsx";
import { Badge, Button } from "../ui.tsx";
import { Ago } from "../values.tsx";
import { CoverageLine } from "./coverage-line.tsx";

export interface ConnectionCardOptions {
  readonly connection: Connection;
  readonly run: LiveRun | undefined;
  /** The latest run, which says why it is blocked or failed. */
  readonly lastJob: Job | undefined;
  readonly onReconnect: () => void;
  readonly onEdit: () => void;
  readonly onChange: () => void;
}

/** One connection. Its height is the same in every state. */
export function ConnectionCard({ connection, run, lastJob, onReconnect, onEdit, onChange }: ConnectionCardOptions) {
  const [isBusy, setBusy] = useState(false);
  const isRunning = run !== undefined || isBusy;
  const health = healthOf(connection, isRunning);
  const sync = async () => {
    setBusy(true);
    try {
      const { isGood, text } = reportText(await post<IngestReport>(`/api/connections/${connection.id}/sync`));
      if (isGood) tell(`${connectionText(connection)}: ${text}`);
    } catch (error) {
      tellError(error);
    }
    setBusy(false);
    onChange();
  };
  const isGone = connection.status === "disconnected";
  return (
    <article class={`connection tone-${health.tone}`} aria-label={connectionText(connection)}>
      <div class="connection-name">
        <h3>{plainText(connectionText(connection))}</h3>
        <p class="muted">
          {providerText(connection.connector)} · {plainText(connection.accountRef ?? "account not known yet")}
        </p>
      </div>
      <div class="connection-state">
        <Badge tone={health.tone}>{health.text}</Badge>
        <StateLine connection={connection} run={run} isRunning={isRunning} lastJob={lastJob} />
      </div>
      <dl class="connection-times">
        <div>
          <dt>Last success</dt>
          <dd>
            <Ago at={connection.lastSucceededAt} />
          </dd>
        </div>
        <div>
          <dt>Next</dt>
          <dd>{nextText(connection)}</dd>
        </div>
      </dl>
      <div class="connection-actions">
        {isGone || isForFiles(connection) || connection.status === "needs_reauth" ? (
          <Button kind={isGone || isForFiles(connection) ? "plain" : "primary"} onClick={onReconnect}>
            {isForFiles(connection) ? "Add login" : "Reconnect"}
          </Button>
        ) : (
          <Button onClick={() => void sync()} isBusy={isRunning} icon="sync">
            Sync now
          </Button>
        )}
        <Button kind="quiet" onClick={onEdit} title="Name, schedule, disconnect">
          Edit
        </Button>
      </div>
      <CoverageLine connection={connection} />
      <Progress run={run} isRunning={isRunning} />
    </article>
  );
}

function nextText(connection: Connection): string {
  if (isForFiles(connection)) return "when you upload a file";
  if (connection.nextSyncAt === null)
    return connection.status === "error" ? "after its settings" : "after you reconnect";
  return Date.parse(connection.nextSyncAt) <= Date.now() ? "due now" : agoText(connection.nextSyncAt);
}

function StateLine({
  connection,
  run,
  isRunning,
  lastJob,
}: Pick<ConnectionCardOptions, "connection" | "run" | "lastJob"> & { readonly isRunning: boolean }) {
  if (connection.status === "disconnected") return <p class="muted">What was imported stays.</p>;
  if (isRunning) return <p class="muted">{progressText(run)}</p>;
  if (isForFiles(connection)) return <p class="muted">Takes files on the Backfill page.</p>;
  const error = lastJob?.error;
  if (error !== undefined && error !== null) {
    return (
      <p class="clamp" title={plainText(errorText(error))}>
        {plainText(errorText(error))}
      </p>
    );
  }
  return <p class="muted">{lastJob === undefined ? "The first run is due." : <LastRun job={lastJob} />}</p>;
}

function LastRun({ job }: { readonly job: Job }) {
  return (
    <>
      <a href={`/jobs/${job.id}`}>Last run</a>: {statsText(job.stats)}
    </>
  );
}

function progressText(run: LiveRun | undefined): string {
  if (run === undefined || run.stats === null) return "Asking the broker…";
  const { stats, expectedRecords } = run;
  const of = expectedRecords === null ? "" : ` of ${expectedRecords.toLocaleString("en")}`;
  return `${stats.fetched.toLocaleString("en")}${of} records read, ${stats.inserted} new`;
}

/** A line at the bottom edge, there in every state so that nothing moves. */
function Progress({ run, isRunning }: { readonly run: LiveRun | undefined; readonly isRunning: boolean }) {
  if (!isRunning) return <div class="progress-place" />;
  const expected = run?.expectedRecords ?? null;
  const known = expected === null || expected === 0 ? {} : { value: run?.stats?.fetched ?? 0, max: expected };
  return <progress class="progress" aria-label="Progress of the run" {...known} />;
}
