import type { CommitBatch } from "./commit-batch.ts";
import { CARRIERS_MAX } from "./family-graph.ts";
import { type KeyList, keyLists, type Snapshot, type SnapshotKeys } from "./snapshot.ts";

/** One more than may carry an id that is followed: enough to see that there are too many. */
const CARRIERS_READ = CARRIERS_MAX + 1;

const noKeys: SnapshotKeys = {
  ...{ revisions: [], cancelKeys: [], rejectKeys: [], families: [], aliases: [], idlessContents: [], contents: [] },
  ...{ cancelNames: [], decisions: [], orderKeys: [], members: [], tradeIds: [], tradeFamilies: [] },
  carriersMax: CARRIERS_READ,
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

function seenIds({ reviews = [], expects = [] }: CommitBatch): readonly string[] {
  return [...reviews, ...expects].map(({ tradeId }) => tradeId);
}

function reviewedIds({ reviews = [] }: CommitBatch): readonly string[] {
  return reviews.map(({ tradeId }) => tradeId);
}

/** Collects what a snapshot lacks. */
export interface WantedKeys {
  add(list: KeyList, key: string): void;
  /** Asks for more families that carry an id than were answered. */
  addMore(alias: string): void;
  /** null when nothing is missing. */
  result(): SnapshotKeys | null;
}

export function wantedKeys(snapshot: Snapshot, { undo }: CommitBatch): WantedKeys {
  const wanted = new Map<KeyList, Set<string>>();
  // What an undo hides carries an id no more.
  let carriersMax = CARRIERS_READ + (undo?.families.length ?? 0);
  const want = (list: KeyList, key: string) => {
    const keys = wanted.get(list);
    if (keys === undefined) wanted.set(list, new Set([key]));
    else keys.add(key);
  };
  return {
    add(list, key) {
      if (!snapshot.asked[list].has(key)) want(list, key);
    },
    addMore(alias) {
      carriersMax = Math.max(carriersMax, 2 * (snapshot.carriersMax.get(alias) ?? 0));
      want("aliases", alias);
    },
    result() {
      if (wanted.size === 0) return null;
      const lists = keyLists.map((list) => [list, [...(wanted.get(list) ?? [])]]);
      // Each list of keyLists is there, and each holds text.
      return { ...(Object.fromEntries(lists) as unknown as SnapshotKeys), carriersMax };
    },
  };
}
