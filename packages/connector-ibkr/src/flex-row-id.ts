import type { Alias } from "@fillbook/core/connector";
import { type FlexNames, type FlexRow, flexId } from "./flex-row.ts";

/** The ids of a row, in core's words. */
export interface FlexRowIds {
  readonly familyId: string | null;
  readonly revision: number;
  readonly executionId: string | null;
  readonly sequence: string | null;
  readonly aliases: readonly Alias[];
}

/** The ids that the row carries; all null or empty where the query has none of the columns. */
export function flexRowIds(row: FlexRow, names: FlexNames): FlexRowIds {
  const executionId = flexId(row, names.executionId);
  const transactionId = flexId(row, "transactionID");
  const { familyId, revision } = executionFamily(executionId);
  const aliases = aliasesOf(flexId(row, "tradeID"), transactionId);
  return { familyId, revision, executionId, sequence: sequenceOf(transactionId), aliases };
}

/** The row's number, which grows with time; null where it has none, or one that is not a number. */
export function flexSequence(row: FlexRow): string | null {
  return sequenceOf(flexId(row, "transactionID"));
}

function sequenceOf(transactionId: string | null): string | null {
  return transactionId !== null && /^\d{1,38}$/.test(transactionId) ? transactionId : null;
}

/** The ids of the row that a cancel names. */
export function canceledAliases(row: FlexRow): readonly Alias[] {
  return aliasesOf(flexId(row, "origTradeID"), flexId(row, "origTransactionID"));
}

/** True where nothing names the row, so that its content and its number among equals must. */
export function isWithoutIds(row: FlexRow, names: FlexNames): boolean {
  const { executionId } = names;
  return flexId(row, executionId) === null && flexId(row, "tradeID") === null && flexId(row, "transactionID") === null;
}

/**
 * Splits an IBKR execution id, the same in all interfaces: `0000d349.6389b516.01.01` is revision 1 of the fill
 * `0000d349.6389b516.01`. Ids of fewer than four groups have no revision.
 */
export function executionFamily(executionId: string | null): { familyId: string | null; revision: number } {
  const match = executionId === null ? null : /^((?:[^.]+\.){2,8}[^.]+)\.(\d{1,9})$/.exec(executionId);
  if (match?.[1] === undefined) return { familyId: executionId, revision: 0 };
  return { familyId: match[1], revision: Number(match[2]) };
}

function aliasesOf(tradeId: string | null, transactionId: string | null): readonly Alias[] {
  const aliases: Alias[] = [];
  if (tradeId !== null) aliases.push(`trade:${tradeId}`);
  if (transactionId !== null) aliases.push(`transaction:${transactionId}`);
  return aliases;
}
