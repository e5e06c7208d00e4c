import { flexCsv } from "./flex-csv.ts";
import type { FlexQuery } from "./flex-query.ts";
import { type FlexStatementSource, flexRows } from "./flex-rows.ts";
import { flexTime } from "./flex-time.ts";
import { flexTag } from "./flex-xml-text.ts";

/** What a document is made of. */
export interface FlexDocumentOptions {
  readonly query: FlexQuery;
  readonly statements: readonly FlexStatementSource[];
  readonly generatedAtMs: number;
}

const CHUNK_CHARACTERS = 64 * 1024;

/**
 * A statement document in pieces of about 64 kB, so that one of any size takes the memory of a piece. With executions
 * alone in the order of booking, the entries are read one by one.
 *
 * @example
 * const query = flexQuery({ type: "AF" });
 * const entries = generateFills({ count: 400_000, seed: 1, days: 250 });
 * const statements = [{ account, fromDay: "2026-01-05", toDay: "2026-12-31", period: "", entries }];
 * for await (const chunk of flexDocument({ query, statements, generatedAtMs })) file.write(chunk);
 */
export async function* flexDocument(options: FlexDocumentOptions): AsyncGenerator<string, void, undefined> {
  const pieces = options.query.format === "csv" ? flexCsv(options) : documentPieces(options);
  let chunk = "";
  for (const piece of pieces) {
    chunk += piece;
    if (chunk.length < CHUNK_CHARACTERS) continue;
    yield chunk;
    chunk = "";
  }
  if (chunk !== "") yield chunk;
}

function* documentPieces({ query, statements, generatedAtMs }: FlexDocumentOptions): Generator<string> {
  const { quote } = query;
  const open = (element: string, attributes: Readonly<Record<string, string>>) =>
    `${flexTag({ element, attributes }, { quote, open: true })}\n`;
  yield open("FlexQueryResponse", { queryName: query.name, type: query.type });
  yield open("FlexStatements", { count: String(statements.length) });
  const time = flexTime(query.time);
  for (const statement of statements) {
    yield open("FlexStatement", {
      accountId: statement.account.accountId,
      fromDate: time.day(statement.fromDay),
      toDate: time.day(statement.toDay),
      period: statement.period,
      whenGenerated: time.dateTime(generatedAtMs),
    });
    yield* statementPieces(statement, query);
    yield "</FlexStatement>\n";
  }
  yield "</FlexStatements>\n</FlexQueryResponse>\n";
}

function* statementPieces(statement: FlexStatementSource, query: FlexQuery): Generator<string> {
  const { quote } = query;
  const { accountId, alias, baseCurrency } = statement.account;
  if (query.otherSections) {
    const attributes = { accountId, acctAlias: alias, model: "", currency: baseCurrency };
    yield `${flexTag({ element: "AccountInformation", attributes }, { quote })}\n`;
  }
  const section = query.type === "AF" ? "Trades" : "TradeConfirms";
  let rows = 0;
  for (const row of flexRows(statement, query)) {
    if (rows === 0) yield `<${section}>\n`;
    rows += 1;
    yield `${flexTag(row, { quote })}\n`;
  }
  if (rows > 0) yield `</${section}>\n`;
  else if (query.empty === "element")
    yield query.type === "AF" ? "<Trades />\n" : "<TradeConfirms>\n</TradeConfirms>\n";
  if (query.otherSections) yield cashSection(accountId, query);
}

function cashSection(accountId: string, { quote }: FlexQuery): string {
  const attributes = { accountId, currency: "USD", type: "Broker Interest Received", amount: "1.02", tradeID: "" };
  return `<CashTransactions>\n${flexTag({ element: "CashTransaction", attributes }, { quote })}\n</CashTransactions>\n`;
}
