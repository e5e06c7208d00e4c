import { absorptionsUndone, decisionsByTrade } from "./absorption.ts";
import type { CommitBatch } from "./commit-batch.ts";
import { canFold, crowdedAliases, type Family, type FamilyGraph } from "./family-graph.ts";
import { foldFamilies } from "./fold.ts";
import type { News } from "./news.ts";
import type { CancelRow } from "./plan-types.ts";
import { type Crowds, carriedBefore, crowdsOf, familiesNamed, followIds, type Reached } from "./reach.ts";
import type { Snapshot, SnapshotKeys } from "./snapshot.ts";
import { familiesToUndo } from "./undo-reach.ts";
import { type WantedKeys, wantedKeys } from "./wanted-keys.ts";

/** What a plan knows so far. */
export interface Known {
  readonly snapshot: Snapshot;
  readonly batch: CommitBatch;
  readonly news: News;
  /** Every report that counts before the batch or is news. */
  readonly graph: FamilyGraph;
}

/** Which fills a batch decides, and of which others enough is known to say whether a cancel names them. */
export interface Reach {
  /** Keys of hosts: each fill that the batch may change. */
  readonly decided: ReadonlySet<string>;
  /** Keys of hosts of which all reports are known; the decided ones are among them. */
  readonly whole: ReadonlySet<string>;
  /** Keys of the families that the batch itself is about. */
  readonly touched: ReadonlySet<string>;
}

/**
 * What a batch may change, and what still has to be read to decide it; null when all is known. A plan from less would
 * depend on the order of delivery. Each answer brings at most one step of a way whose length is bounded.
 */
export function reachOf(known: Known): { readonly reach: Reach; readonly missing: SnapshotKeys | null } {
  const { snapshot, graph, batch } = known;
  const wanted = wantedKeys(snapshot, batch);
  const asked = askedFamilies(known);
  const crowds = crowdsOf(graph, batch.undo === undefined ? new Set() : asked);
  const touched = new Set(asked);
  for (const alias of crowds.crossing) for (const { key } of graph.carriers.get(alias) ?? []) touched.add(key);
  const near = followIds(graph, crowds.crowded, [touched, [], [], []]);
  for (const key of touched) wanted.add("families", key);
  for (const [family, step] of near) if (step < 3) wantAround(wanted, family);
  const alike = lookAlikes(graph, near);
  for (const family of alike) wantAround(wanted, family);
  const cancels = namingCancels(known);
  for (const cancel of batch.undo?.cancels ?? []) for (const name of namesOf(cancel)) wanted.add("cancelNames", name);
  for (const { familyKey, aliasKeys } of cancels) {
    if (familyKey !== null) wanted.add("families", familyKey);
    for (const alias of aliasKeys) wanted.add("aliases", alias);
  }
  const named = cancels.flatMap((cancel) => [...familiesNamed(cancel, graph, crowds.crowded)]);
  const claiming = claimants(graph, [...near.keys(), ...alike]);
  const isMore = named.length + claiming.length > 0;
  const whole = isMore ? followIds(graph, crowds.crowded, [touched, named, [], claiming]) : near;
  for (const [family, step] of whole) {
    if (canFold(family) || step < 2) for (const alias of family.aliases) wanted.add("aliases", alias);
  }
  for (const alias of cutShort(known, crowds)) wanted.addMore(alias);
  const decided = new Set([...hosts(near), ...alike.map(({ key }) => key)]);
  return { reach: { decided, whole: new Set([...hosts(whole), ...decided]), touched }, missing: wanted.result() };
}

function hosts(reached: Reached): string[] {
  return [...reached].flatMap(([{ key }, step]) => (step < 2 ? [key] : []));
}

/** The families that the batch itself is about. */
function askedFamilies(known: Known): ReadonlySet<string> {
  const { snapshot, batch, news, graph } = known;
  const asked = new Set<string>();
  for (const { familyKey } of [...news.reports, ...news.revived, ...news.earlier, ...batch.decisions, ...batch.pins])
    asked.add(familyKey);
  for (const familyKey of batch.undo?.families ?? []) asked.add(familyKey);
  const crowded = crowdedAliases(graph);
  for (const cancel of [...news.cancels, ...news.revivedCancels, ...(batch.undo?.cancels ?? [])])
    for (const key of familiesNamed(cancel, graph, crowded)) asked.add(key);
  for (const { tradeId } of batch.reviews ?? [])
    for (const { familyKey } of snapshot.members.get(tradeId)?.values() ?? []) asked.add(familyKey);
  for (const familyKey of givenBack(snapshot, batch, graph)) asked.add(familyKey);
  return batch.undo === undefined ? asked : familiesToUndo(known, batch.undo.jobId, asked);
}

function wantAround(wanted: WantedKeys, family: Family): void {
  wanted.add("decisions", family.key);
  wanted.add("cancelNames", family.key);
  for (const alias of family.aliases) wanted.add("cancelNames", alias);
  for (const { report } of family.reports) {
    wanted.add("orderKeys", report.orderKey === null ? ownOrderKey(report.familyKey) : report.orderKey.text);
    // How many fills with an id look alike says which of those without one count.
    wanted.add(family.class === "content" ? "contents" : "idlessContents", report.contentKey);
  }
}

/** An undone review gives the manual fills back that it had absorbed. */
function givenBack(snapshot: Snapshot, batch: CommitBatch, graph: FamilyGraph): readonly string[] {
  if (!batch.reviews?.some(({ act }) => act === "undo")) return [];
  const { fills } = foldFamilies(graph);
  return absorptionsUndone(batch, decisionsByTrade(snapshot, fills)).map(({ familyKey }) => familyKey);
}

/** Fills without an id that look like one of these families: what claims them may change. */
function lookAlikes(graph: FamilyGraph, near: Reached): readonly Family[] {
  const idless = [...graph.families.values()].filter((family) => family.class === "content" && !near.has(family));
  if (idless.length === 0) return [];
  const contents = new Set<string>();
  for (const [family, step] of near) {
    if (step === 3 || family.class === "content") continue;
    for (const { report } of family.reports) contents.add(report.contentKey);
  }
  return idless.filter(({ reports }) => reports.some(({ report }) => contents.has(report.contentKey)));
}

/** Families with an id that look like one of these without: of each it must be known which fill it is part of. */
function claimants(graph: FamilyGraph, decided: readonly Family[]): readonly string[] {
  const contents = new Set<string>();
  for (const family of decided) {
    if (family.class === "content") for (const { report } of family.reports) contents.add(report.contentKey);
  }
  if (contents.size === 0) return [];
  const claiming = [...graph.families.values()].filter(({ class: kind, reports }) => {
    return kind !== "content" && reports.some(({ report }) => contents.has(report.contentKey));
  });
  return claiming.map(({ key }) => key);
}

/** Every cancel in sight. Whether it waits is known once all fills that it names are. */
function namingCancels({ snapshot, batch, news }: Known): readonly Pick<CancelRow, "familyKey" | "aliasKeys">[] {
  const stored = [...snapshot.cancels.values()].filter(({ undone }) => undone === null);
  return [...stored, ...news.cancels, ...news.revivedCancels, ...(batch.undo?.cancels ?? [])];
}

/** Ids of which the store answered with as many families as were asked for, and too few of them count. */
function cutShort({ snapshot, graph }: Known, { crowded, crossing }: Crowds): readonly string[] {
  const hidden = new Map<string, Set<string>>();
  for (const { undone, familyKey, aliasKeys } of snapshot.reports.values()) {
    if (undone === null) continue;
    for (const alias of aliasKeys) hidden.set(alias, (hidden.get(alias) ?? new Set()).add(familyKey));
  }
  return [...new Set([...crossing, ...hidden.keys()])].filter((alias) => {
    const limit = snapshot.carriersMax.get(alias);
    if (limit === undefined || crowded.has(alias)) return false;
    const answered = new Set(hidden.get(alias));
    for (const family of graph.carriers.get(alias) ?? []) if (carriedBefore(family, alias)) answered.add(family.key);
    return answered.size >= limit;
  });
}

/** The names under which a cancel is looked up. */
export function namesOf({ familyKey, aliasKeys }: Pick<CancelRow, "familyKey" | "aliasKeys">): readonly string[] {
  return familyKey === null ? aliasKeys : [familyKey, ...aliasKeys];
}

/** The order key of a fill that names no order: it is its own trade. */
export function ownOrderKey(familyKey: string): string {
  return `${familyKey}|own`;
}
