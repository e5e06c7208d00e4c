import type { PlannedFill } from "./oracle-fold.ts";
import { compareRows, compareText, type OracleRow, type TieOrder } from "./oracle-rank.ts";

/** The key of the order this fill belongs to; its own key when no report knows an order. */
export function orderKey(fill: PlannedFill, ties: TieOrder): string {
  const told = fill.rows.flatMap((row) => {
    const key = reportedKey(row);
    return key === null ? [] : [{ ...key, row }];
  });
  const [best] = told.sort(
    (left, right) =>
      left.orderClass - right.orderClass ||
      compareRows(right.row, left.row, ties) ||
      compareText(left.text, right.text),
  );
  return best?.text ?? `fill ${fill.familyKey}`;
}

function reportedKey({ report }: OracleRow): { orderClass: number; text: string } | null {
  // A combo's legs share the order ids, so the instrument and the side of the same report are part of the key.
  const leg = [report.instrument, report.side];
  const day = report.executedAt.slice(0, 10);
  if (report.permanentId !== null) return { orderClass: 1, text: keyText(["permanent", report.permanentId, ...leg]) };
  if (report.reference !== null) return { orderClass: 2, text: keyText(["reference", report.reference, day, ...leg]) };
  if (report.clientId === null || report.orderId === null) return null;
  return { orderClass: 3, text: keyText(["client", report.clientId, report.orderId, day, ...leg]) };
}

function keyText(parts: readonly string[]): string {
  return JSON.stringify(parts);
}
