import type { CoveredSpan, HistorySpan, MissingSpan, PageCoverage } from "./connector-contract.ts";
import type { Instant } from "./instant.ts";

/** What of a connection's history was read, as its pages told it. */
export interface Coverage {
  /** Read completely and stored; in the order of their starts. Spans of different evidence may overlap. */
  readonly covered: readonly CoveredSpan[];
  /** Not read yet, but the cursor holds it open: later pages bring it. */
  readonly open: readonly HistorySpan[];
  /** Read, and known to be incomplete; what was covered since is taken out. */
  readonly missing: readonly MissingSpan[];
}

/** Most spans of a kind that a connection keeps. Beyond, the oldest covered ones are forgotten, which claims less. */
export const spansMax = 64;

/** Before the first page. */
export const nothingCovered: Coverage = { covered: [], open: [], missing: [] };

/** Pure. What a page covers as of now: nothing that is still to come, whatever a row's date or a statement's last day says. */
export function coveredUntil({ covered, ...rest }: PageCoverage, now: Instant): PageCoverage {
  return { ...rest, covered: covered.map((span) => (span.to > now ? { ...span, to: now } : span)) };
}

/** Pure. The coverage once a page is stored that tells this. */
export function coverageAfter(coverage: Coverage, page: PageCoverage): Coverage {
  const told = (page.missing ?? []).filter(isSpan);
  const now = page.covered.filter(isSpan);
  // What is found to be incomplete is covered no more, whoever claimed it before.
  const covered = united([...coverage.covered.flatMap((span) => without(span, told)), ...now]);
  const missing = told
    .reduce((known, span) => [...known.flatMap((one) => without(one, [span])), span], coverage.missing)
    .flatMap((span) => without(span, now))
    .sort(byStart)
    .reduce(joined, []);
  return {
    covered: covered.slice(-spansMax),
    open: bounded(page.open?.filter(isSpan).sort(byStart) ?? coverage.open),
    missing: bounded(missing),
  };
}

/**
 * What should have been read and was not, oldest first: spans that are known to be incomplete, also while they are read
 * again, and those between covered ones of which nothing is known and that the cursor does not hold open.
 */
export function gapsOf({ covered, open, missing }: Coverage): readonly MissingSpan[] {
  const first = covered[0];
  const last = latestEnd(covered);
  const between =
    first === undefined || last === undefined
      ? []
      : without({ from: first.from, to: last, reason: unread }, [...covered, ...open, ...missing]);
  return [...missing.flatMap((span) => without(span, covered)), ...between].sort(byStart);
}

const unread = "no run has read it";

/** Spans of one evidence that overlap or touch become one. */
function united(spans: readonly CoveredSpan[]): CoveredSpan[] {
  const latest = new Map<string, CoveredSpan>();
  const done: CoveredSpan[] = [];
  for (const span of [...spans].sort(byStart)) {
    const before = latest.get(span.evidence);
    if (before !== undefined && span.from <= before.to) {
      if (span.to > before.to) latest.set(span.evidence, { ...before, to: span.to });
      continue;
    }
    if (before !== undefined) done.push(before);
    latest.set(span.evidence, span);
  }
  return [...done, ...latest.values()].sort(byStart);
}

/** Missing spans that touch for one reason are one. */
function joined(known: readonly MissingSpan[], span: MissingSpan): readonly MissingSpan[] {
  const last = known.at(-1);
  const isSame = last !== undefined && last.to === span.from && last.reason === span.reason;
  if (!isSame || last.lasting !== span.lasting) return [...known, span];
  return [...known.slice(0, -1), { ...last, to: span.to }];
}

/** What is left of a span when others are taken out. */
function without<Span extends HistorySpan>(span: Span, others: readonly HistorySpan[]): Span[] {
  const left: Span[] = [];
  let reached = span.from;
  for (const { from, to } of [...others].sort(byStart)) {
    if (from >= span.to) break;
    if (from > reached) left.push({ ...span, from: reached, to: from });
    if (to > reached) reached = to;
  }
  return reached < span.to ? [...left, { ...span, from: reached }] : left;
}

/** Too many become fewer that reach further: nothing that is missing or open is forgotten. */
function bounded<Span extends HistorySpan>(spans: readonly Span[]): readonly Span[] {
  const [oldest] = spans;
  if (spans.length <= spansMax || oldest === undefined) return spans;
  const surplus = spans.slice(0, spans.length - spansMax + 1);
  return [{ ...oldest, to: latestEnd(surplus) ?? oldest.to }, ...spans.slice(surplus.length)];
}

// Instants sort as text.
function latestEnd(spans: readonly HistorySpan[]): HistorySpan["to"] | undefined {
  return spans
    .map(({ to }) => to)
    .sort()
    .at(-1);
}

function isSpan({ from, to }: HistorySpan): boolean {
  return from < to;
}

function byStart(left: HistorySpan, right: HistorySpan): number {
  if (left.from === right.from) return left.to < right.to ? -1 : 1;
  return left.from < right.from ? -1 : 1;
}
