import { createHash } from "node:crypto";
import { type FinishedWindow, walkClosedWindows } from "@fillbook/connector-kit";
import type { Json } from "@fillbook/core";
import type { PageDiagnostic } from "@fillbook/core/connector";
import { nowSeconds } from "./kraken-history.ts";
import { hasBothSides, instantTypes, normalizeLedgerGroup } from "./kraken-instant.ts";
import { type KrakenLedger, ledgerTypeOf, readLedgerPage, refidOf, secondsOf } from "./kraken-ledger.ts";
import { byRefid, LEDGER_PAGE_SIZE, ledgerParameters } from "./kraken-ledger-reader.ts";
import { type KrakenPage, type KrakenRun, pageOf } from "./kraken-run.ts";

/**
 * Reads what the pages of TradesHistory left of the ledger: spans with few trades and many entries. It comes behind all
 * trades, because only there it is known what they left.
 */
export async function* ledgerPages(run: KrakenRun): AsyncGenerator<KrakenPage, void> {
  const { client, ledger, policy, request } = run;
  if (!request.connection.settings.instant) return;
  const walked = walkClosedWindows<KrakenLedger>({
    cursor: run.ledgers,
    pageSize: LEDGER_PAGE_SIZE,
    pagesMax: policy.pagesMax,
    idOf: ledgerCursorId,
    fetchPage: (window) =>
      client.call({
        endpoint: "Ledgers",
        parameters: ledgerParameters({ ...window, type: "all" }, window.offset),
        read: readLedgerPage,
      }),
  });
  for (;;) {
    const step = await ledger.attempt(() => walked.next());
    if (step === null || step.done === true) return;
    const { rows, cursor, diagnostics, finished } = step.value;
    const times = rows.flatMap(({ row }) => secondsOf(row) ?? []);
    const borders = [Math.min(...times), Math.max(...times)];
    const groups = await ledger.attempt(() => ledgerGroups(run, rows, borders));
    // Without the rest of its groups the page is not passed.
    if (groups === null) return;
    run.ledgers = cursor;
    yield pageOf(run, {
      records: groups.map((raw) => ({ raw })),
      diagnostics: [...diagnostics, ...missingEntries(finished), ...unreadGroups(run, groups)],
    });
  }
}

function missingEntries(finished: FinishedWindow | null): PageDiagnostic[] {
  if (finished === null || finished.missing === null) return [];
  const { from, to } = finished.window;
  const message = `Kraken's ledger from ${from} to ${to} (unix seconds) may be incomplete: ${finished.missing}`;
  return [{ kind: "coverage_gap", key: `ledger:${from}-${to}`, message }];
}

/** Entries that the fills of TradesHistory carry. */
const OF_TRADES: ReadonlySet<string> = new Set(["trade", "margin", "settled"]);
/** How far apart the entries of one group may be; milliseconds were seen (rotki issue 3708). */
const GROUP_SECONDS = 5;
const LAG_SECONDS = 60;

/**
 * One record for each group that may be an execution, one for each other entry; entries of trades are their fills'.
 *
 * @param borders where entries of the same group may lie beyond what was read, whole unix seconds.
 */
export async function ledgerGroups(
  run: KrakenRun,
  rows: readonly KrakenLedger[],
  borders: readonly number[],
): Promise<Json[]> {
  const candidates = rows.filter(({ row }) => instantTypes.has(ledgerTypeOf(row) ?? "") && refidOf(row) !== null);
  const others = rows.filter((entry) => !candidates.includes(entry) && !OF_TRADES.has(ledgerTypeOf(entry.row) ?? ""));
  const records: Json[] = [];
  for (const [refid, ledgerRows] of byRefid(candidates)) {
    const seconds = ledgerRows.flatMap((row) => secondsOf(row) ?? []);
    const atBorder = seconds.some((time) => borders.some((border) => Math.abs(time - border) <= GROUP_SECONDS));
    const whole = !atBorder && hasBothSides(ledgerRows);
    const group = whole ? ledgerRows : await wholeGroup(run, refid, seconds);
    if (!isUnfinished(run, group, seconds)) records.push({ refid, ledgerRows: group });
  }
  for (const entry of others) records.push({ refid: refidOf(entry.row), ledgerRows: byRefidOrAlone(entry) });
  return records;
}

/** A group whose other half is still to come is left to the next run, which reads the last hour again. */
function isUnfinished(run: KrakenRun, group: readonly Json[], seconds: readonly number[]): boolean {
  const age = nowSeconds(run.request) - Math.max(...seconds);
  return age < LAG_SECONDS && run.policy.overlapSeconds > 2 * LAG_SECONDS && !hasBothSides(group);
}

function byRefidOrAlone(entry: KrakenLedger): readonly Json[] {
  const { id, row } = entry;
  return byRefid([entry]).values().next().value ?? [{ id, row }];
}

/** A group can lie across two pages, and entries of tokenized shares are told in a list of their own. */
async function wholeGroup(run: KrakenRun, refid: string, seconds: readonly number[]): Promise<readonly Json[]> {
  const span = {
    from: Math.max(0, Math.min(...seconds) - GROUP_SECONDS - 1),
    to: Math.max(...seconds) + GROUP_SECONDS + 1,
    type: "all",
  };
  const { entries: listed } = await run.ledger.span({ ...span, aclass: "currency" });
  const group = byRefid(listed).get(refid) ?? [];
  if (hasBothSides(group)) return group;
  const { entries: tokenized } = await run.ledger.span({ ...span, aclass: "tokenized_asset" });
  return byRefid([...listed, ...tokenized]).get(refid) ?? group;
}

/** Says which groups look like an execution and cannot be read as one: they are ignored, and not silently. */
export function unreadGroups(run: KrakenRun, records: readonly Json[]): PageDiagnostic[] {
  const reasons = new Map<string, number>();
  const unread: string[] = [];
  for (const raw of records) {
    const read = normalizeLedgerGroup(raw, run.request.connection.accountRef);
    if (read.kind !== "ignored") continue;
    reasons.set(read.reason, (reasons.get(read.reason) ?? 0) + 1);
    if (read.unread) unread.push(read.reason);
  }
  if (reasons.size > 0)
    run.request.logger.info({ ignored: Object.fromEntries(reasons) }, "kraken: entries that are no fills");
  const [first] = unread;
  if (first === undefined) return [];
  const message = `${unread.length} group(s) of ledger entries look like a purchase or conversion and are ignored, such as: ${first}`;
  return [{ kind: "warning", key: "ledger-groups", message }];
}

/** The id as a cursor may hold it, see `cursorId`. */
function ledgerCursorId({ id }: KrakenLedger): string {
  return /^[\x21-\x7e]{1,40}$/.test(id) ? id : `sha256:${createHash("sha256").update(id).digest("hex")}`;
}
