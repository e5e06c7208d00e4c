import type { Instant } from "../instant.ts";
import type { Decision, StoredCancel, StoredReport, TradeRow } from "./plan-types.ts";

/**
 * What a plan asks a store for. Each list is answered completely: a key without rows means that there are none.
 */
export interface SnapshotKeys {
  /** Which of these reports are stored, and since when does the broker report them? */
  readonly revisions: readonly string[];
  /** Which of these cancels are stored? */
  readonly cancelKeys: readonly string[];
  /** The same of these rejects. */
  readonly rejectKeys: readonly string[];
  /** All reports of these families. */
  readonly families: readonly string[];
  /**
   * All reports of the families of which a report carries one of these aliases. Of an alias the first `carriersMax` families
   * by their key are enough, without those of which every report was undone.
   */
  readonly aliases: readonly string[];
  /** All reports of the id-less families (class `content`) with these content keys. */
  readonly idlessContents: readonly string[];
  /** All reports of the families with an id (of any other class) of which a report has one of these content keys. */
  readonly contents: readonly string[];
  /** All cancels that name one of these families or aliases. */
  readonly cancelNames: readonly string[];
  /** The decisions on these families. */
  readonly decisions: readonly string[];
  /** The trades with these order keys. A trade's order key is one of its fills', and a plan asks for all of these. */
  readonly orderKeys: readonly string[];
  /** The reports that stand for a family (marks.fill is set) in these trades. */
  readonly members: readonly string[];
  /** The trades with these ids. */
  readonly tradeIds: readonly string[];
  /** All reports of the families of which a report stands for a fill (marks.fill is set) in these trades. */
  readonly tradeFamilies: readonly string[];
  readonly carriersMax: number;
}

/** The lists of {@link SnapshotKeys}. */
export type KeyList = Exclude<keyof SnapshotKeys, "carriersMax">;

/** A report or a reject that is stored. */
export interface StoredKey {
  readonly key: string;
  readonly firstReportedAt: Instant | null;
}

/** A store's answer. Rows may repeat what an earlier answer held. */
export interface SnapshotRows {
  readonly revisions: readonly StoredKey[];
  readonly cancelKeys: readonly string[];
  readonly rejectKeys: readonly StoredKey[];
  /** Those of these reports and cancels that are stored and undone. */
  readonly undone: readonly string[];
  readonly reports: readonly StoredReport[];
  readonly cancels: readonly StoredCancel[];
  readonly decisions: readonly Decision[];
  readonly trades: readonly TradeRow[];
  /** Answer to `members`. */
  readonly members: readonly StoredReport[];
}

/** All that was read for one plan so far, and what was asked for it. */
export interface Snapshot {
  readonly asked: { readonly [List in KeyList]: Set<string> };
  /** By alias: how many of the families that carry it were asked for. */
  readonly carriersMax: Map<string, number>;
  /** With the moments at which the broker first reported them. */
  readonly revisions: Map<string, Instant | null>;
  readonly cancelKeys: Set<string>;
  readonly rejectKeys: Map<string, Instant | null>;
  readonly undone: Set<string>;
  readonly reports: Map<string, StoredReport>;
  readonly cancels: Map<string, StoredCancel>;
  readonly decisions: Map<string, Decision>;
  readonly trades: Map<string, TradeRow>;
  /** By trade id, then by revision key. */
  readonly members: Map<string, Map<string, StoredReport>>;
}

export const keyLists = [
  "revisions",
  "cancelKeys",
  "rejectKeys",
  "families",
  "aliases",
  "idlessContents",
  "contents",
  "cancelNames",
  "decisions",
  "orderKeys",
  "members",
  "tradeIds",
  "tradeFamilies",
] as const satisfies readonly KeyList[];

/** A snapshot of which nothing was read yet. */
export function emptySnapshot(): Snapshot {
  return {
    asked: {
      revisions: new Set(),
      cancelKeys: new Set(),
      rejectKeys: new Set(),
      families: new Set(),
      aliases: new Set(),
      idlessContents: new Set(),
      contents: new Set(),
      cancelNames: new Set(),
      decisions: new Set(),
      orderKeys: new Set(),
      members: new Set(),
      tradeIds: new Set(),
      tradeFamilies: new Set(),
    },
    carriersMax: new Map(),
    revisions: new Map(),
    cancelKeys: new Set(),
    rejectKeys: new Map(),
    undone: new Set(),
    reports: new Map(),
    cancels: new Map(),
    decisions: new Map(),
    trades: new Map(),
    members: new Map(),
  };
}

/** Adds a store's answer to the snapshot. */
export function extendSnapshot(snapshot: Snapshot, keys: SnapshotKeys, rows: SnapshotRows): void {
  for (const list of keyLists) for (const key of keys[list]) snapshot.asked[list].add(key);
  for (const alias of keys.aliases) snapshot.carriersMax.set(alias, keys.carriersMax);
  for (const { key, firstReportedAt } of rows.revisions) snapshot.revisions.set(key, firstReportedAt);
  for (const key of rows.cancelKeys) snapshot.cancelKeys.add(key);
  for (const { key, firstReportedAt } of rows.rejectKeys) snapshot.rejectKeys.set(key, firstReportedAt);
  for (const key of rows.undone) snapshot.undone.add(key);
  for (const report of rows.reports) {
    snapshot.reports.set(report.revisionKey, report);
    // Whatever list a report answers, all of its family come with it.
    snapshot.asked.families.add(report.familyKey);
  }
  for (const cancel of rows.cancels) snapshot.cancels.set(cancel.cancelKey, cancel);
  for (const decision of rows.decisions) snapshot.decisions.set(decision.familyKey, decision);
  for (const trade of rows.trades) {
    snapshot.trades.set(trade.id, trade);
    // No other trade has its order key: to ask for it once more would tell nothing.
    snapshot.asked.orderKeys.add(trade.orderKey);
  }
  for (const tradeId of [...keys.members, ...keys.tradeFamilies]) {
    snapshot.asked.members.add(tradeId);
    snapshot.members.set(tradeId, new Map());
  }
  for (const report of [...rows.members, ...(keys.tradeFamilies.length === 0 ? [] : rows.reports)]) {
    if (report.fill !== null) snapshot.members.get(report.tradeId ?? "")?.set(report.revisionKey, report);
  }
}
