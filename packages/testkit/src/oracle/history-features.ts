import { groupBy } from "./group-by.ts";
import { possibleBooks } from "./oracle.ts";
import { foldFamilies } from "./oracle-fold.ts";
import { type Delivered, type OracleCancel, type OracleReport, oracleCancel, oracleReport } from "./oracle-report.ts";

interface HistoryView {
  readonly reports: readonly OracleReport[];
  readonly cancels: readonly OracleCancel[];
  readonly text: string;
}

type Claim = (view: HistoryView) => boolean;

/** What makes a history hostile. A property that never met one of these has not been tried against it. */
const FEATURES = {
  twins: ({ reports }) => someGroup(reports, contentOf, (told) => count(told, executionFamily) > 1),
  feesCompletedLater: ({ reports }) => someGroup(reports, revisionOf, (told) => count(told, feeState) > 1),
  estimatedFees: ({ text }) => text.includes('"estimated":true'),
  statementRows: ({ reports }) =>
    reports.some((report) => report.feeBasis === "row" && executionFamily(report) !== null),
  confirmations: ({ reports }) =>
    reports.some((report) => report.familyClass === "execution" && isConfirmation(report)),
  onlyTradeId: ({ reports }) => reports.some((report) => report.familyClass === "trade"),
  onlyTransactionId: ({ reports }) => reports.some((report) => report.familyClass === "transaction"),
  noId: ({ reports }) => reports.some((report) => report.familyClass === "content"),
  twinsWithoutId: ({ reports }) => reports.some((report) => report.familyClass === "content" && report.ordinal > 0),
  foldedFamilies: ({ reports }) => reports.length > 0 && accountsOf(reports).some(hasFolded),
  idlessBesideIds: ({ reports }) => someGroup(reports, contentOf, (told) => count(told, idless) > 1),
  tenAfterNine: ({ reports }) => someGroup(reports, familyOf, (told) => has(told, 9) && has(told, 10)),
  rebooks: ({ reports }) =>
    someGroup(reports, familyOf, (told) => count(told, (report) => report.transactionIds[0]) > 1),
  cancelByTransaction: ({ cancels }) => cancels.some((cancel) => cancel.transactionIds.length > 0),
  cancelByTradeOnly: ({ cancels }) => cancels.some((cancel) => hasTradeOnly(cancel)),
  cancelWithNumber: ({ cancels }) => cancels.some((cancel) => cancel.familyId === null && cancel.sequence !== null),
  cancelWithoutNumber: ({ cancels }) => cancels.some((cancel) => cancel.familyId === null && cancel.sequence === null),
  cancelFees: ({ cancels }) => cancels.some((cancel) => cancel.fees !== null),
  busts: ({ cancels }) => cancels.some((cancel) => cancel.familyId !== null),
  numbersAcrossDigits: ({ reports }) => someGroup(reports, familyOf, (told) => count(told, numberLength) > 1),
  numbersAboveDoubles: ({ reports }) => reports.some((report) => (report.sequence ?? 0n) > 2n ** 53n),
  emptyIds: ({ text }) => text.includes('"familyId":""'),
  blankIds: ({ text }) => text.includes('"familyId":" "'),
  zeroIds: ({ text }) => text.includes('"familyId":"0"'),
  dashIds: ({ text }) => text.includes('"familyId":"-"') && text.includes('"trade:-"'),
  doubleDashIds: ({ text }) => text.includes('"familyId":"--"'),
  notAvailableIds: ({ text }) => text.includes('"familyId":"N/A"') && text.includes('"transaction:N/A"'),
  placeholderRowNumbers: ({ text }) => text.includes('"sequence":"0"') && text.includes('"permanentId":"0"'),
  placeholderOrderIds: ({ text }) => text.includes('"clientId":"7","orderId":"2147483647"'),
  zeroPrice: ({ reports }) => reports.some((report) => report.price === 0n),
  negativePrice: ({ reports }) => reports.some((report) => report.price < 0n),
  negativeFee: ({ reports }) => reports.some((report) => report.fees?.some((fee) => fee.amount < 0n) === true),
  severalCurrencies: ({ text }) => text.includes('"currency":"EUR"') && text.includes('"currency":"USD"'),
  paddedAmounts: ({ text }) => /"quantity":"\d+\.\d*0"/.test(text),
  twoAccounts: ({ reports }) => someGroup(reports, familyKeyOf, (told) => count(told, (report) => report.account) > 1),
  sharedOrderIds: ({ reports }) =>
    someGroup(reports, permanentOf, (told) => count(told, (report) => report.instrument) > 1),
  bothSides: ({ reports }) => someGroup(reports, permanentOf, (told) => count(told, (report) => report.side) > 1),
  sameSymbol: ({ text }) => text.includes('"265598"') && text.includes('"38708077"'),
  orderIdsLater: ({ reports }) => someGroup(reports, familyOf, (told) => count(told, hasPermanentId) > 1),
  orderIdsMove: ({ reports }) =>
    someGroup(reports, familyOf, (told) => count(told, (report) => report.permanentId) > 1),
  referenceOverMidnight: ({ reports }) => someGroup(reports, referenceOf, (told) => count(told, dayOf) > 1),
} satisfies Record<string, Claim>;

/** What only the rules can tell of a history. */
const OUTCOMES = [
  "conflicts",
  "tiedConflicts",
  "unmatchedCancels",
  "matchedCancels",
  "canceledFills",
  "ambiguousIdentities",
];

/** The names of all features, for a check that a run has met each. */
export const historyFeatureNames: readonly string[] = [...Object.keys(FEATURES), ...OUTCOMES];

/** Which kinds of hostility a history has. */
export function historyFeatures(records: readonly Delivered[]): ReadonlySet<string> {
  const reports = records.flatMap((record) =>
    record.kind === "execution" ? [oracleReport(record.input, record.ordinal)] : [],
  );
  const cancels = records.flatMap((record) => (record.kind === "cancel" ? [oracleCancel(record.input)] : []));
  const view = { reports, cancels, text: JSON.stringify(records) };
  const found = Object.entries<Claim>(FEATURES).filter(([, holds]) => holds(view));
  return new Set([...found.map(([name]) => name), ...outcomes(records, cancels.length)]);
}

function outcomes(records: readonly Delivered[], cancelCount: number): readonly string[] {
  const books = possibleBooks(records);
  const problems = books[0]?.problems;
  const found = {
    conflicts: (problems?.conflict ?? 0) > 0,
    tiedConflicts: books.length > 1,
    unmatchedCancels: (problems?.unmatched_cancel ?? 0) > 0,
    matchedCancels: (problems?.unmatched_cancel ?? 0) < cancelCount,
    canceledFills: books[0]?.trades.some((trade) => trade.canceledCount > 0) === true,
    ambiguousIdentities: (problems?.ambiguous_identity ?? 0) > 0,
  };
  return Object.entries(found).flatMap(([name, holds]) => (holds ? [name] : []));
}

function someGroup(
  reports: readonly OracleReport[],
  keyOf: (report: OracleReport) => string | null,
  holds: (group: readonly OracleReport[]) => boolean,
): boolean {
  return [...groupBy(reports, keyOf)].some(([key, group]) => key !== null && holds(group));
}

/** How many different values the reports tell; those that tell none are left out. */
function count(reports: readonly OracleReport[], read: (report: OracleReport) => unknown): number {
  return new Set(reports.map(read).filter((value) => value !== null && value !== undefined)).size;
}

const accountOf = (report: OracleReport): string => report.account;
const familyKeyOf = (report: OracleReport): string => report.familyKey;
const familyOf = (report: OracleReport): string => `${report.account} ${report.familyKey}`;
const revisionOf = (report: OracleReport): string => `${familyOf(report)} ${report.revision} ${report.authority}`;
const contentOf = (report: OracleReport): string => `${report.account} ${report.content}`;
const executionFamily = (report: OracleReport): string | null =>
  report.familyClass === "execution" ? report.familyKey : null;
const idless = (report: OracleReport): boolean => report.familyClass === "content";
const feeState = (report: OracleReport): string => JSON.stringify(report.fees?.map((fee) => fee.estimated) ?? null);
const numberLength = (report: OracleReport): number | null =>
  report.sequence === null ? null : `${report.sequence}`.length;
const permanentOf = (report: OracleReport): string | null => report.permanentId;
const hasPermanentId = (report: OracleReport): boolean => report.permanentId !== null;
const referenceOf = (report: OracleReport): string | null =>
  report.reference === null ? null : `${report.reference} ${report.instrument} ${report.side}`;
const dayOf = (report: OracleReport): string => report.executedAt.slice(0, 10);

function isConfirmation(report: OracleReport): boolean {
  return report.sequence === null && report.tradeIds.length > 0 && report.transactionIds.length === 0;
}

function hasTradeOnly(cancel: OracleCancel): boolean {
  return cancel.transactionIds.length === 0 && cancel.tradeIds.length > 0;
}

function has(reports: readonly OracleReport[], revision: number): boolean {
  return reports.some((report) => report.revision === revision);
}

function accountsOf(reports: readonly OracleReport[]): readonly (readonly OracleReport[])[] {
  return [...groupBy(reports, accountOf).values()];
}

function hasFolded(reports: readonly OracleReport[]): boolean {
  return foldFamilies(reports).fills.some((fill) => fill.familyKeys.length > 1);
}
