import { contentOrdinal } from "../identify.ts";
import type { HiddenRow } from "./counted-rows.ts";
import type { PlanFamily, PlanRow } from "./fold.ts";
import type { Move } from "./plan-trades.ts";
import type { Fill } from "./plan-types.ts";
import type { Settled } from "./settle-family.ts";

/**
 * Each fill's place before and after the plan; `leaving` are the places of fills of which no report counts any more. Fills
 * without an id that others claim make none: `fills` are all that look like one of them, decided here or not.
 */
export function movesOf(
  settled: readonly Settled[],
  hidden: readonly HiddenRow[],
  fills: readonly PlanFamily[],
): { readonly moves: readonly Move[]; readonly leaving: Move["before"] } {
  const claims = claimedContents(settled, fills);
  const left = new Map<string, Move["before"][number][]>();
  for (const { report } of hidden) {
    const places = left.get(report.familyKey) ?? [];
    places.push(...placeBefore({ report, before: report }));
    left.set(report.familyKey, places);
  }
  const moves = settled.map((one) => {
    const gone = left.size === 0 ? [] : one.family.familyKeys.flatMap((key) => left.get(key) ?? []);
    if (left.size > 0) for (const key of one.family.familyKeys) left.delete(key);
    const before = [...one.family.rows.flatMap(placeBefore), ...gone];
    const claimed = one.family.familyClass === "content" && isClaimed(one, claims);
    return { settled: one, before, after: claimed ? null : { report: one.face.report, fill: fillOf(one) } };
  });
  return { moves, leaving: [...left.values()].flat() };
}

function placeBefore({ report, before }: Pick<PlanRow, "report" | "before">): Move["before"] {
  if (before === null || before.fill === null || before.tradeId === null) return [];
  return [{ tradeId: before.tradeId, member: { report, fill: before.fill } }];
}

// How many fills with an id look like this content: they claim as many fills without one.
function claimedContents(settled: readonly Settled[], fills: readonly PlanFamily[]): Map<string, number> {
  const claims = new Map<string, number>();
  const idless = new Set(
    settled.filter((one) => one.family.familyClass === "content").map((one) => one.face.report.contentKey),
  );
  if (idless.size === 0) return claims;
  for (const { familyClass, rows } of fills) {
    if (familyClass === "content") continue;
    for (const key of new Set(rows.map((row) => row.report.contentKey))) {
      if (idless.has(key)) claims.set(key, (claims.get(key) ?? 0) + 1);
    }
  }
  return claims;
}

function isClaimed({ face }: Settled, claims: ReadonlyMap<string, number>): boolean {
  return contentOrdinal(face.report.familyKey) < (claims.get(face.report.contentKey) ?? 0);
}

function fillOf({ canonical, face, family, fees, decision, stale }: Settled): Fill {
  return {
    state: canonical === null ? "canceled" : "active",
    fees,
    orderQuantity: face.report.order.quantity ?? orderQuantityOf(family),
    decision: decision === null ? null : { link: decision.link, decidedAt: decision.decidedAt, stale },
  };
}

function orderQuantityOf({ rows }: PlanFamily): Fill["orderQuantity"] {
  if (rows.length === 1) return null;
  let best: PlanRow | null = null;
  for (const row of rows) {
    if (row.report.order.quantity !== null && (best === null || row.rank > best.rank)) best = row;
  }
  return best?.report.order.quantity ?? null;
}
