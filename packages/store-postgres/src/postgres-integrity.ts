import { instantFromUnixMs } from "@fillbook/core";
import { replanBatch } from "@fillbook/core/store";
import { lockAccounts } from "./account-locks.ts";
import { integrityStatements } from "./integrity-statements.ts";
import { type FamilyName, familyPages, ownersOf } from "./owner-pages.ts";
import type { PostgresContext } from "./postgres-context.ts";
import { retrying } from "./postgres-retry.ts";
import { planFor } from "./postgres-snapshot.ts";
import { textOf } from "./sql-columns.ts";
import { summedPages } from "./summed-trades.ts";

/** Something stored that contradicts something else stored. */
export interface IntegrityFinding {
  /** What was checked, such as `marks`, `totals` or `raw_missing`: see docs/stores.md. */
  readonly check: string;
  readonly owner: string;
  /** The row that is wrong: a report, a trade, a job. */
  readonly id: string;
}

export interface IntegrityReport {
  readonly families: number;
  readonly trades: number;
  /** Empty for a store that is right. At most 100 of each check and owner. */
  readonly findings: readonly IntegrityFinding[];
}

/** Findings of one check and owner; more say no more. */
const FINDINGS_MAX = 100;

/**
 * Looks for anything stored that contradicts something else stored. Writes nothing; locks each account for a page at a time,
 * so that imports go on.
 */
export async function verifyIntegrity(context: PostgresContext, owner?: string): Promise<IntegrityReport> {
  const report = { families: 0, trades: 0, findings: [] as IntegrityFinding[] };
  for (const one of await ownersOf(context, owner)) {
    const found = new Map<string, string[]>();
    const add = (check: string, ids: readonly string[]) => found.set(check, [...(found.get(check) ?? []), ...ids]);
    for await (const families of familyPages(context, one)) {
      report.families += families.length;
      add("marks", await wrongMarks(context, { owner: one, families }));
    }
    for await (const { trades, wrong } of summedPages(context, { owner: one })) {
      report.trades += trades;
      add(
        "totals",
        wrong.map(({ stored }) => stored.id),
      );
    }
    for (const { check, text } of integrityStatements(context.tables)) {
      const rows = await retrying(context.clock, () => context.driver.query(text, [one, String(FINDINGS_MAX)]));
      add(
        check,
        rows.map((row) => textOf(row, "id")),
      );
    }
    for (const [check, ids] of found) {
      report.findings.push(...ids.slice(0, FINDINGS_MAX).map((id) => ({ check, owner: one, id })));
    }
  }
  return report;
}

/** Reports whose marks, and trades whose fills, would be written if their families were settled now. */
async function wrongMarks(
  { driver, tables, clock }: PostgresContext,
  { owner, families }: { owner: string; families: readonly FamilyName[] },
): Promise<readonly string[]> {
  const at = instantFromUnixMs(clock.now());
  const batch = replanBatch({ owner, families, id: `verify/${crypto.randomUUID()}`, at });
  const plan = await retrying(clock, () =>
    driver.transaction(async (sql) => {
      await lockAccounts(sql, tables, batch);
      const { answer } = await planFor(sql, tables, batch);
      if (answer.kind === "stale") throw new Error("nothing was reviewed");
      return answer.plan;
    }),
  );
  return [
    ...plan.marks.map((mark) => mark.revisionKey),
    ...plan.trades.map((trade) => trade.id),
    ...plan.tradesRemoved,
  ];
}
