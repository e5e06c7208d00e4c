import { writeFile } from "node:fs/promises";
import { flexDocument, flexQuery, generateFills, type SimulatedEntry } from "../src/simulator/index.ts";
import { statementColumns } from "./statement-columns.ts";

// node write-statement.ts <path> <rows>: writes an activity statement of a year with exactly so many rows.
const [path = "", rows = "0"] = process.argv.slice(2);
const account = { accountId: "U1234567", alias: "", model: "", baseCurrency: "USD" };
const entries = rowsOf(Number(rows));
const statements = [{ account, fromDay: "2026-01-05", toDay: "2026-12-31", period: "", entries }];
const query = flexQuery({ type: "AF", columns: statementColumns });
await writeFile(path, flexDocument({ query, statements, generatedAtMs: Date.UTC(2027, 0, 2) }));

/** Fills, partial fills, cancels, rebooks, corrections and bookings; a combo as a whole has no row. */
function* rowsOf(count: number): Generator<SimulatedEntry> {
  let rows = 0;
  for (const entry of generateFills({ count, seed: 1, days: 250 })) {
    if (rows === count) return;
    yield entry;
    if (entry.kind === "cancel" || entry.instrument.kind !== "combo") rows += 1;
  }
}
