import { isJsonObject } from "@fillbook/connector-kit";
import type { Json } from "@fillbook/core";
import type { Normalized } from "@fillbook/core/connector";
import { type FlexContext, readFlexContext } from "./flex-context.ts";
import { normalizeFlexCancel } from "./flex-normalize-cancel.ts";
import { normalizeFlexExecution } from "./flex-normalize-execution.ts";
import { type FlexNames, type FlexRow, flexNames } from "./flex-row.ts";
import { flexRowKind } from "./flex-row-kind.ts";

/** A row that is known to be a fill or a cancel, with what is needed to read it. */
export interface FlexRecord {
  readonly row: FlexRow;
  readonly names: FlexNames;
  readonly account: string;
  readonly context: FlexContext;
  readonly source: { readonly connector: "ibkr-flex"; readonly authority: 2 };
}

/**
 * A stored row of a Flex statement as an execution or a cancel. Pure, and total: whatever the row is, it has an answer.
 *
 * Rows of both documents have authority 2, since both are IBKR's records of what was booked, above a live interface. A
 * confirmation still yields to the activity statement: it has no row number, and its fees are estimates.
 */
export function normalizeFlexRow(raw: Json, context: Json): Normalized {
  if (!isJsonObject(raw)) return { kind: "rejected", reason: "the row is not an object" };
  const known = readFlexContext(context);
  if (known === null) return { kind: "rejected", reason: "the page's context is not one that this connector made" };
  const names = flexNames(raw.element);
  if (names === null) return otherElement(raw.element);
  const account = accountOf(raw, known);
  if (account === "") return { kind: "ignored", reason: "a row without an account sums up several" };
  if (account === null)
    return { kind: "rejected", reason: "accountId: is missing, and the statement names no account" };
  const what = flexRowKind(raw, names);
  if (what.reason !== undefined) return { kind: what.kind, reason: what.reason };
  const record: FlexRecord = { row: raw, names, account, context: known, source };
  return what.kind === "cancel" ? normalizeFlexCancel(record) : normalizeFlexExecution(record);
}

const source = { connector: "ibkr-flex", authority: 2 } as const;

/** Empty for the rows that a consolidated query adds: they repeat the rows of the accounts. */
function accountOf(row: FlexRow, context: FlexContext): string | null {
  const { accountId } = row;
  if (typeof accountId !== "string") return context.account;
  const account = accountId.trim();
  return account === "-" ? "" : account;
}

/** Elements beside the rows; the reader counts them and does not hand them on, another source may. */
const siblings: ReadonlySet<Json | undefined> = new Set(["Order", "SymbolSummary", "AssetSummary", "Lot", "WashSale"]);

function otherElement(element: Json | undefined): Normalized {
  if (siblings.has(element)) return { kind: "ignored", reason: "a row of another level repeats executions" };
  return { kind: "rejected", reason: "element: is neither Trade nor TradeConfirm" };
}
