import type { Json } from "@fillbook/core";
import type { PageDiagnostic } from "@fillbook/core/connector";
import { isEntryOf } from "./kraken-entry-kind.ts";
import { nowSeconds } from "./kraken-history.ts";
import { hasBothSides, normalizeLedgerGroup } from "./kraken-instant.ts";
import { type KrakenLedger, refidOf, secondsOf } from "./kraken-ledger.ts";
import { entriesByRefid, ledgerRows } from "./kraken-ledger-reader.ts";
import { type LedgerStretch, ledgerContextSeconds } from "./kraken-ledger-stream.ts";
import type { KrakenRun } from "./kraken-run.ts";

const LAG_SECONDS = 60;

/** Entries to make records of. */
export interface GroupedEntries {
  readonly entries: readonly KrakenLedger[];
  /** Entries beside them that may belong to their groups. */
  readonly around: readonly KrakenLedger[];
  /** The seconds whose entries are all there; null where nothing is missing that could belong to them. */
  readonly seen: LedgerStretch | null;
  /** How far down this part of the ledger is read in all, whole unix seconds. */
  readonly floor: number;
}

/**
 * One record for each group that may be an execution, one for each other entry; entries of trades are their fills'. A
 * group belongs to where its newest entry lies.
 */
export async function ledgerGroups(run: KrakenRun, part: GroupedEntries): Promise<Json[]> {
  const candidates = part.entries.filter(isOfGroup);
  const others = part.entries.filter((entry) => !isOfGroup(entry) && !isOfFill(entry));
  const known = entriesByRefid([...candidates, ...part.around.filter(isOfGroup)]);
  const groups: LedgerGroup[] = [];
  for (const [refid, own] of entriesByRefid(candidates)) {
    const group = groupOf(refid, known.get(refid) ?? own);
    if (newestOf(group) > newestOf(groupOf(refid, own))) continue;
    // What has no time cannot be looked for.
    const isWhole = group.seconds.length === 0 || isSeen(group, part.seen);
    groups.push(isWhole ? group : await listedGroup(run, group));
  }
  const whole = (await withTokenized(run, groups, part.floor)).filter((group) => !isUnfinished(run, group));
  return [
    ...whole.map(({ refid, rows }) => ({ refid, ledgerRows: rows })),
    ...others.map((entry) => ({ refid: refidOf(entry.row), ledgerRows: ledgerRows([entry]) })),
  ];
}

interface LedgerGroup {
  readonly refid: string;
  readonly entries: readonly KrakenLedger[];
  /** As its record holds them. */
  readonly rows: readonly Json[];
  /** Of those of its entries that have a time. */
  readonly seconds: readonly number[];
}

function groupOf(refid: string, entries: readonly KrakenLedger[]): LedgerGroup {
  return { refid, entries, rows: ledgerRows(entries), seconds: entries.flatMap(({ row }) => secondsOf(row) ?? []) };
}

function newestOf({ seconds }: LedgerGroup): number {
  return Math.max(...seconds);
}

function isOfFill({ row }: KrakenLedger): boolean {
  return isEntryOf("fill", row);
}

/** True for an entry that belongs to a group that may be an execution. */
export function isOfGroup({ row }: KrakenLedger): boolean {
  return isEntryOf("exchange", row) && refidOf(row) !== null;
}

function isSeen({ seconds }: LedgerGroup, seen: LedgerStretch | null): boolean {
  if (seen === null) return true;
  return seconds.every(
    (second) => second - ledgerContextSeconds >= seen.from && second + ledgerContextSeconds <= seen.to,
  );
}

/** A group whose other half is still to come is left to the next run, which reads the last hour again. */
function isUnfinished(run: KrakenRun, group: LedgerGroup): boolean {
  const age = nowSeconds(run.request) - newestOf(group);
  return age < LAG_SECONDS && run.policy.overlapSeconds > 2 * LAG_SECONDS && !hasBothSides(group.rows);
}

/** A group that reaches beyond what was read. */
async function listedGroup(run: KrakenRun, { refid, entries, seconds }: LedgerGroup): Promise<LedgerGroup> {
  const { from, to } = around(seconds);
  const listed = await run.ledger.span({ from: Math.max(0, from - 1), to: to + 1, type: "all" });
  return groupOf(refid, entriesByRefid(listed).get(refid) ?? entries);
}

function around(seconds: readonly number[]): LedgerStretch {
  return {
    from: Math.max(0, Math.min(...seconds) - ledgerContextSeconds),
    to: Math.max(...seconds) + ledgerContextSeconds,
  };
}

const TOKENIZED_PAGES_MAX = 60;

/** Entries of tokenized shares are listed apart: they are looked for where a group has one side only. */
async function withTokenized(
  run: KrakenRun,
  groups: readonly LedgerGroup[],
  floor: number,
): Promise<readonly LedgerGroup[]> {
  const seconds = groups.flatMap((group) => (hasBothSides(group.rows) ? [] : group.seconds));
  if (seconds.length === 0) return groups;
  const stretch = around(seconds);
  const stream = run.ledger.stream({ type: "all", aclass: "tokenized_asset" });
  const bounds = { floor: Math.min(floor, stretch.from), pagesMax: TOKENIZED_PAGES_MAX };
  const tokenized = entriesByRefid((await stream.read(stretch, bounds)).entries);
  return groups.map((group) => {
    const more = tokenized.get(group.refid);
    if (more === undefined || hasBothSides(group.rows)) return group;
    return groupOf(group.refid, [...group.entries, ...more]);
  });
}

/** Says which groups look like an execution and cannot be read as one: they are ignored, and not silently. */
export function unreadGroups(run: KrakenRun, records: readonly Json[]): PageDiagnostic[] {
  const reasons = new Map<string, number>();
  const unread: string[] = [];
  for (const raw of records) {
    const read = normalizeLedgerGroup(raw, run.request.connection.accountRef);
    if (read.kind !== "ignored") continue;
    reasons.set(read.reason, (reasons.get(read.reason) ?? 0) + 1);
    if (read.unread !== null) unread.push(read.reason);
  }
  if (reasons.size > 0)
    run.request.logger.info({ ignored: Object.fromEntries(reasons) }, "kraken: entries that are no fills");
  const [first] = unread;
  if (first === undefined) return [];
  const message = `${unread.length} group(s) of ledger entries look like a purchase or conversion and are ignored, such as: ${first}`;
  return [{ kind: "warning", key: "ledger-groups", message }];
}
