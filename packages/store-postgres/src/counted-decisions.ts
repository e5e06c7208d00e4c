import type { Decision, Fill, Marks } from "@fillbook/core/store";
import type { Sql } from "./postgres-driver.ts";
import type { PostgresTables } from "./postgres-tables.ts";
import type { Planned } from "./postgres-write.ts";
import { booleanText, instantText, type SqlColumns, updateAll } from "./sql-columns.ts";

// What a trade counts of a fill's decision belongs to the fill. It is kept in the row of the decision and not in that of the
// report, so that a review of trades does not rewrite wide rows with many indexes. Where families were folded, a fill may
// count the decision of another family: only then does the report's row say it.

type Counted = Fill["decision"];

/** A decision, and whether the fill that counts it is no longer what its owner saw; null where no fill of its family counts it. */
export type KeptDecision = Decision & { readonly stale: boolean | null };

/** `executions`, each fill with the decision of its family that it counts, as {@link countedDecision} reads it. */
export function withCounted({ executions, decisions }: PostgresTables): string {
  return `${executions} as executions left join lateral (
    select json_build_array(trade_plan_id, campaign_id, ${instantText("decided_at")}, stale) as counted
      from ${decisions} as decisions
     where decisions.owner = executions.owner and decisions.family_key = executions.family_key
       and stale is not null and executions.fill is not null) as own on true`;
}

/** The column `counted` of {@link withCounted}. */
export function countedDecision(text: string | null): Counted {
  if (text === null) return null;
  const [tradePlanId, campaignId, decidedAt, stale] = JSON.parse(text);
  return { link: linkOf(tradePlanId, campaignId), decidedAt, stale };
}

/** The link that the two columns of a decision hold. */
export function linkOf(tradePlanId: string | null, campaignId: string | null): Decision["link"] {
  if (tradePlanId !== null) return { tradePlanId };
  return campaignId === null ? null : { campaignId };
}

/** The marks as the report's own row keeps them, when `own` is the decision of its family. */
export function keptMarks<Kept extends Marks>(marks: Kept, own: Decision | undefined): Kept {
  const { fill } = marks;
  return fill === null || !isCounted(own, fill.decision) ? marks : { ...marks, fill: { ...fill, decision: null } };
}

function isCounted(own: Decision | undefined, counted: Counted): boolean {
  if (own === undefined || counted === null || own.decidedAt !== counted.decidedAt) return false;
  return JSON.stringify(own.link) === JSON.stringify(counted.link);
}

/** The decision of a family once the plan is written. */
export function decisionAfter({ plan, snapshot }: Planned): (familyKey: string) => Decision | undefined {
  const written = new Map(plan.decisions.map((decision) => [decision.familyKey, decision]));
  const removed = new Set(plan.decisionsRemoved);
  return (familyKey) =>
    written.get(familyKey) ?? (removed.has(familyKey) ? undefined : snapshot.decisions.get(familyKey));
}

/** The plan's decisions as they are kept. */
export function keptDecisions(planned: Planned): readonly KeptDecision[] {
  const { decisions } = planned.plan;
  if (decisions.length === 0) return [];
  const counted = new Map([...fillsAfter(planned)].map(({ familyKey, fill }) => [familyKey, fill.decision]));
  return decisions.map((decision) => ({ ...decision, stale: staleOf(decision, counted.get(decision.familyKey)) }));
}

function staleOf(own: Decision, counted: Counted | undefined): boolean | null {
  return counted != null && isCounted(own, counted) ? counted.stale : null;
}

interface FamilyFill {
  readonly familyKey: string;
  readonly fill: Fill;
}

/** The fills of all families that the plan saw. */
function* fillsAfter(planned: Planned): Generator<FamilyFill> {
  const { plan, snapshot } = planned;
  const changed = new Set(plan.marks.map(({ revisionKey }) => revisionKey));
  for (const { revisionKey, familyKey, fill } of snapshot.reports.values())
    if (fill !== null && !changed.has(revisionKey)) yield { familyKey, fill };
  yield* fillsWritten(planned);
}

/** The fills that the plan makes or changes. */
function* fillsWritten({ plan, snapshot }: Planned): Generator<FamilyFill> {
  for (const { revisionKey, marks } of plan.marks) {
    const report = snapshot.reports.get(revisionKey);
    if (report !== undefined && marks.fill !== null) yield { familyKey: report.familyKey, fill: marks.fill };
  }
  for (const { familyKey, fill } of plan.reports) if (fill !== null) yield { familyKey, fill };
}

/** Decisions that stay, on fills that do not: whether they are what their owner saw. */
export async function updateStale(sql: Sql, tables: PostgresTables, planned: Planned): Promise<void> {
  if (planned.snapshot.decisions.size === 0) return;
  const { batch, plan } = planned;
  const written = new Set(plan.decisions.map(({ familyKey }) => familyKey));
  const after = decisionAfter(planned);
  const rows = [...fillsWritten(planned)].flatMap(({ familyKey, fill }): StaleRow[] => {
    const own = written.has(familyKey) ? undefined : after(familyKey);
    return own === undefined ? [] : [{ owner: batch.owner, familyKey, stale: staleOf(own, fill.decision) }];
  });
  await updateAll(sql, { table: tables.decisions, columns: staleColumns, rows, keyCount: 2 });
}

interface StaleRow {
  readonly owner: string;
  readonly familyKey: string;
  readonly stale: boolean | null;
}

/** What {@link KeptDecision} adds to the columns of a decision. */
export const staleColumn = {
  name: "stale",
  type: "boolean",
  write: ({ stale }: Pick<KeptDecision, "stale">) => (stale === null ? null : booleanText(stale)),
};

const staleColumns: SqlColumns<StaleRow> = [
  { name: "owner", type: "text", write: ({ owner }) => owner },
  { name: "family_key", type: "text", write: ({ familyKey }) => familyKey },
  staleColumn,
];
