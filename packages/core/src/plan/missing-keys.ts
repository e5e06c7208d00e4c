import { absorptionsUndone, decisionsByTrade } from "./absorption.ts";
import type { CommitBatch } from "./commit-batch.ts";
import { countedRows } from "./counted-rows.ts";
import { foldFamilies } from "./fold.ts";
import type { News } from "./news.ts";
import type { CancelRow, Report } from "./plan-types.ts";
import { keyLists, type Snapshot, type SnapshotKeys } from "./snapshot.ts";

const noKeys: SnapshotKeys = {
  revisions: [],
  cancelKeys: [],
  rejectKeys: [],
  families: [],
  aliases: [],
  idlessContents: [],
  contents: [],
  cancelNames: [],
  decisions: [],
  orderKeys: [],
  members: [],
  tradeIds: [],
  tradeFamilies: [],
};

/** The first thing to ask a store for a batch: what of it is stored already. A replay needs no more than this. */
export function keysOf(batch: CommitBatch): SnapshotKeys {
  return {
    ...noKeys,
    revisions: batch.reports.map((report) => report.revisionKey),
    cancelKeys: batch.cancels.map((cancel) => cancel.cancelKey),
    rejectKeys: batch.rejects.map((reject) => reject.rejectKey),
    tradeIds: seenIds(batch),
    tradeFamilies: reviewedIds(batch),
  };
}

/** Asks for the remaining fills of trades of which an extreme went away. */
export function memberKeys(tradeIds: readonly string[]): SnapshotKeys {
  return { ...noKeys, members: tradeIds };
}

/** True once {@link keysOf} was answered. */
export function isStarted(snapshot: Snapshot, batch: CommitBatch): boolean {
  return (
    batch.reports.every((report) => snapshot.asked.revisions.has(report.revisionKey)) &&
    batch.cancels.every((cancel) => snapshot.asked.cancelKeys.has(cancel.cancelKey)) &&
    batch.rejects.every((reject) => snapshot.asked.rejectKeys.has(reject.rejectKey)) &&
    seenIds(batch).every((id) => snapshot.asked.tradeIds.has(id))
  );
}

/**
 * What a plan still has to see, or null when the snapshot is complete: everything that could be the same fill, the same
 * order, a cancel of it, or a decision on it, transitively. A plan from less would depend on the order of delivery.
 */
export function missingKeys(snapshot: Snapshot, batch: CommitBatch, news: News): SnapshotKeys | null {
  const wanted = wantedKeys(snapshot);
  for (const report of [...news.reports, ...news.revived]) {
    wanted.add("families", report.familyKey);
    wantAround(wanted, report);
  }
  for (const report of snapshot.reports.values()) wantAround(wanted, report);
  for (const cancel of [...news.cancels, ...news.revivedCancels, ...snapshot.cancels.values()]) {
    if (cancel.familyKey !== null) wanted.add("families", cancel.familyKey);
    for (const alias of cancel.aliasKeys) wanted.add("aliases", alias);
  }
  for (const { familyKey } of [...batch.decisions, ...batch.pins]) wanted.add("families", familyKey);
  for (const familyKey of batch.undo?.families ?? []) wanted.add("families", familyKey);
  for (const cancel of batch.undo?.cancels ?? []) {
    for (const name of namesOf(cancel)) wanted.add("cancelNames", name);
  }
  for (const familyKey of givenBack(snapshot, batch, news)) wanted.add("families", familyKey);
  return wanted.result();
}

/** An undone review gives the manual fills back that it had absorbed. */
function givenBack(snapshot: Snapshot, batch: CommitBatch, news: News): readonly string[] {
  if (!batch.reviews?.some(({ act }) => act === "undo")) return [];
  const families = foldFamilies(countedRows(snapshot, news, null).visible);
  return absorptionsUndone(batch, decisionsByTrade(snapshot, families)).map(({ familyKey }) => familyKey);
}

function seenIds({ reviews = [], expects = [] }: CommitBatch): readonly string[] {
  return [...reviews, ...expects].map(({ tradeId }) => tradeId);
}

function reviewedIds({ reviews = [] }: CommitBatch): readonly string[] {
  return reviews.map(({ tradeId }) => tradeId);
}

function wantAround(wanted: WantedKeys, report: Report): void {
  wanted.add("decisions", report.familyKey);
  wanted.add("cancelNames", report.familyKey);
  for (const alias of report.aliasKeys) {
    wanted.add("aliases", alias);
    wanted.add("cancelNames", alias);
  }
  if (report.orderKey !== null) wanted.add("orderKeys", report.orderKey.text);
  else wanted.add("orderKeys", ownOrderKey(report.familyKey));
  wanted.add("idlessContents", report.contentKey);
  if (report.familyClass === "content") wanted.add("contents", report.contentKey);
}

/** The names under which a cancel is looked up. */
export function namesOf({ familyKey, aliasKeys }: Pick<CancelRow, "familyKey" | "aliasKeys">): readonly string[] {
  return familyKey === null ? aliasKeys : [familyKey, ...aliasKeys];
}

/** The order key of a fill that names no order: it is its own trade. */
export function ownOrderKey(familyKey: string): string {
  return `${familyKey}|own`;
}

interface WantedKeys {
  add(list: keyof SnapshotKeys, key: string): void;
  result(): SnapshotKeys | null;
}

function wantedKeys(snapshot: Snapshot): WantedKeys {
  const wanted = new Map<keyof SnapshotKeys, Set<string>>();
  return {
    add(list, key) {
      if (snapshot.asked[list].has(key)) return;
      const keys = wanted.get(list);
      if (keys === undefined) wanted.set(list, new Set([key]));
      else keys.add(key);
    },
    result() {
      if (wanted.size === 0) return null;
      const lists = keyLists.map((list) => [list, [...(wanted.get(list) ?? [])]]);
      // Each list of keyLists is there, and each holds text.
      return Object.fromEntries(lists) as unknown as SnapshotKeys;
    },
  };
}
