import type {
  FlexContext,
  FlexCredentials,
  FlexCursor,
  FlexSettings,
  IbkrFlexConnector,
} from "@fillbook/connector-ibkr";
import type { Json } from "@fillbook/core";
import type { CoveredSpan, Page, PageDiagnostic, PullRequest } from "@fillbook/core/connector";

/** What one statement shows of the query that made it. */
export interface FlexFindings {
  /** Activity or trade confirmations; null where IBKR gave no statement. */
  readonly type: "AF" | "TCF" | null;
  /** Names of the attributes that rows have. */
  readonly columns: readonly string[];
  readonly counts: {
    readonly executions: number;
    readonly cancels: number;
    readonly ignored: number;
    readonly rejected: number;
  };
  /** Why rows cannot be read, each once. */
  readonly reasons: readonly string[];
  /** Date and time of the first row as they are written. */
  readonly timeSample: string | null;
  readonly covered: readonly CoveredSpan[];
  readonly diagnostics: readonly PageDiagnostic[];
}

/** Reads the first statement and leaves those of earlier years alone. */
export async function readStatement(
  connector: IbkrFlexConnector,
  request: PullRequest<FlexCredentials, FlexSettings, FlexCursor>,
): Promise<FlexFindings> {
  const columns = new Set<string>();
  const reasons = new Set<string>();
  const counts = { executions: 0, cancels: 0, ignored: 0, rejected: 0 };
  let findings: Pick<FlexFindings, "type" | "timeSample" | "covered" | "diagnostics"> = nothing;
  for await (const page of connector.pull(request)) {
    for (const { raw } of page.records) {
      for (const column of columnsOf(raw)) columns.add(column);
      const read = connector.normalize(raw, page.context);
      counts[counted[read.kind]] += 1;
      if (read.kind === "rejected") reasons.add(read.reason);
    }
    findings = withPage(findings, page);
    // Only the last page of a statement says which days it covers.
    if (page.coverage !== undefined) break;
  }
  return { ...findings, columns: [...columns], counts, reasons: [...reasons].slice(0, REASONS_MAX) };
}

const REASONS_MAX = 5;

const nothing = { type: null, timeSample: null, covered: [], diagnostics: [] } as const;

const counted = { execution: "executions", cancel: "cancels", ignored: "ignored", rejected: "rejected" } as const;

function withPage(
  before: Pick<FlexFindings, "type" | "timeSample" | "covered" | "diagnostics">,
  page: Page<Json, FlexContext, FlexCursor>,
): typeof before {
  const isStatement = page.records.length > 0 || page.coverage !== undefined;
  return {
    type: isStatement ? page.context.type : before.type,
    timeSample: before.timeSample ?? timeOf(page.records[0]?.raw),
    covered: page.coverage?.covered ?? before.covered,
    diagnostics: [...before.diagnostics, ...(page.diagnostics ?? [])],
  };
}

function columnsOf(raw: Json): readonly string[] {
  return isRow(raw) ? Object.keys(raw) : [];
}

function timeOf(raw: Json | undefined): string | null {
  if (raw === undefined || !isRow(raw)) return null;
  const { dateTime } = raw;
  return typeof dateTime === "string" ? dateTime.slice(0, 40) : null;
}

function isRow(raw: Json): raw is { readonly [name: string]: Json } {
  return typeof raw === "object" && raw !== null && !Array.isArray(raw);
}
