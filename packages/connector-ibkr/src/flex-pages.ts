import { ImportError, type Json } from "@fillbook/core";
import type { PageDiagnostic, PageRecord } from "@fillbook/core/connector";
import type { FlexContext } from "./flex-context.ts";
import { copied } from "./flex-copied.ts";
import type { DayRange } from "./flex-days.ts";
import type { FlexEvent, FlexRaw, FlexStatementEvent } from "./flex-event.ts";
import { checkFlexQuery } from "./flex-query-check.ts";
import { numberRows } from "./flex-row-number.ts";

/** Rows of one account, and at the end of a whole document what it was. */
export interface FlexRowPage {
  readonly records: readonly PageRecord<Json>[];
  readonly context: FlexContext;
  /** Only on the last page. */
  readonly summary: FlexSummary | null;
}

/** What a document that was read to its end says of one account. */
export interface FlexSummary {
  readonly type: "AF" | "TCF";
  /** Periods of the account's statements. */
  readonly statements: readonly DayRange[];
  readonly rows: number;
  readonly diagnostics: readonly PageDiagnostic[];
}

export interface FlexPagesOptions {
  readonly account: string;
  readonly timeZone: string;
  readonly pageRecords: number;
}

/**
 * The rows of one account out of a document, in pages of equal size; the last one comes after the end of the document
 * and has the summary.
 *
 * @throws ImportError `FEATURE_UNAVAILABLE` for another kind of report and `ACCOUNT_MISMATCH` where the account is not in
 * the document, both before any page; `PROTOCOL` for a document that is not whole.
 */
export async function* flexPages(
  events: AsyncIterable<FlexEvent>,
  options: FlexPagesOptions,
): AsyncGenerator<FlexRowPage, void> {
  const { account, timeZone, pageRecords } = options;
  const reading: Reading = { ...nothingRead(), number: numberRows() };
  let rest: PageRecord<Json>[] = [];
  for await (const event of events) {
    const context: FlexContext = { type: typeOf(reading, event), timeZone, account };
    if (event.kind === "rows") {
      for (const raw of event.rows) if (isOwn(raw, account, reading)) rest.push(recordOf(raw, context, reading));
    } else {
      note(reading, event, account);
    }
    for (; rest.length > pageRecords; rest = rest.slice(pageRecords)) {
      yield { records: rest.slice(0, pageRecords), context, summary: null };
    }
    if (event.kind === "end") {
      refuseStranger(reading, account);
      yield { records: rest, context, summary: summaryOf(reading, event.columns, context.type) };
    }
  }
}

interface Reading {
  type: "AF" | "TCF" | null;
  /** The statement that is open now. */
  open: FlexStatementEvent | null;
  readonly own: Set<FlexStatementEvent>;
  readonly others: Set<string>;
  /** Elements of other levels, which repeat executions. */
  levels: number;
  rows: number;
  /** Whether a statement names no account, as a consolidated one does. */
  consolidated: boolean;
  readonly number: ReturnType<typeof numberRows>;
}

function nothingRead(): Omit<Reading, "number"> {
  return { type: null, open: null, own: new Set(), others: new Set(), levels: 0, rows: 0, consolidated: false };
}

function typeOf(reading: Reading, event: FlexEvent): "AF" | "TCF" {
  if (event.kind === "query" && event.type !== "other") reading.type = event.type;
  if (reading.type !== null) return reading.type;
  const what =
    event.kind === "control" ? said(event) : "another report: use an Activity or Trade Confirmation Flex query";
  throw new ImportError(event.kind === "control" ? "PROTOCOL" : "FEATURE_UNAVAILABLE", `the Flex document is ${what}`);
}

function said({ control }: Extract<FlexEvent, { kind: "control" }>): string {
  return `no statement but an answer of IBKR's service, ${control.errorCode ?? control.status}`;
}

function note(reading: Reading, event: FlexEvent, account: string): void {
  if (event.kind === "skipped") reading.levels += event.count;
  if (event.kind !== "statement") return;
  reading.open = event;
  if (event.accountId === account) reading.own.add(event);
  else if (isBlank(event.accountId)) reading.consolidated = true;
  else addOther(reading.others, event.accountId);
}

/** Rows without an account are those of their statement; a consolidated statement names none. */
function isOwn({ accountId }: FlexRaw, account: string, { open, own, others }: Reading): boolean {
  const named = accountId === undefined ? (open?.accountId ?? null) : accountId.trim();
  if (named === account) {
    if (open !== null) own.add(open);
    return true;
  }
  if (isBlank(named)) return open !== null && (isBlank(open.accountId) || own.has(open));
  addOther(others, named);
  return false;
}

const OTHERS_MAX = 1_000;

function addOther(others: Set<string>, name: string): void {
  if (others.size < OTHERS_MAX) others.add(name.trim().slice(0, 100));
}

function isBlank(name: string | null): name is null | "" | "-" {
  return name === null || name.trim() === "" || name.trim() === "-";
}

function recordOf(raw: FlexRaw, context: FlexContext, reading: Reading): PageRecord<Json> {
  reading.rows += 1;
  const ordinal = reading.number(raw, context);
  return copied(ordinal === undefined ? { raw } : { raw, ordinal });
}

function refuseStranger({ own, others, consolidated }: Reading, account: string): void {
  // A consolidated statement may well be of an account that did not trade.
  if (own.size > 0 || consolidated || others.size === 0) return;
  const message = `the Flex document has ${others.size} other account(s) and not ${account}`;
  throw new ImportError("ACCOUNT_MISMATCH", message);
}

function summaryOf(reading: Reading, columns: readonly string[], type: "AF" | "TCF"): FlexSummary {
  const { own, rows, levels } = reading;
  const noExecutions = rows === 0 && levels > 0;
  const statements = [...own].flatMap(({ fromDate, toDate }) => {
    return fromDate === null || toDate === null ? [] : [{ from: fromDate, to: toDate }];
  });
  return {
    ...{ type, rows },
    // Without the level of executions nothing is known of the period.
    statements: noExecutions ? [] : statements,
    diagnostics: [
      ...columnDiagnostics(type, columns),
      ...(noExecutions ? [noLevel] : []),
      ...(statements.length < own.size ? [noPeriod] : []),
      ...otherAccounts(reading.others),
    ],
  };
}

const noLevel: PageDiagnostic = {
  kind: "partial_import",
  key: "flex-level",
  message: "the Flex query has rows of other levels and none of executions: tick Executions in its section of trades",
};

const noPeriod: PageDiagnostic = {
  kind: "warning",
  key: "flex-period",
  message: "a statement's period cannot be read: choose the date format yyyyMMdd or yyyy-MM-dd in the Flex query",
};

function columnDiagnostics(type: "AF" | "TCF", columns: readonly string[]): readonly PageDiagnostic[] {
  const { message, blocking } = checkFlexQuery({ type, columns });
  if (message === null) return [];
  return [{ kind: blocking ? "partial_import" : "warning", key: `flex-columns-${type}`, message }];
}

function otherAccounts(others: ReadonlySet<string>): readonly PageDiagnostic[] {
  if (others.size === 0) return [];
  const message = `the Flex query also has ${others.size} other account(s), which this connection does not import`;
  return [{ kind: "warning", key: "flex-accounts", message }];
}
