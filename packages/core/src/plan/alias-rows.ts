import { NO_SEQUENCE, rankSequence } from "../rank.ts";
import type { PlanRow } from "./fold.ts";
import type { CancelRow } from "./plan-types.ts";

/** Rows that a cancel names, as far as its effect goes. */
interface NamedRows {
  readonly lowestRevision: number;
  readonly revision: number;
  /** The highest row number, as text. */
  readonly sequence: string;
}

/** Which rows a cancel names; `before` is its own row number as text, null where it has none. */
export type RowsNamed = (
  cancel: Pick<CancelRow, "quantity" | "price">,
  aliasKeys: readonly string[],
  before: string | null,
) => NamedRows | null;

/**
 * Looks up the rows of a fill by what its cancels name: a transaction id if a row has it, else a trade id. Each answer
 * comes from sorted rows and not from a look at all of them, so many cancels of one fill cost no more than its rows.
 */
export function rowsNamed(rows: readonly PlanRow[]): RowsNamed {
  const byAlias = new Map<string, PlanRow[]>();
  for (const row of rows) {
    for (const alias of row.report.aliasKeys) {
      const others = byAlias.get(alias);
      if (others === undefined) byAlias.set(alias, [row]);
      else others.push(row);
    }
  }
  const sorted = new Map<string, SortedRows>();
  const rowsOf = (alias: string): SortedRows => {
    const known = sorted.get(alias) ?? sortedRows(byAlias.get(alias) ?? []);
    sorted.set(alias, known);
    return known;
  };
  return (cancel, aliasKeys, before) => {
    const named = aliasKeys.filter((alias) => byAlias.has(alias));
    const transactions = named.filter((alias) => isOfKind(alias, "transaction:")).map(rowsOf);
    if (transactions.length > 0) return together(transactions.map((one) => one.all(before)));
    const trades = named.filter((alias) => isOfKind(alias, "trade:")).map(rowsOf);
    const numbered = before === null ? null : together(trades.map((one) => one.numbered(before)));
    if (numbered !== null) return numbered;
    const fit = fitText(cancel);
    const fitting = together(trades.map((one) => (before === null ? one.fits : one.unnumberedFits).get(fit) ?? null));
    // Without row numbers on both sides nothing says which of two revisions is meant: the cancel must fit exactly one.
    return fitting?.lowestRevision === fitting?.revision ? fitting : null;
  };
}

interface SortedRows {
  /** The rows before a row number, those without one too; all where that is null. */
  readonly all: (before: string | null) => NamedRows | null;
  readonly numbered: (before: string) => NamedRows | null;
  /** By quantity and price: of all rows, and of those without a row number. */
  readonly fits: ReadonlyMap<string, NamedRows>;
  readonly unnumberedFits: ReadonlyMap<string, NamedRows>;
}

function sortedRows(rows: readonly PlanRow[]): SortedRows {
  const named = rows.map(({ rank, revision, report }) => {
    return { lowestRevision: revision, revision, sequence: rankSequence(rank), fit: fitText(report) };
  });
  named.sort((left, right) => (left.sequence < right.sequence ? -1 : 1));
  const numbered = named.filter(({ sequence }) => sequence !== NO_SEQUENCE);
  return {
    all: rowsBefore(named),
    numbered: rowsBefore(numbered),
    fits: byFit(named),
    unnumberedFits: byFit(named.filter(({ sequence }) => sequence === NO_SEQUENCE)),
  };
}

/** Of rows in the order of their numbers: what those before a number are together. */
function rowsBefore(rows: readonly NamedRows[]): (before: string | null) => NamedRows | null {
  const sums: NamedRows[] = [];
  for (const row of rows) sums.push(joined(sums.at(-1) ?? row, row));
  return (before) => {
    let [low, high] = [0, sums.length];
    while (before !== null && low < high) {
      const middle = (low + high) >> 1;
      if ((rows[middle]?.sequence ?? "") < before) low = middle + 1;
      else high = middle;
    }
    return sums[(before === null ? sums.length : low) - 1] ?? null;
  };
}

function byFit(rows: readonly (NamedRows & { readonly fit: string })[]): ReadonlyMap<string, NamedRows> {
  const fits = new Map<string, NamedRows>();
  for (const row of rows) fits.set(row.fit, joined(fits.get(row.fit) ?? row, row));
  return fits;
}

function fitText({ quantity, price }: Pick<CancelRow, "quantity" | "price">): string {
  return `${quantity}|${price}`;
}

function together(parts: readonly (NamedRows | null)[]): NamedRows | null {
  return parts.reduce((sum, part) => (sum === null || part === null ? (sum ?? part) : joined(sum, part)), null);
}

function joined(left: NamedRows, right: NamedRows): NamedRows {
  return {
    lowestRevision: Math.min(left.lowestRevision, right.lowestRevision),
    revision: Math.max(left.revision, right.revision),
    sequence: higherText(left.sequence, right.sequence),
  };
}

function higherText(left: string, right: string): string {
  if (left < right) return right;
  return left;
}

// Broker and account stand in front, each without a slash.
function isOfKind(alias: string, kind: "trade:" | "transaction:"): boolean {
  return alias.startsWith(kind, alias.indexOf("/", alias.indexOf("/") + 1) + 1);
}
