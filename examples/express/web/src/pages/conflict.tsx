import type { Problem } from "@fillbook/core";
import { post } from "../api.ts";
import { plainText } from "../format.ts";
import { Button } from "../ui.tsx";

interface ConflictOptions {
  readonly problem: Problem;
  readonly isBusy: boolean;
  readonly run: (work: () => Promise<string>) => void;
}

/** Both sides of a conflict, as the broker told them, to choose from; also later, when somebody changes their mind. */
export function Conflict({ problem, isBusy, run }: ConflictOptions) {
  const { action } = problem;
  const reports = reportsOf(problem.details);
  if (reports.length === 0) return null;
  const choiceOf = (revisionKey: string) => {
    if (action.kind !== "pin-report" || !action.revisionKeys.includes(revisionKey)) return null;
    const { familyKey } = action;
    return async () => {
      await post("/api/reports/pin", { familyKey, revisionKey });
      return "This report counts from now on. You can choose the other one under Put away.";
    };
  };
  return (
    <ul class="conflict" aria-label="Reports of this fill">
      {reports.map(({ revisionKey, words }) => {
        const choose = choiceOf(revisionKey);
        return (
          <li key={revisionKey}>
            {words}
            {choose === null ? null : (
              <Button isBusy={isBusy} onClick={() => run(choose)}>
                This one is right
              </Button>
            )}
          </li>
        );
      })}
    </ul>
  );
}

function reportsOf(details: Problem["details"]): readonly { readonly revisionKey: string; readonly words: string }[] {
  if (typeof details !== "object" || details === null || Array.isArray(details)) return [];
  const { reports } = details as { readonly reports?: unknown };
  if (!Array.isArray(reports)) return [];
  return reports.map((report: Readonly<Record<string, unknown>>) => ({
    revisionKey: String(report.revisionKey),
    words: ["side", "quantity", "price"].map((name) => plainText(String(report[name] ?? ""))).join(" "),
  }));
}
