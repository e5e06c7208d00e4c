import type { Instant } from "../../src/instant.ts";
import type { CommitBatch, CommitPlan, CommitStats } from "../../src/plan/commit-batch.ts";
import { planCommit } from "../../src/plan/plan-commit.ts";
import type { Link } from "../../src/plan/plan-types.ts";
import { emptySnapshot, extendSnapshot, type KeyList, type SnapshotKeys } from "../../src/plan/snapshot.ts";
import type { Trade } from "../../src/read-types.ts";
import { tradeView } from "../../src/trade-view.ts";
import { type NaiveRows, naiveRows, readNaively, writeNaively } from "./naive-rows.ts";
import type { Told } from "./told.ts";
import { emptyBatch, instantAt, toldBatch } from "./told-batch.ts";

/** More rounds than this mean that the plan asks again for what it was told. */
const ROUNDS_MAX = 40;

/** A book over {@link NaiveRows}: what was stored, what is reported, what was planned. */
export interface NaiveBook {
  readonly rows: NaiveRows;
  /** Stores these records in one commit. */
  tell(...records: readonly Told[]): CommitStats;
  /** The same from an answer that the broker gave at this moment; null: nobody knows when. */
  tellAt(reportedAt: Instant | null, ...records: readonly Told[]): CommitPlan;
  /** Plans and writes any batch. */
  commit(batch: CommitBatch): CommitPlan;
  /** Writes one decision for each fill of a trade. */
  review(trade: Trade, link: Link): CommitStats;
  pin(revisionKey: string, pinned?: boolean): CommitStats;
  /** By first execution, then side and symbol. */
  trades(): readonly Trade[];
  /** The only trade. */
  trade(): Trade;
  canonical(): NaiveRows["reports"];
  /** Kinds of the open problems. */
  problems(): readonly string[];
  /** Everything that the last commit asked for. */
  asked(list: KeyList): readonly string[];
}

/** An empty book; `hide` answers one list of keys as if there were no rows. */
export function naiveBook({ hide }: { hide?: KeyList } = {}): NaiveBook {
  const rows = naiveRows();
  let commits = 0;
  let asked: SnapshotKeys[] = [];
  const commit = (batch: CommitBatch): CommitPlan => {
    asked = [];
    const plan = planWith(rows, batch, { asked, hide });
    writeNaively(rows, plan);
    return plan;
  };
  const next = () => {
    commits += 1;
    return commits;
  };
  const trades = () => rows.trades.map(tradeView).sort((left, right) => (nameOf(left) < nameOf(right) ? -1 : 1));
  return {
    rows,
    commit,
    tell: (...records) => commit(toldBatch(records, next())).stats,
    tellAt(reportedAt, ...records) {
      const told = records.map((record): Told => ({ ...record, reportedAt }));
      return commit(toldBatch(told, next()));
    },
    review: (trade, link) => commit(reviewBatch(rows, { trade, link }, next())).stats,
    pin: (revisionKey, pinned = true) => commit(pinBatch(rows, { revisionKey, pinned }, next())).stats,
    trades,
    trade: () => only(trades()),
    canonical: () => rows.reports.filter((row) => row.canonical),
    problems: () => rows.problems.map((problem) => problem.kind).sort(),
    asked: (list) => asked.flatMap((keys) => keys[list]),
  };
}

/** The only row of a list. */
export function only<Row>(list: readonly Row[]): Row {
  const [row] = list;
  if (row === undefined || list.length > 1) throw new Error(`there are ${list.length}, not one`);
  return row;
}

/** Tells the records one by one in every order and makes the claim of each book. */
export function inEveryOrder(records: readonly Told[], claim: (book: NaiveBook) => void): void {
  for (const order of ordersOf(records)) {
    const book = naiveBook();
    for (const record of order) book.tell(record);
    claim(book);
  }
  const atOnce = naiveBook();
  atOnce.tell(...records);
  claim(atOnce);
}

function ordersOf<Item>(items: readonly Item[]): readonly (readonly Item[])[] {
  if (items.length < 2) return [items];
  return items.flatMap((item, index) => ordersOf(items.toSpliced(index, 1)).map((rest) => [item, ...rest]));
}

function planWith(
  rows: NaiveRows,
  batch: CommitBatch,
  { asked, hide }: { asked: SnapshotKeys[]; hide: KeyList | undefined },
): CommitPlan {
  const snapshot = emptySnapshot();
  for (let round = 0; round < ROUNDS_MAX; round += 1) {
    const answer = planCommit(snapshot, batch);
    if (answer.kind === "plan") return answer.plan;
    if (answer.kind === "stale") throw new Error("nothing was reviewed");
    asked.push(answer.keys);
    const seen = hide === undefined ? answer.keys : { ...answer.keys, [hide]: [] };
    extendSnapshot(snapshot, answer.keys, readNaively(rows, seen));
  }
  throw new Error(`the plan asked more than ${ROUNDS_MAX} times`);
}

function reviewBatch(rows: NaiveRows, { trade, link }: { trade: Trade; link: Link }, number: number): CommitBatch {
  const fills = rows.reports.filter((row) => row.tradeId === trade.id && row.fill !== null);
  const decisions = fills.map(({ familyKey, canonical, revisionKey }) => {
    const seenRevisionKey = canonical ? revisionKey : null;
    return { familyKey, link, decidedAt: instantAt(number), decidedBy: "owner", seenRevisionKey, suggestion: null };
  });
  return { ...emptyBatch(number), decisions };
}

function pinBatch(rows: NaiveRows, pin: { revisionKey: string; pinned: boolean }, number: number): CommitBatch {
  const { familyKey } = only(rows.reports.filter((row) => row.revisionKey === pin.revisionKey));
  return { ...emptyBatch(number), pins: [{ ...pin, familyKey }] };
}

function nameOf({ firstExecutedAt, side, instrument, orderId }: Trade): string {
  return `${firstExecutedAt}|${side}|${instrument.symbol}|${orderId}`;
}
