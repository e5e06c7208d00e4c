import { cancelSchema, executionSchema } from "../../src/execution.ts";
import { identify } from "../../src/identify.ts";
import { identifyCancel } from "../../src/identify-cancel.ts";

const base = {
  ...{ broker: "test", account: "Ä/1", side: "buy", quantity: "10.50", price: "-0.25", revision: 2, sequence: "0042" },
  instrument: { symbol: "IiİıAAPL", rawSymbol: "aapl", kind: "stock", currency: "USD", multiplier: "1" },
  source: { connector: "live", authority: 1, reportedAt: "2026-03-29T01:30:00.123456789Z" },
  executedAt: "2026-03-29T01:30:00.000001Z",
  fees: [
    { amount: "1.10", currency: "USD" },
    { amount: "0.000000000000000001", currency: "EUR", estimated: true },
  ],
} as const;
const aliases = ["transaction:9", "trade:😀 7"] as const;

/** Keys as they are stored for good: of a report of each class, and of a cancel. */
export function goldenKeys(): unknown {
  const reports = [
    { ...base, familyId: "E.1", executionId: "E.1.02", aliases, order: { permanentId: "77" } },
    { ...base, aliases, order: { reference: "R/1" } },
    { ...base, aliases: aliases.slice(0, 1), order: { clientId: "1", orderId: "5" } },
    { ...base, fees: null },
  ].map((report) => identify(executionSchema.parse(report), { owner: "owner", ordinal: 3 }));
  const { broker, account, revision, sequence, quantity, price, source, fees } = base;
  const cancel = { broker, account, revision, sequence, quantity, price, source, fees, familyId: "E.1", aliases };
  return [...reports, identifyCancel(cancelSchema.parse(cancel), { owner: "owner" })];
}

// Run by itself, it says them to a test in another process.
if (process.argv[1] === import.meta.filename) process.stdout.write(JSON.stringify(goldenKeys()));
