import { groupBy } from "./group-by.ts";
import { compareSequence, feeCompleteness, type OracleRow } from "./oracle-rank.ts";
import type { FamilyClass, OracleReport } from "./oracle-report.ts";

/** A family with all that is read as part of it: what counts as one fill, or as none. */
export interface PlannedFill {
  readonly familyKey: string;
  readonly familyClass: FamilyClass;
  /** Its own key and those of the families folded into it. */
  readonly familyKeys: readonly string[];
  readonly rows: readonly OracleRow[];
}

interface Family {
  readonly familyKey: string;
  readonly familyClass: FamilyClass;
  readonly reports: readonly OracleReport[];
}

const CLASS_ORDER: readonly FamilyClass[] = ["execution", "trade", "transaction", "content"];

/** The planned fills of one account, and how many families had several hosts. */
export function foldFamilies(reports: readonly OracleReport[]): { fills: PlannedFill[]; ambiguousCount: number } {
  const families = groupFamilies(reports);
  const endsByKey = new Map(families.map((family) => [family.familyKey, endsOf(family, families)]));
  const fills = families
    .filter((family) => endsByKey.get(family.familyKey)?.[0] === family.familyKey)
    .map((host) => {
      const guests = families.filter(
        (family) => family !== host && endsByKey.get(family.familyKey)?.[0] === host.familyKey,
      );
      return plannedFill(host, guests);
    });
  return { fills, ambiguousCount: [...endsByKey.values()].filter((ends) => ends.length > 1).length };
}

function groupFamilies(reports: readonly OracleReport[]): Family[] {
  const groups = groupBy(reports, (report) => report.familyKey);
  return [...groups].map(([familyKey, members]) => ({
    familyKey,
    familyClass: members[0]?.familyClass ?? "content",
    reports: members,
  }));
}

/** The families in which `family` is read in the end, smallest key first; itself when nothing better carries its ids. */
function endsOf(family: Family, families: readonly Family[]): string[] {
  const hosts = families.filter((other) => isBetter(other, family) && sharesId(other, family));
  if (hosts.length === 0) return [family.familyKey];
  return [...new Set(hosts.flatMap((host) => endsOf(host, families)))].sort();
}

function isBetter(left: Family, right: Family): boolean {
  return CLASS_ORDER.indexOf(left.familyClass) < CLASS_ORDER.indexOf(right.familyClass);
}

function sharesId(left: Family, right: Family): boolean {
  const tradeIds = new Set(left.reports.flatMap((report) => report.tradeIds));
  const transactionIds = new Set(left.reports.flatMap((report) => report.transactionIds));
  return right.reports.some(
    (report) =>
      report.tradeIds.some((id) => tradeIds.has(id)) || report.transactionIds.some((id) => transactionIds.has(id)),
  );
}

function plannedFill(host: Family, guests: readonly Family[]): PlannedFill {
  const own = host.reports.map((report) => oracleRow(report, report.revision));
  const folded = guests.flatMap((guest) =>
    guest.reports.map((report) => {
      const revision = host.familyClass === "execution" ? foldedRevision(report, own) : report.revision;
      return oracleRow(report, revision);
    }),
  );
  const byText = new Map([...own, ...folded].map((row) => [row.text, row]));
  return {
    familyKey: host.familyKey,
    familyClass: host.familyClass,
    familyKeys: [host, ...guests].map((family) => family.familyKey),
    rows: timed([...byText.values()]),
  };
}

/** What a broker says in several rows it says since the first of them. */
function timed(rows: readonly OracleRow[]): readonly OracleRow[] {
  const saying = ({ revision, report }: OracleRow) => {
    const { authority, sequence, reportedAt, side, quantity, price, instrument, fees } = report;
    const standing = [revision, authority, `${sequence}`, feeCompleteness(fees), reportedAt];
    const sums = fees?.map((fee) => [fee.currency, `${fee.amount}`, fee.estimated]).sort() ?? null;
    return JSON.stringify([standing, side, `${quantity}`, `${price}`, instrument, sums]);
  };
  return rows.map((row): OracleRow => {
    const same = rows.filter((other) => saying(other) === saying(row));
    const known = same.flatMap(({ report: { firstReportedAt: at } }) => (at === null ? [] : [at]));
    return { ...row, factsAt: known.sort()[0] ?? null };
  });
}

/** A row without execution id does not know its revision: the row that the broker wrote last before it tells. */
function foldedRevision(report: OracleReport, hostRows: readonly OracleRow[]): number {
  const before = hostRows.filter(
    (row) => row.report.sequence !== null && row.report.sequence <= (report.sequence ?? 0n),
  );
  const latest = before.sort(
    (left, right) => compareSequence(right.report.sequence, left.report.sequence) || right.revision - left.revision,
  );
  return latest[0]?.revision ?? 0;
}

function oracleRow(report: OracleReport, revision: number): OracleRow {
  const text = JSON.stringify(report, (_key, value: unknown) => (typeof value === "bigint" ? `${value}n` : value));
  return { report, revision, text, factsAt: null };
}
