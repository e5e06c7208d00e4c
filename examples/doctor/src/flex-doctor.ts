import { checkFlexQuery, type FlexCredentials, ibkrFlex } from "@fillbook/connector-ibkr";
import { type Clock, systemClock } from "@fillbook/core";
import type { CoveredSpan } from "@fillbook/core/connector";
import { z } from "zod";
import { connectorParts } from "./connector-parts.ts";
import type { Diagnosis } from "./diagnosis.ts";
import { failureFix } from "./failure-fixes.ts";
import { type FlexFindings, readStatement } from "./read-statement.ts";

export interface FlexPatient {
  readonly credentials: FlexCredentials;
  readonly queryId: string;
  /** @defaultValue IBKR's Flex Web Service */
  readonly baseUrl?: string | undefined;
  readonly clock?: Clock;
}

/** Looks at a Flex token and query: whether they work, which account they open, and what must be ticked in the query. */
export async function flexDoctor(patient: FlexPatient): Promise<Diagnosis> {
  const { credentials, queryId, baseUrl, clock = systemClock } = patient;
  const connector = ibkrFlex(baseUrl === undefined ? {} : { baseUrl, loopbackUrls: [baseUrl] });
  const parts = connectorParts(clock);
  const seen: string[] = [];
  const fixes: string[] = [];
  try {
    const settings = z.parse(connector.settings, { queryId });
    const checked = await connector.check({ ...parts, userId: "doctor", credentials, settings });
    seen.push(`token and query work and open ${checked.accounts.join(", ")}`, ...checked.warnings);
    const connection = { id: "doctor", userId: "doctor", accountRef: checked.accountRef, settings };
    const findings = await readStatement(connector, { ...parts, credentials, connection });
    seen.push(...statementWords(findings), TOKEN_END);
    fixes.push(...columnsToTick(findings), ...periodToSet(findings), ...otherFixes(findings));
  } catch (error) {
    fixes.unshift(failureFix(error));
  }
  return { seen, fixes };
}

const TOKEN_END =
  "IBKR does not tell when the token ends: it lives for six hours unless another life was chosen, at most a year";

function statementWords(findings: FlexFindings): readonly string[] {
  const { type, counts, timeSample } = findings;
  const { executions, cancels, ignored, rejected } = counts;
  const kind = type === "TCF" ? "trade confirmations" : "activity";
  const zone = timeSample === null ? [] : [zoneWords(timeSample)];
  return [
    `a statement of ${kind}: ${executions} fills, ${cancels} cancels, ${ignored} other rows, ${rejected} that cannot be read`,
    ...findings.covered.map(({ from, to }) => `it covers ${from.slice(0, 10)} to ${to.slice(0, 10)}`),
    ...zone,
  ];
}

function zoneWords(sample: string): string {
  if (/[A-Za-z]{2,}$|[+-]\d\d:?\d\d$/.test(sample)) return `its times name their zone, such as "${sample}"`;
  return `its times name no zone, such as "${sample}": they are read in New York's, as IBKR writes them`;
}

function columnsToTick({ type, columns }: FlexFindings): readonly string[] {
  if (type === null) return [];
  const { missing } = checkFlexQuery({ type, columns });
  const section = type === "AF" ? "Trades" : "Trade Confirmations";
  if (columns.length === 0 && type === "AF") return [EMPTY];
  return missing.map(({ message }) => `In the query's section ${section} tick ${message}`);
}

const EMPTY =
  "The statement has no fills, so the columns of the query cannot be looked at: choose a longer period, such as Last 365 Calendar Days";

/** A cancel can be booked weeks after its fill, so a query should look back further than one run to the next. */
const PERIOD_DAYS = 30;
const DAY_MS = 86_400_000;

function periodToSet({ type, covered }: FlexFindings): readonly string[] {
  if (type !== "AF" || covered.length === 0) return [];
  if (daysOf(covered) >= PERIOD_DAYS - 1) return [];
  return [
    `Choose the period "Last 365 Calendar Days": the query's covers ${Math.ceil(daysOf(covered))} day(s), and a day on which no run succeeds would be missing`,
  ];
}

function daysOf(covered: readonly CoveredSpan[]): number {
  return covered.reduce((sum, { from, to }) => sum + (Date.parse(to) - Date.parse(from)) / DAY_MS, 0);
}

function otherFixes({ diagnostics, reasons, counts }: FlexFindings): readonly string[] {
  // The columns are told one by one, which is all that this one would say at once.
  const others = diagnostics.filter(({ key }) => !key.startsWith("flex-columns")).map(({ message }) => message);
  return [...others, ...(counts.rejected === 0 ? [] : reasons.map((reason) => `Some rows cannot be read: ${reason}`))];
}
