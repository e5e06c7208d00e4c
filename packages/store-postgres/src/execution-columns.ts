import type { Json, StoredExecution } from "@fillbook/core";
import { type Marks, type NewReport, type StoredReport, symbolNames } from "@fillbook/core/store";
import { countedDecision } from "./counted-decisions.ts";
import type { SqlRow } from "./postgres-driver.ts";
import { booleanText, instantColumn, isTrue, type SqlColumn, textOf, textOrNull } from "./sql-columns.ts";

type Column = SqlColumn<NewReport & Marks>;

const column = (name: string, type: string, write: Column["write"]): Column => ({ name, type, write });
const json = (value: unknown): string => JSON.stringify(value);

/** What plans rewrite about a stored report. */
export const markColumns: readonly SqlColumn<Marks>[] = [
  { name: "canonical", type: "boolean", write: ({ canonical }) => booleanText(canonical) },
  { name: "voided", type: "boolean", write: ({ voided }) => booleanText(voided) },
  { name: "trade_id", type: "text", write: ({ tradeId }) => tradeId },
  { name: "pinned", type: "boolean", write: ({ pinned }) => booleanText(pinned) },
  { name: "undone", type: "text", write: ({ undone }) => undone },
  { name: "fill", type: "json", write: ({ fill }) => (fill === null ? null : json(fill)) },
];

/** Every column of `executions` but its row number. */
export const executionColumns: readonly Column[] = [
  column("owner", "text", ({ owner }) => owner),
  column("family_key", "text", ({ familyKey }) => familyKey),
  column("revision_key", "text", ({ revisionKey }) => revisionKey),
  column("broker", "text", ({ broker }) => broker),
  column("account", "text", ({ account }) => account),
  column("execution_kind", "text", ({ kind }) => kind),
  column("family_class", "text", ({ familyClass }) => familyClass),
  column("rank", "text", ({ rank }) => rank),
  column("content_key", "text", ({ contentKey }) => contentKey),
  column("order_key", "text", ({ orderKey }) => orderKey?.text ?? null),
  column("order_key_class", "smallint", ({ orderKey }) => (orderKey === null ? null : String(orderKey.class))),
  column("order_key_id", "text", ({ orderKey }) => orderKey?.id ?? null),
  column("alias_keys", "json", ({ aliasKeys }) => json(aliasKeys)),
  column("family_id", "text", ({ familyId }) => familyId),
  column("revision", "integer", ({ revision }) => String(revision)),
  column("execution_id", "text", ({ executionId }) => executionId),
  column("executed_at", "timestamptz", ({ executedAt }) => executedAt),
  column("symbol", "text", ({ instrument }) => instrument.symbol),
  column("symbol_key", "text", ({ instrument }) => symbolNames(instrument.symbol).key),
  column("symbol_head", "text", ({ instrument }) => symbolNames(instrument.symbol).head),
  column("raw_symbol", "text", ({ instrument }) => instrument.rawSymbol),
  column("kind", "text", ({ instrument }) => instrument.kind),
  column("currency", "text", ({ instrument }) => instrument.currency),
  column("base", "text", ({ instrument }) => instrument.base),
  column("exchange", "text", ({ instrument }) => instrument.exchange),
  column("conid", "text", ({ instrument }) => instrument.conid),
  column("multiplier", "numeric", ({ instrument }) => instrument.multiplier),
  column("side", "text", ({ side }) => side),
  column("quantity", "numeric", ({ quantity }) => quantity),
  column("price", "numeric", ({ price }) => price),
  column("fees", "json", ({ fees }) => (fees === null ? null : json(fees))),
  column("fee_basis", "text", ({ feeBasis }) => feeBasis),
  column("sequence", "text", ({ sequence }) => sequence),
  column("aliases", "json", ({ aliases }) => json(aliases)),
  column("order_permanent_id", "text", ({ order }) => order.permanentId),
  column("order_reference", "text", ({ order }) => order.reference),
  column("order_client_id", "text", ({ order }) => order.clientId),
  column("order_id", "text", ({ order }) => order.orderId),
  column("order_quantity", "numeric", ({ order }) => order.quantity),
  column("liquidity", "text", ({ liquidity }) => liquidity),
  column("connector", "text", ({ source }) => source.connector),
  column("authority", "smallint", ({ source }) => String(source.authority)),
  column("reported_at", "timestamptz", ({ source }) => source.reportedAt),
  column("connection_id", "text", ({ connectionId }) => connectionId),
  column("job_id", "text", ({ jobId }) => jobId),
  column("fetched_at", "timestamptz", ({ fetchedAt }) => fetchedAt),
  column("first_reported_at", "timestamptz", ({ firstReportedAt }) => firstReportedAt),
  column("context_hash", "text", ({ contextHash }) => contextHash),
  ...markColumns,
];

const instants = new Set(["executed_at", "reported_at", "fetched_at", "first_reported_at"]);

/** The select list that {@link storedExecution} reads. */
export const executionSelection = executionColumns
  .map(({ name }) => (instants.has(name) ? instantColumn(`executions.${name}`, name) : `executions.${name}`))
  .join(", ");

/** The select list that {@link storedReport} reads, from what `withCounted` makes. */
export const reportSelection = `${executionSelection}, counted`;

/** A row of {@link reportSelection} as the planner sees it. */
export function storedReport(row: SqlRow): StoredReport {
  const orderKey = textOrNull(row, "order_key");
  const report = {
    ...executionFacts(row),
    owner: textOf(row, "owner"),
    familyKey: textOf(row, "family_key"),
    familyClass: textOf(row, "family_class"),
    revisionKey: textOf(row, "revision_key"),
    rank: textOf(row, "rank"),
    contentKey: textOf(row, "content_key"),
    orderKey:
      orderKey === null
        ? null
        : { class: Number(textOf(row, "order_key_class")), id: textOf(row, "order_key_id"), text: orderKey },
    aliasKeys: JSON.parse(textOf(row, "alias_keys")),
    connectionId: textOf(row, "connection_id"),
    jobId: textOf(row, "job_id"),
    fetchedAt: textOf(row, "fetched_at"),
    firstReportedAt: textOrNull(row, "first_reported_at"),
    contextHash: textOf(row, "context_hash"),
    canonical: isTrue(row, "canonical"),
    voided: isTrue(row, "voided"),
    tradeId: textOrNull(row, "trade_id"),
    pinned: isTrue(row, "pinned"),
    undone: textOrNull(row, "undone"),
    fill: fillOf(row),
  };
  // Written by executionColumns from a report that core had checked.
  return report as unknown as StoredReport;
}

function fillOf(row: SqlRow): unknown {
  const text = textOrNull(row, "fill");
  if (text === null) return null;
  const fill = JSON.parse(text);
  return { ...fill, decision: fill.decision ?? countedDecision(textOrNull(row, "counted")) };
}

/** A row of {@link executionSelection} with its `raw` as hosts see it. */
export function storedExecution(row: SqlRow): StoredExecution {
  const execution = {
    ...executionFacts(row),
    id: textOf(row, "revision_key"),
    familyKey: textOf(row, "family_key"),
    canonical: isTrue(row, "canonical"),
    voided: isTrue(row, "voided"),
    undone: textOrNull(row, "undone") !== null,
    tradeId: textOrNull(row, "trade_id"),
    connectionId: textOf(row, "connection_id"),
    jobId: textOf(row, "job_id"),
    fetchedAt: textOf(row, "fetched_at"),
    firstReportedAt: textOrNull(row, "first_reported_at"),
    raw: JSON.parse(textOf(row, "raw")) as Json,
  };
  // Written by executionColumns from a report that core had checked.
  return execution as unknown as StoredExecution;
}

function executionFacts(row: SqlRow) {
  return {
    broker: textOf(row, "broker"),
    account: textOf(row, "account"),
    kind: textOf(row, "execution_kind"),
    familyId: textOrNull(row, "family_id"),
    revision: Number(textOf(row, "revision")),
    executionId: textOrNull(row, "execution_id"),
    executedAt: textOf(row, "executed_at"),
    instrument: {
      symbol: textOf(row, "symbol"),
      rawSymbol: textOf(row, "raw_symbol"),
      kind: textOf(row, "kind"),
      currency: textOrNull(row, "currency"),
      base: textOrNull(row, "base"),
      exchange: textOrNull(row, "exchange"),
      conid: textOrNull(row, "conid"),
      multiplier: textOrNull(row, "multiplier"),
    },
    side: textOf(row, "side"),
    quantity: textOf(row, "quantity"),
    price: textOf(row, "price"),
    fees: parsedOrNull(textOrNull(row, "fees")),
    feeBasis: textOf(row, "fee_basis"),
    sequence: textOrNull(row, "sequence"),
    aliases: JSON.parse(textOf(row, "aliases")),
    order: {
      permanentId: textOrNull(row, "order_permanent_id"),
      reference: textOrNull(row, "order_reference"),
      clientId: textOrNull(row, "order_client_id"),
      orderId: textOrNull(row, "order_id"),
      quantity: textOrNull(row, "order_quantity"),
    },
    liquidity: textOrNull(row, "liquidity"),
    source: {
      connector: textOf(row, "connector"),
      authority: Number(textOf(row, "authority")),
      reportedAt: textOrNull(row, "reported_at"),
    },
  };
}

function parsedOrNull(text: string | null): unknown {
  return text === null ? null : JSON.parse(text);
}
