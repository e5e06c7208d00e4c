import type { StoredExecution } from "./read-types.ts";

/** One report of a fill, and what it says differently than the one before it. */
export interface Correction {
  /** The report as it is stored. */
  readonly execution: StoredExecution;
  /** Empty for the first report, and for one that says the same through another interface. */
  readonly changes: readonly FieldChange[];
}

/** A field that two reports of one fill have different values in. */
export interface FieldChange {
  /** Its name in an execution. */
  readonly field: Field;
  /** In the report before. */
  readonly before: StoredExecution[Field];
  /** In this report. */
  readonly after: StoredExecution[Field];
}

/** What people see of a fill. Where a report came from is beside it. */
const fields = [
  "executionId",
  "executedAt",
  "instrument",
  "kind",
  "side",
  "quantity",
  "price",
  "fees",
  "feeBasis",
  "order",
  "liquidity",
] as const;

type Field = (typeof fields)[number];

/** Pure. @param reports of one fill, in the order in which they count. */
export function correctionsOf(reports: readonly StoredExecution[]): readonly Correction[] {
  return reports.map((execution, index) => {
    const before = reports[index - 1];
    return { execution, changes: before === undefined ? [] : changesBetween(before, execution) };
  });
}

function changesBetween(before: StoredExecution, after: StoredExecution): readonly FieldChange[] {
  return fields.flatMap((field) => {
    const [old, now] = [before[field], after[field]];
    // Both were written field by field in the same order.
    return JSON.stringify(old) === JSON.stringify(now) ? [] : [{ field, before: old, after: now }];
  });
}
