import { expect, test } from "vitest";
import { contentKey, type ExecutionInput } from "../src/connector.ts";
import { executionSchema } from "../src/execution.ts";
import { identify } from "../src/identify.ts";

const execution: ExecutionInput = {
  ...{ broker: "b", account: "a", executedAt: "2026-01-05T10:00:00.900Z", side: "buy", quantity: "10.0", price: "7" },
  instrument: { symbol: "AAPL", rawSymbol: "AAPL", kind: "stock", currency: "USD" },
  source: { connector: "c", authority: 2 },
};

test("contentKey: what differs only in fees, order ids, padding or fractions of a second is equal", () => {
  const told: ExecutionInput[] = [
    { ...execution, quantity: "10" },
    { ...execution, executedAt: "2026-01-05T10:00:00Z" },
    { ...execution, fees: [{ amount: "1", currency: "USD" }], order: { permanentId: "9" } },
  ];
  for (const other of told) expect(contentKey(other)).toBe(contentKey(execution));
});

test("contentKey: another account, instrument, side, quantity, price or second is another key", () => {
  const told: ExecutionInput[] = [
    { ...execution, account: "a2" },
    { ...execution, instrument: { ...execution.instrument, conid: "1" } },
    { ...execution, side: "sell" },
    { ...execution, quantity: "11" },
    { ...execution, price: "7.01" },
    { ...execution, executedAt: "2026-01-05T10:00:01Z" },
  ];
  expect(new Set([execution, ...told].map(contentKey)).size).toBe(7);
});

test("contentKey: it is the key by which core tells id-less families apart", () => {
  const keys = identify(executionSchema.parse(execution), { owner: "o", ordinal: 0 });
  expect(contentKey(execution)).toBe(keys.contentKey);
});

test("contentKey: what is no execution has none", () => {
  expect(contentKey({ ...execution, quantity: "0x10" })).toBeNull();
});
