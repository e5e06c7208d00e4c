import type { Job, Slice, Step, UndoReport } from "@fillbook/core";
import { useState } from "preact/hooks";
import { errorText, jobState, statsText } from "../connection-state.ts";
import { durationText, plainText } from "../format.ts";
import { useReloads } from "../live.ts";
import { connectionText, useConnections } from "../reference-data.ts";
import { Badge, ErrorState, Notice, PageHead, SkeletonRows } from "../ui.tsx";
import { useLoad } from "../use-load.ts";
import { Moment } from "../values.tsx";
import { UndoImport, UndoResult } from "./undo-import.tsx";

/** One run, step by step. */
export function JobPage({ id }: { readonly id: string }) {
  const path = `/api/jobs/${encodeURIComponent(id)}`;
  const job = useLoad<Job>(path);
  const steps = useLoad<Slice<Step>>(`${path}/steps`);
  const connections = useConnections();
  const [undo, setUndo] = useState<UndoReport | null>(null);
  useReloads(job.reload, steps.reload);
  if (job.error !== null && job.data === null) return <ErrorState error={job.error} onRetry={job.reload} />;
  if (job.data === null) return <SkeletonRows />;
  const { status, startedAt, finishedAt, mode, stats, error, connectionId, undoneAt } = job.data;
  const took = finishedAt === null ? null : durationText(Date.parse(finishedAt) - Date.parse(startedAt));
  return (
    <>
      <PageHead
        title={`Run of ${plainText(connectionText(connections.byId.get(connectionId)))}`}
        hint={
          <>
            <a href="/sync">Sync</a> · {mode} · <Moment at={startedAt} />
            {took === null ? "" : ` · ${took}`}
            {undoneAt === null ? null : (
              <>
                {" "}
                · undone <Moment at={undoneAt} />
              </>
            )}
          </>
        }
      >
        {undoneAt === null ? null : <Badge tone="plain">Undone</Badge>}
        <Badge tone={jobState(status).tone}>{jobState(status).text}</Badge>
        <UndoImport
          job={job.data}
          onDone={(report) => {
            setUndo(report);
            job.reload();
          }}
        />
      </PageHead>
      <div class="scroll">
        {undo?.jobId === id ? <UndoResult report={undo} /> : null}
        {error === null ? (
          <Notice tone="plain">
            {stats.fetched} records read in {stats.pages} pages: {statsText(stats)}.
          </Notice>
        ) : (
          <Notice tone="bad">{plainText(errorText(error))}</Notice>
        )}
        <dl class="figures">
          {Object.entries(stats).map(([name, count]) => (
            <div key={name}>
              <dt>{words[name] ?? name}</dt>
              <dd>{count}</dd>
            </div>
          ))}
        </dl>
        <section class="section" aria-label="Steps">
          <h2>Steps</h2>
          <StepsTable steps={steps.data?.items ?? []} />
        </section>
      </div>
    </>
  );
}

const words: Readonly<Record<string, string>> = {
  canonicalChanges: "changed fills",
  tradesTouched: "trades touched",
  pendingReview: "to review",
};

/** What a run did, in its order. */
export function StepsTable({ steps }: { readonly steps: readonly Step[] }) {
  return (
    <div class="table-box">
      <table class="table cards">
        <thead>
          <tr>
            <th class="number">#</th>
            <th>Step</th>
            <th class="number">Page</th>
            <th class="number">Took</th>
            <th>In</th>
            <th>Out</th>
          </tr>
        </thead>
        <tbody>
          {steps.map((step) => (
            <tr key={step.id} class={step.error === null ? "" : "is-bad"}>
              <td class="number muted" data-label="#">
                {step.place}
              </td>
              <td data-label="Step">{step.name}</td>
              <td class="number" data-label="Page">
                {step.page === 0 ? "" : step.page}
              </td>
              <td class="number" data-label="Took">
                {durationText(step.durationMs)}
              </td>
              <td class="code cut" data-label="In">
                <Summary of={step.input} />
              </td>
              <td class="code cut" data-label="Out">
                {step.error === null ? (
                  <Summary of={step.output} />
                ) : (
                  plainText(`${step.error.code}: ${step.error.message}`)
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Summary({ of }: { readonly of: Step["input"] }) {
  const text = of === null ? "" : plainText(summaryText(of));
  return <span title={text}>{text}</span>;
}

function summaryText(value: Step["input"]): string {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return JSON.stringify(value);
  const given = Object.entries(value).filter(([, part]) => part !== null && part !== 0);
  return given.map(([name, part]) => `${name} ${typeof part === "string" ? part : JSON.stringify(part)}`).join(", ");
}
