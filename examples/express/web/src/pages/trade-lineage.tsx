import type { Job, Slice, Step, StoredExecution } from "@fillbook/core";
import { useState } from "preact/hooks";
import { get } from "../api.ts";
import { countText } from "../format.ts";
import { tellError } from "../toasts.tsx";
import { Button } from "../ui.tsx";
import { Moment } from "../values.tsx";
import { StepsTable } from "./job.tsx";

/** The runs that brought a trade's reports, and each of them step by step. */
export function TradeLineage({ executions }: { readonly executions: readonly StoredExecution[] }) {
  const runs = [...Map.groupBy(executions, ({ jobId }) => jobId)];
  return (
    <ul class="lineage">
      {runs.map(([jobId, reports]) => (
        <Run key={jobId} jobId={jobId} reports={reports} />
      ))}
    </ul>
  );
}

function Run({ jobId, reports }: { readonly jobId: string; readonly reports: readonly StoredExecution[] }) {
  const [steps, setSteps] = useState<readonly Step[] | null>(null);
  const [first] = reports;
  if (first === undefined || first.broker === "manual") {
    return (
      <li>
        Entered by hand
        {first === undefined ? (
          ""
        ) : (
          <>
            {" "}
            on <Moment at={first.fetchedAt} />
          </>
        )}
        .
      </li>
    );
  }
  const show = async () => {
    try {
      const path = `/api/jobs/${encodeURIComponent(jobId)}`;
      await get<Job>(path);
      setSteps((await get<Slice<Step>>(`${path}/steps`)).items);
    } catch (error) {
      tellError(error);
    }
  };
  return (
    <li>
      <p>
        <a href={`/jobs/${encodeURIComponent(jobId)}`}>
          Run of <Moment at={first.fetchedAt} />
        </a>{" "}
        <span class="muted">brought {countText(reports.length, "report")} of it</span>{" "}
        {steps === null ? (
          <Button kind="quiet" onClick={() => void show()}>
            Show its steps
          </Button>
        ) : null}
      </p>
      {steps === null ? null : <StepsTable steps={steps} />}
    </li>
  );
}
