import type { IngestReport, Problem } from "@fillbook/core";
import { useState } from "preact/hooks";
import { post } from "../api.ts";
import { reportText } from "../connection-state.ts";
import { plainText } from "../format.ts";
import { useReloads } from "../live.ts";
import { connectionText, useConnections } from "../reference-data.ts";
import { replaceQuery, usePlace } from "../router.ts";
import { tell, tellError } from "../toasts.tsx";
import { Badge, Button, EmptyState, ErrorState, MoreRows, PageHead, SkeletonRows, type Tone } from "../ui.tsx";
import { useSlices, withQuery } from "../use-load.ts";
import { Ago } from "../values.tsx";
import { Conflict } from "./conflict.tsx";
import { actionText, kindText } from "./problem-words.ts";

/** What a person must know, what to do next, and a button where it can be done. */
export function Problems() {
  const { query } = usePlace();
  const state = query.get("state") ?? "open";
  const list = useSlices<Problem>(withQuery("/api/problems", { state }));
  const connections = useConnections();
  useReloads(list.reload);
  const items = list.items;
  return (
    <>
      <PageHead title="Problems" hint="Nothing is dropped: what could not be read or decided waits here.">
        <div class="tabs" role="tablist" aria-label="Which problems">
          {["open", "resolved"].map((value) => (
            <button
              key={value}
              type="button"
              role="tab"
              aria-selected={state === value}
              onClick={() => replaceQuery({ state: value === "open" ? "" : value })}
            >
              {value === "open" ? "Open" : "Put away"}
            </button>
          ))}
        </div>
      </PageHead>
      <div class="scroll">
        {list.error !== null && items === null ? <ErrorState error={list.error} onRetry={list.reload} /> : null}
        {items === null && list.error === null ? <SkeletonRows rows={5} /> : null}
        {items?.length === 0 ? (
          <EmptyState title={state === "open" ? "No open problems" : "Nothing was put away"}>
            {state === "open"
              ? "Every account is read, and every record made sense."
              : "Problems that you resolve stay readable here."}
          </EmptyState>
        ) : null}
        <ul class="problems">
          {(items ?? []).map((problem) => (
            <ProblemCard
              key={problem.id}
              problem={problem}
              connection={
                problem.connectionId === null ? null : connectionText(connections.byId.get(problem.connectionId))
              }
              onDone={list.reload}
            />
          ))}
        </ul>
        {items !== null && items.length > 0 ? (
          <MoreRows more={list.more} isLoading={list.isLoadingMore} shown={items.length} />
        ) : null}
      </div>
    </>
  );
}

const tones: Readonly<Record<Problem["severity"], Tone>> = { error: "bad", warning: "warn", info: "plain" };

function ProblemCard({
  problem,
  connection,
  onDone,
}: {
  problem: Problem;
  connection: string | null;
  onDone: () => void;
}) {
  const [isBusy, setBusy] = useState(false);
  const run = async (work: () => Promise<string>) => {
    setBusy(true);
    try {
      tell(await work());
      onDone();
    } catch (error) {
      tellError(error);
    }
    setBusy(false);
  };
  const resolve = async () => {
    await post(`/api/problems/${encodeURIComponent(problem.id)}/resolve`);
    return "Put away. It comes back if it happens again.";
  };
  return (
    <li class={`problem tone-${tones[problem.severity]}`}>
      <div class="problem-head">
        <Badge tone={tones[problem.severity]}>{kindText(problem.kind)}</Badge>
        {connection === null ? null : <b>{plainText(connection)}</b>}
        <span class="muted">
          <Ago at={problem.openedAt} />
        </span>
      </div>
      <p class="problem-message">{plainText(problem.message)}</p>
      <p class="problem-next">
        <span class="muted">What to do:</span> {actionText(problem.action)}
      </p>
      <Conflict problem={problem} isBusy={isBusy} run={(work) => void run(work)} />
      {problem.resolvedAt === null ? (
        <div class="problem-actions">
          <ActionButton action={problem.action} isBusy={isBusy} run={(work) => void run(work)} />
          <Button kind="quiet" isBusy={isBusy} onClick={() => void run(resolve)}>
            Put away
          </Button>
          {problem.jobId === null ? null : <a href={`/jobs/${encodeURIComponent(problem.jobId)}`}>The run</a>}
        </div>
      ) : (
        <p class="muted">
          Put away <Ago at={problem.resolvedAt} />
        </p>
      )}
    </li>
  );
}

interface ActionButtonOptions {
  readonly action: Problem["action"];
  readonly isBusy: boolean;
  readonly run: (work: () => Promise<string>) => void;
}

/** The one click, where there is one. */
function ActionButton({ action, isBusy, run }: ActionButtonOptions) {
  switch (action.kind) {
    case "reauthenticate":
    case "grant-permission":
      return (
        <a class="button button-primary" href={`/sync?reconnect=${encodeURIComponent(action.connectionId)}`}>
          Reconnect
        </a>
      );
    case "reprocess": {
      const again = async () =>
        reportText(await post<IngestReport>(`/api/connections/${action.connectionId}/reprocess`)).text;
      return (
        <Button kind="primary" isBusy={isBusy} onClick={() => run(again)}>
          Read again
        </Button>
      );
    }
    case "read-again": {
      const { connectionId, window } = action;
      const read = async () =>
        reportText(await post<IngestReport>(`/api/connections/${connectionId}/sync`, { window })).text;
      return (
        <Button kind="primary" isBusy={isBusy} onClick={() => run(read)}>
          Read it now
        </Button>
      );
    }
    case "change-settings":
    case "disconnect":
    case "upload-file":
      return (
        <a class="button button-primary" href="/sync">
          Open Sync
        </a>
      );
    case "check-query":
      return (
        <a class="button" href="/backfill">
          Open Backfill
        </a>
      );
    default:
      return null;
  }
}
