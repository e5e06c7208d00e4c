import { type ClosedWindow, type FinishedWindow, type WalkedPage, walkClosedWindows } from "@fillbook/connector-kit";
import type { PageDiagnostic } from "@fillbook/core/connector";
import { cursorId } from "./kraken-id.ts";
import { type KrakenLedger, LEDGER_PAGE_SIZE, readLedgerPage, secondsOf } from "./kraken-ledger.ts";
import { type GroupedEntries, isOfGroup, ledgerGroups, unreadGroups } from "./kraken-ledger-groups.ts";
import { ledgerParameters } from "./kraken-ledger-reader.ts";
import { ledgerContextSeconds } from "./kraken-ledger-stream.ts";
import { type KrakenPage, type KrakenRun, pageOf } from "./kraken-run.ts";
import { newTrades } from "./kraken-trade-pages.ts";

/**
 * Reads what the pages of TradesHistory left of the ledger: spans with few trades and many entries. It comes behind all
 * trades, because only there it is known what they left. A page that ends within a group waits for the next one, which may hold
 * the group's rest.
 */
export async function* ledgerPages(run: KrakenRun): AsyncGenerator<KrakenPage, void> {
  if (!run.request.connection.settings.instant) return;
  const walked = ledgerWalk(run);
  let before: LedgerStep | null = null;
  let step = await nextStep(run, walked);
  while (step !== null) {
    const next: LedgerStep | null = endsInGroup(step) ? await nextStep(run, walked) : null;
    // Without the rest of its groups the page is not passed.
    if (run.ledger.denied || run.ledger.failure !== null) return;
    const part = partOf(step, { before, next });
    const groups = await run.ledger.attempt(() => ledgerGroups(run, part));
    if (groups === null) return;
    const { cursor, diagnostics, finished, reportedAt } = step.page;
    run.ledgers = cursor;
    yield pageOf(run, {
      records: groups.map((raw) => ({ raw })),
      diagnostics: [...diagnostics, ...missingEntries(finished), ...unreadGroups(run, groups)],
      reportedAt,
    });
    if (run.ledgers.windows.length > 0) yield* newTrades(run);
    before = step;
    step = next ?? (await nextStep(run, walked));
  }
}

function endsInGroup({ page }: LedgerStep): boolean {
  const end = Math.min(...page.rows.flatMap(({ row }) => secondsOf(row) ?? []));
  return page.rows.some((entry) => isOfGroup(entry) && (secondsOf(entry.row) ?? end) <= end + ledgerContextSeconds);
}

interface LedgerStep {
  readonly window: ClosedWindow;
  readonly page: WalkedPage<KrakenLedger>;
}

async function* ledgerWalk(run: KrakenRun): AsyncGenerator<LedgerStep, void> {
  let [window] = run.ledgers.windows;
  const walked = walkClosedWindows<KrakenLedger>({
    cursor: run.ledgers,
    pageSize: LEDGER_PAGE_SIZE,
    pagesMax: run.policy.pagesMax,
    idOf: ({ id }) => cursorId(id),
    fetchPage: (asked) =>
      run.client.call({
        endpoint: "Ledgers",
        parameters: ledgerParameters({ ...asked, type: "all" }, asked.offset),
        read: (result, reportedAt) => ({ ...readLedgerPage(result), reportedAt }),
      }),
  });
  for await (const page of walked) {
    if (window !== undefined) yield { window, page };
    [window] = page.cursor.windows;
  }
}

async function nextStep(run: KrakenRun, walked: AsyncGenerator<LedgerStep, void>): Promise<LedgerStep | null> {
  const step = await run.ledger.attempt(() => walked.next());
  return step === null || step.done === true ? null : step.value;
}

/** A page among those beside it: what lies within the pages of one window is seen whole. */
function partOf(
  { window, page }: LedgerStep,
  { before, next }: { readonly before: LedgerStep | null; readonly next: LedgerStep | null },
): GroupedEntries {
  const isBeside = (other: LedgerStep | null): other is LedgerStep =>
    other?.window.from === window.from && other.window.to === window.to;
  const above = isBeside(before) ? before.page.rows : [];
  const below = isBeside(next) ? next.page.rows : [];
  const times = [...above, ...page.rows, ...below].flatMap(({ row }) => secondsOf(row) ?? []);
  const seen = { from: Math.min(...times) + 1, to: Math.max(...times) - 1 };
  return { entries: page.rows, around: [...above, ...below], seen, floor: window.from };
}

function missingEntries(finished: FinishedWindow | null): PageDiagnostic[] {
  if (finished === null || finished.missing === null) return [];
  const { from, to } = finished.window;
  const message = `Kraken's ledger from ${from} to ${to} (unix seconds) may be incomplete: ${finished.missing}`;
  return [{ kind: "coverage_gap", key: `ledger:${from}-${to}`, message }];
}
