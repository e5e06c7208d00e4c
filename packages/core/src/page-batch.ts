import type { AnyConnector, Page, PageDiagnostic, PageRecord } from "./connector-contract.ts";
import { digest } from "./digest.ts";
import { identify, scopeKey } from "./identify.ts";
import { identifyCancel } from "./identify-cancel.ts";
import { type Instant, instant } from "./instant.ts";
import { canonicalJson, type Json } from "./json.ts";
import { type NormalizedRecord, type NormalizeSource, normalizeRecord } from "./normalize-page.ts";
import type { BatchRun, CommitBatch, NewCancel, NewReport } from "./plan/commit-batch.ts";
import type { NewProblem, Reject } from "./plan/plan-types.ts";
import { safeParse } from "./safe-parse.ts";
import { safeText } from "./safe-text.ts";
import { textId } from "./text-id.ts";

export interface BatchSource {
  readonly connector: AnyConnector;
  readonly owner: string;
  readonly run: Omit<BatchRun, "page" | "cursor">;
  readonly pageNumber: number;
  readonly at: Instant;
  /** Context hashes that this run has committed already. */
  readonly storedContexts: ReadonlySet<string>;
  /** The page is of a file, which no later run reads again. */
  readonly isOfFile?: boolean;
  /** Hears what `normalize` threw. */
  readonly onThrown?: (error: unknown) => void;
}

/** Records that are read at a stretch: a long page must not keep a host's other work waiting. */
const RECORDS_AT_A_STRETCH = 200;

/** One page of a broker as one commit: every record normalized, identified, or kept as a reject. */
export function pageBatch(page: Page<Json, Json, Json>, source: BatchSource): CommitBatch {
  const stretches = pageStretches(page, source);
  for (;;) {
    const { done, value } = stretches.next();
    if (done) return value;
  }
}

/** {@link pageBatch} in short stretches; between two of them its caller may do something else. */
export function* pageStretches(page: Page<Json, Json, Json>, source: BatchSource): Generator<void, CommitBatch, void> {
  const { connector, owner, at, run } = source;
  const contextHash = digest(canonicalJson(page.context));
  const { connectionId, jobId } = run;
  // Moments compare as text: another form of one would win or lose by its spelling.
  const firstReportedAt = page.reportedAt == null ? null : instant(page.reportedAt);
  const origin: Origin = { owner, connectionId, jobId, fetchedAt: at, contextHash, firstReportedAt };
  const parts = noParts();
  const heard = source.onThrown === undefined ? {} : { onThrown: source.onThrown };
  for (const [index, record] of page.records.entries()) {
    if (index > 0 && index % RECORDS_AT_A_STRETCH === 0) yield;
    addRecord(parts, record, { connector, context: page.context, origin, ...heard });
  }
  if (page.records.length > RECORDS_AT_A_STRETCH) yield;
  return {
    id: `${run.jobId}/${source.pageNumber}`,
    owner,
    at,
    run: { ...run, page: source.pageNumber, cursor: page.cursor },
    accounts: accountsOf(parts),
    fetched: page.records.length,
    ...parts,
    rereads: [],
    contexts: source.storedContexts.has(contextHash) ? [] : [{ contextHash, context: page.context }],
    decisions: [],
    pins: [],
    problems: (page.diagnostics ?? []).map((diagnostic) => newProblem(diagnostic, source)),
    resolves: (page.resolved ?? []).map((diagnostic) => problemKeyOf(diagnostic, run.connectionId)),
  };
}

/** What records came to. */
export interface BatchParts {
  readonly reports: NewReport[];
  readonly cancels: NewCancel[];
  readonly rejects: Reject[];
  ignored: number;
  /** Why, the reasons in the order in which they came. */
  readonly ignoredReasons: { readonly reason: string; count: number }[];
}

export function noParts(): BatchParts {
  return { reports: [], cancels: [], rejects: [], ignored: 0, ignoredReasons: [] };
}

/** Broker and account of every record, sorted: what a commit locks. */
export function accountsOf({ reports, cancels }: BatchParts): readonly string[] {
  return [...new Set([...reports, ...cancels].map(scopeKey))].sort();
}

/** Normalizes and identifies one record. */
export function addRecord(
  parts: BatchParts,
  record: PageRecord<Json>,
  { origin, ...source }: NormalizeSource & { readonly origin: Origin },
): void {
  const normalized = normalizeRecord(record, source);
  if (normalized.kind === "execution") addReport(parts, normalized, origin);
  else if (normalized.kind === "cancel") parts.cancels.push(newCancel(normalized, origin));
  else if (normalized.kind === "rejected") parts.rejects.push(newReject(normalized, origin));
  else addIgnored(parts, normalized.reason);
}

/** Different reasons that a page tells; a connector that puts ids into them does not fill the lineage. */
const REASONS_MAX = 20;

function addIgnored(parts: BatchParts, told: string): void {
  parts.ignored += 1;
  const isFull = parts.ignoredReasons.length >= REASONS_MAX;
  const known = parts.ignoredReasons.find(({ reason }) => reason === told);
  const entry = known ?? (isFull ? parts.ignoredReasons.at(-1) : undefined);
  if (entry !== undefined) entry.count += 1;
  else
    parts.ignoredReasons.push({ reason: parts.ignoredReasons.length === REASONS_MAX - 1 ? "other" : told, count: 1 });
}

/** Where a record came from. */
export interface Origin {
  readonly owner: string;
  readonly connectionId: string;
  readonly jobId: string;
  readonly fetchedAt: Instant;
  readonly contextHash: string;
  readonly firstReportedAt: Instant | null;
}

function addReport(
  parts: { reports: NewReport[]; rejects: Reject[] },
  record: Extract<NormalizedRecord, { kind: "execution" }>,
  origin: Origin,
): void {
  const keys = identify(record.facts, { owner: origin.owner, ordinal: record.ordinal ?? 0 });
  if (keys.familyClass === "content" && record.ordinal === null) {
    const reason = "the record has no id and the connector gave it no number among its equals";
    const rawText = JSON.stringify(record.raw);
    parts.rejects.push(newReject({ ...record, kind: "rejected", reason, rawText, truncated: false }, origin));
    return;
  }
  parts.reports.push({ ...record.facts, ...keys, ...origin, raw: record.raw });
}

function newCancel({ facts, raw }: Extract<NormalizedRecord, { kind: "cancel" }>, origin: Origin): NewCancel {
  const { firstReportedAt: _at, ...from } = origin;
  return { ...facts, ...identifyCancel(facts, { owner: origin.owner }), ...from, raw };
}

function newReject(record: Extract<NormalizedRecord, { kind: "rejected" }>, origin: Origin): Reject {
  const { owner: _owner, ...from } = origin;
  const { reason, rawText, raw, ordinal, truncated: rawTruncated } = record;
  return {
    ...rejectKeys({ connectionId: from.connectionId, rawText, ordinal: ordinal ?? 0 }),
    ...from,
    ...{ reason, raw, rawTruncated, ordinal },
  };
}

/** What identifies a reject; `ordinal` is its number among records with the same text. */
export function rejectKeys(record: {
  readonly connectionId: string;
  readonly rawText: string;
  readonly ordinal: number;
}): Pick<Reject, "rejectKey" | "rawHash"> {
  const rawHash = digest(record.rawText);
  return { rejectKey: digest(`${record.connectionId}|${rawHash}|${record.ordinal}`), rawHash };
}

function newProblem(diagnostic: PageDiagnostic, { run, isOfFile = false }: BatchSource): NewProblem {
  const { kind, message } = diagnostic;
  const problemKey = problemKeyOf(diagnostic, run.connectionId);
  const details = isOfFile ? { file: true } : null;
  return { problemKey, kind, severity: "warning", message: safeText(message), details };
}

function problemKeyOf({ kind, key }: Pick<PageDiagnostic, "kind" | "key">, connectionId: string): string {
  // Two keys that no id could hold stay two: cut to size they might meet.
  const name = safeParse(textId, key).success ? key : digest(key);
  return `${kind}:${connectionId}:${name}`;
}
