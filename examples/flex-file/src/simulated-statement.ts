import { mkdir, writeFile } from "node:fs/promises";
import { flexDocument, flexQuery, generateFills, stockRebookDay } from "@fillbook/connector-ibkr/simulator";

/** Writes a statement as IBKR would: two weeks of fills, and 5,000 shares that were canceled and booked again. */
export async function simulatedStatement(): Promise<string> {
  const path = ".fillbook/statement.xml";
  const account = { accountId: "U1234567", alias: "", model: "", baseCurrency: "USD" };
  const entries = [...generateFills({ count: 40, seed: 1, days: 10 }), ...stockRebookDay()];
  const statements = [{ account, fromDay: "2026-01-05", toDay: "2026-02-06", period: "", entries }];
  const pieces = flexDocument({ query: flexQuery({ type: "AF" }), statements, generatedAtMs: Date.UTC(2026, 1, 7) });
  await mkdir(".fillbook", { recursive: true });
  await writeFile(path, pieces);
  return path;
}
