import type { Connection, Job, SyncResult } from "@fillbook/core";
import { useState } from "preact/hooks";
import { post } from "../api.ts";
import { isRunnable } from "../connection-state.ts";
import { countText } from "../format.ts";
import { useLive, useReloads } from "../live.ts";
import { useConnections } from "../reference-data.ts";
import { replaceQuery, usePlace } from "../router.ts";
import { tell, tellError } from "../toasts.tsx";
import { Button, EmptyState, ErrorState, MoreRows, PageHead, SkeletonRows } from "../ui.tsx";
import { useSlices } from "../use-load.ts";
import { ConnectDialog } from "./connect-dialog.tsx";
import { ConnectionCard } from "./connection-card.tsx";
import { EditDialog } from "./edit-dialog.tsx";
import { RunsTable } from "./runs-table.tsx";
import { StepStatisticsTable } from "./step-statistics-table.tsx";

/** Connections and what their runs do, live. */
export function Sync() {
  const connections = useConnections();
  const jobs = useSlices<Job>("/api/jobs?limit=25");
  const { runs } = useLive();
  const { query } = usePlace();
  const asked = connections.byId.get(query.get("reconnect") ?? "") ?? null;
  const [dialog, setDialog] = useState<{ kind: "connect" | "reconnect" | "edit"; of: Connection | null } | null>(null);
  const [isBusy, setBusy] = useState(false);
  useReloads(() => jobs.isDeep || jobs.reload());
  const reload = () => {
    connections.reload();
    jobs.reload();
  };
  const syncAll = async () => {
    setBusy(true);
    try {
      tell(allText(await post<readonly SyncResult[]>("/api/sync")));
    } catch (error) {
      tellError(error);
    }
    setBusy(false);
    reload();
  };
  const list = connections.data?.items ?? null;
  const active = (list ?? []).filter(isRunnable).length;
  return (
    <>
      <PageHead title="Sync" hint="Each account at a broker, how it does, and what to do next.">
        <Button icon="plus" onClick={() => setDialog({ kind: "connect", of: null })}>
          Connect
        </Button>
        <Button kind="primary" icon="sync" onClick={() => void syncAll()} isBusy={isBusy} isDisabled={active === 0}>
          Sync all
        </Button>
      </PageHead>
      <div class="scroll">
        {connections.error !== null && list === null ? <ErrorState error={connections.error} onRetry={reload} /> : null}
        {list === null && connections.error === null ? <SkeletonRows rows={4} /> : null}
        {list?.length === 0 ? (
          <EmptyState
            title="No account is connected yet"
            action={
              <Button kind="primary" onClick={() => setDialog({ kind: "connect", of: null })}>
                Connect an account
              </Button>
            }
          >
            Connect one with a key that may only read. Its trades then come in by themselves.
          </EmptyState>
        ) : null}
        <section class="connections" aria-label="Connections">
          {(list ?? []).map((connection) => (
            <ConnectionCard
              key={connection.id}
              connection={connection}
              run={runs[connection.id]}
              lastJob={jobs.items?.find(({ connectionId }) => connectionId === connection.id)}
              onReconnect={() => setDialog({ kind: "reconnect", of: connection })}
              onEdit={() => setDialog({ kind: "edit", of: connection })}
              onChange={reload}
            />
          ))}
        </section>
        <Section title="Recent runs" isShown={(jobs.items ?? []).length > 0}>
          <RunsTable jobs={jobs.items ?? []} connections={connections.byId} />
          <MoreRows more={jobs.more} isLoading={jobs.isLoadingMore} shown={jobs.items?.length ?? 0} />
        </Section>
        <Section title="Steps of all runs" isShown={(jobs.items ?? []).length > 0}>
          <StepStatisticsTable />
        </Section>
      </div>
      {dialog?.kind === "edit" && dialog.of !== null ? (
        <EditDialog connection={dialog.of} onClose={() => setDialog(null)} onDone={reload} />
      ) : null}
      {dialog?.kind === "connect" || dialog?.kind === "reconnect" ? (
        <ConnectDialog connection={dialog.of} onClose={() => setDialog(null)} onDone={reload} />
      ) : null}
      {dialog === null && asked !== null ? (
        <ConnectDialog connection={asked} onClose={() => replaceQuery({})} onDone={reload} />
      ) : null}
    </>
  );
}

function Section({
  title,
  isShown,
  children,
}: {
  title: string;
  isShown: boolean;
  children: preact.ComponentChildren;
}) {
  if (!isShown) return null;
  return (
    <section class="section" aria-label={title}>
      <h2>{title}</h2>
      {children}
    </section>
  );
}

function allText(results: readonly SyncResult[]): string {
  if (results.length === 0) return "No active connection to sync.";
  const failed = results.filter(
    ({ report, error }) => error !== null || (report !== null && "error" in report && report.error !== null),
  );
  const inserted = results.reduce(
    (sum, { report }) => sum + (report !== null && "stats" in report ? report.stats.inserted : 0),
    0,
  );
  const rest = failed.length === 0 ? "" : ` ${countText(failed.length, "connection")} could not be read to the end.`;
  return `${countText(results.length, "connection")} synced, ${inserted} new.${rest}`;
}
