import fc from "fast-check";
import { expect, test } from "vitest";
import { contentKey, type ExecutionInput } from "../src/connector.ts";
import { contentSecond } from "../src/content-key.ts";
import { executionSchema } from "../src/execution.ts";
import { identify } from "../src/identify.ts";
import { instantFromUnixMs } from "../src/instant.ts";

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

test("contentSecond: all times with one content key lie in it, and it is one second", () => {
  const { from, to } = contentSecond(contentKey(execution) ?? "");
  expect([from, to]).toEqual(["2026-01-05T10:00:00.000000Z", "2026-01-05T10:00:00.999999Z"]);
});

test("contentSecond: it is found whatever broker, account and symbol are", () => {
  const odd = fc.oneof(
    fc.string({
      minLength: 1,
      maxLength: 12,
      unit: fc.constantFrom(..."|/%:Ж日é2026-T.Z \\?#".split(""), "😀", "%2F"),
    }),
    fc.string({ minLength: 1, maxLength: 12, unit: "grapheme" }),
  );
  const ms = fc.integer({ min: Date.UTC(2000), max: Date.UTC(2099, 11, 31) });
  fc.assert(
    fc.property(odd, odd, odd, ms, (broker, account, symbol, epochMs) => {
      const instrument = { symbol, rawSymbol: symbol, kind: "stock" } as const;
      const executedAt = instantFromUnixMs(epochMs);
      const key = contentKey({ ...execution, broker, account, instrument, executedAt });
      fc.pre(key !== null);
      const second = executedAt.slice(0, 19);
      expect(contentSecond(key)).toEqual({ from: `${second}.000000Z`, to: `${second}.999999Z` });
    }),
  );
});

test.each(["", "b/a", "b/a/", "b/a/x|buy", "b/2026-01-05T10:00:00|buy|10|7|AAPL", "b/a/2026-01-05T10:00:00"])(
  "contentSecond: %j is no content key",
  (text) => {
    expect(() => contentSecond(text)).toThrow(RangeError);
  },
);
