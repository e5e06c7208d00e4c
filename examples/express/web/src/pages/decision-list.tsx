import type { Decision, StoredExecution } from "@fillbook/core";
import { linkText, type Plans } from "../reference-data.ts";
import { Badge } from "../ui.tsx";
import { Moment } from "../values.tsx";

interface DecisionListOptions {
  readonly decisions: readonly Decision[];
  readonly executions: readonly StoredExecution[];
  readonly plans: Plans;
}

/** Fills that were decided on together are one line. */
export function DecisionList({ decisions, executions, plans }: DecisionListOptions) {
  if (decisions.length === 0) return <p class="muted">Nobody has decided yet.</p>;
  const groups = Map.groupBy(decisions, (decision) =>
    JSON.stringify([decision.link, decision.decidedAt, decision.decidedBy, decision.absorption?.role ?? null]),
  );
  const current = new Set(executions.filter(({ canonical }) => canonical).map(({ familyKey }) => familyKey));
  return (
    <ul class="decisions">
      {[...groups].map(([key, group]) => {
        const [first] = group;
        if (first === undefined) return null;
        return (
          <li key={key}>
            <b>{linkText(first.link, plans)}</b>{" "}
            <Badge tone="plain">{group.length === 1 ? "1 fill" : `${group.length} fills`}</Badge>
            <span class="muted">
              {" "}
              <Moment at={first.decidedAt} /> · {originText(first, plans)}
              {group.some(({ familyKey }) => !current.has(familyKey)) ? " · holds a fill that no longer counts" : ""}
            </span>
            {first.previous == null ? null : <p class="muted">Before: {linkText(first.previous.link, plans)}</p>}
          </li>
        );
      })}
    </ul>
  );
}

function originText({ suggestion, absorption }: Decision, { planById }: Plans): string {
  if (absorption?.role === "absorbs") return "it took the place of a trade that was entered by hand";
  if (absorption?.role === "absorbed") return "an imported trade took its place";
  if (typeof suggestion !== "object" || suggestion === null || !("tradePlanId" in suggestion)) return "entered by hand";
  const { tradePlanId } = suggestion;
  return typeof tradePlanId === "string"
    ? `suggested was ${planById.get(tradePlanId)?.name ?? "a plan"}`
    : "nothing was suggested";
}
