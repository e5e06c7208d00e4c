import { ImportError, type Instant, type Json } from "@fillbook/core";
import { letTimersRun, type PageDiagnostic, type PageRecord } from "@fillbook/core/connector";
import type { FlexContext } from "./flex-context.ts";
import { copied } from "./flex-copied.ts";
import type { DayRange } from "./flex-days.ts";
import type { FlexEvent, FlexStatementEvent } from "./flex-event.ts";
import { type FlexOwnResult, flexOwnStatements, otherAccountsMax } from "./flex-own-statements.ts";
import { flexPageFiller } from "./flex-page-filler.ts";
import { checkFlexQuery } from "./flex-query-check.ts";
import { numberRows } from "./flex-row-number.ts";
import { readFlexTime } from "./flex-time.ts";

/** Rows of one account, and at the end of a whole document what it was. */
export interface FlexRowPage {
  readonly records: readonly PageRecord<Json>[];
  readonly context: FlexContext;
  /** When IBKR made the document; null where it does not say so in a form that is read. */
  readonly reportedAt: Instant | null;
  /** Only on the last page. */
  readonly summary: FlexSummary | null;
}

/** What a document that was read to its end says of one account. */
export interface FlexSummary {
  readonly type: "AF" | "TCF";
  /** Days that the account's statements name. */
  readonly statements: readonly DayRange[];
  /** Whether each statement names a single day. */
  readonly byDay: boolean;
  readonly rows: number;
  readonly diagnostics: readonly PageDiagnostic[];
}

export interface FlexPagesOptions {
  readonly account: string;
  readonly timeZone: string;
  readonly pageRecords: number;
}

/**
 * The rows of one account out of a document, in pages; the last one comes after the end of the document and has the
 * summary.
 *
 * @throws ImportError `FEATURE_UNAVAILABLE` for another kind of report and `ACCOUNT_MISMATCH` where the account is not in
 * the document, both before any page; `PROTOCOL` for a document that is not whole.
 */
export async function* flexPages(
  events: AsyncIterable<FlexEvent>,
  options: FlexPagesOptions,
): AsyncGenerator<FlexRowPage, void> {
  const { account, timeZone } = options;
  const reading: Reading = {
    ...{ type: null, levels: 0, rows: 0, own: flexOwnStatements(account), number: numberRows() },
    ...{ reportedAt: null, isUndated: false },
  };
  const filler = flexPageFiller(options);
  for await (const event of events) {
    const context: FlexContext = { type: typeOf(reading, event), timeZone, account };
    if (event.kind === "rows") {
      for (const [index, raw] of event.rows.entries()) {
        if (!reading.own.owns(raw)) continue;
        const records = filler.add(recordOf(raw, context, reading), event.lengths[index] ?? 0);
        if (records === null) continue;
        yield { records, context, reportedAt: reading.reportedAt, summary: null };
        // Small rows make several pages of one piece of the document.
        await letTimersRun();
      }
    } else if (event.kind === "statement") {
      reading.own.begin(event);
      noteMoment(reading, event, timeZone);
    } else if (event.kind === "skipped") {
      reading.levels += event.count;
    } else if (event.kind === "end") {
      const summary = summaryOf(reading, event.columns, { type: context.type, account });
      yield { records: filler.rest(), context, reportedAt: reading.reportedAt, summary };
    }
  }
}

interface Reading {
  type: "AF" | "TCF" | null;
  /** Elements of other levels, which repeat executions. */
  levels: number;
  rows: number;
  reportedAt: Instant | null;
  isUndated: boolean;
  readonly own: ReturnType<typeof flexOwnStatements>;
  readonly number: ReturnType<typeof numberRows>;
}

/** A document is as old as the oldest of its statements; one that does not say makes all of it unknown. */
function noteMoment(reading: Reading, { whenGenerated }: FlexStatementEvent, timeZone: string): void {
  const { executedAt: madeAt = null } = whenGenerated === null ? {} : readFlexTime(whenGenerated, timeZone);
  reading.isUndated ||= madeAt === null;
  if (reading.isUndated) reading.reportedAt = null;
  else if (reading.reportedAt === null || reading.reportedAt > (madeAt ?? "")) reading.reportedAt = madeAt;
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

function recordOf(raw: Json, context: FlexContext, reading: Reading): PageRecord<Json> {
  reading.rows += 1;
  const ordinal = reading.number(raw, context);
  return copied(ordinal === undefined ? { raw } : { raw, ordinal });
}

function summaryOf(
  reading: Reading,
  columns: readonly string[],
  { type, account }: { readonly type: "AF" | "TCF"; readonly account: string },
): FlexSummary {
  const { rows, levels } = reading;
  const own = reading.own.result();
  refuseStranger(own, account);
  const noExecutions = rows === 0 && levels > 0;
  return {
    ...{ type, rows, byDay: own.byDay },
    // Without the level of executions nothing is known of the period.
    statements: noExecutions ? [] : own.days,
    diagnostics: [
      ...columnDiagnostics(type, columns),
      ...(noExecutions ? [noLevel] : []),
      ...(own.withPeriod < own.statements ? [noPeriod] : []),
      ...otherAccounts(own),
    ],
  };
}

function refuseStranger(own: FlexOwnResult, account: string): void {
  const { statements, others, consolidated } = own;
  // A consolidated statement may well be of an account that did not trade.
  if (statements > 0 || consolidated || others === 0) return;
  throw new ImportError("ACCOUNT_MISMATCH", `the Flex document is of ${accountsText(own)} and not of ${account}`);
}

/** The accounts of a document, the first few by name: whoever sent it knows by these which one it is. */
function accountsText({ others, otherNames }: FlexOwnResult): string {
  const names = otherNames.map(nameText).join(", ");
  if (others === otherNames.length) return others === 1 ? `account ${names}` : `accounts ${names}`;
  const more = others < otherAccountsMax ? `${others - otherNames.length}` : `at least ${others - otherNames.length}`;
  return `accounts ${names} and ${more} more`;
}

/** Anybody may have written it: what does not look like an account is quoted, and has no character that a log trips over. */
function nameText(name: string): string {
  if (/^[A-Za-z0-9]{1,20}$/.test(name)) return name;
  return JSON.stringify(name.slice(0, 30)).replace(/[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/gu, "\ufffd");
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

function otherAccounts({ others }: FlexOwnResult): readonly PageDiagnostic[] {
  if (others === 0) return [];
  const message = `the Flex query also has ${counted(others)} other account(s), which this connection does not import`;
  return [{ kind: "warning", key: "flex-accounts", message }];
}

function counted(others: number): string {
  return others < otherAccountsMax ? `${others}` : `${otherAccountsMax} or more`;
}
