import { type KrakenPolicy, kraken } from "@fillbook/connector-kraken";
import { expect, test } from "vitest";
import { z } from "zod";

test.each<[string, KrakenPolicy]>([
  ["historyCost", { historyCost: 0 }],
  ["historyCost", { historyCost: 16 }],
  ["historyCost", { historyCost: 2.5 }],
  ["overlapMs", { overlapMs: -1 }],
  ["safetyMs", { safetyMs: Number.NaN }],
  ["headEveryMs", { headEveryMs: Number.POSITIVE_INFINITY }],
  ["pagesMax", { pagesMax: 0 }],
  ["maxBodyBytes", { maxBodyBytes: 0 }],
  ["timeouts.totalMs", { timeouts: { totalMs: 0 } }],
  ["retries.retriesMax", { retries: { retriesMax: 1000 } }],
  ["retries.baseMs", { retries: { baseMs: 0 } }],
  ["retries.waitMaxMs", { retries: { waitMaxMs: -1 } }],
  ["baseUrl", { baseUrl: "api.kraken.com" }],
  ["baseUrl", { baseUrl: "http://api.kraken.com" }],
  ["baseUrl", { baseUrl: "http://127.0.0.1.evil.test" }],
  ["baseUrl", { baseUrl: "https://c4n4ry:c4n4ry@api.kraken.com" }],
  ["baseUrl", { baseUrl: "https://api.kraken.com/0/private" }],
  ["baseUrl", { baseUrl: "https://api.kraken.com?x=1" }],
  ["baseUrl", { baseUrl: "ftp://127.0.0.1" }],
])("policy: a bad %s fails at once and is named: %j", (name, policy) => {
  try {
    kraken(policy);
    expect.unreachable();
  } catch (error) {
    expect(error).toMatchObject({ code: "OPTION_INVALID", message: expect.stringContaining(name) });
    expect(String(error)).not.toContain("c4n4ry");
  }
});

test.each(["https://api.kraken.com", "http://127.0.0.1:8080", "http://[::1]:1", "http://localhost:1/"])(
  "policy: %s is a base URL",
  (baseUrl) => {
    expect(kraken({ baseUrl }).id).toBe("kraken");
  },
);

const { credentials, settings, cursor } = kraken();

test("settings: defaults are the slowest tier and Kraken's own mode", () => {
  const defaults = { tier: "starter", consolidateTaker: true, ledgerFees: true, instant: true, exports: true };
  expect(z.parse(settings, {})).toEqual(defaults);
  const off = { ledgerFees: false, instant: false, exports: false };
  const all = { tier: "pro", consolidateTaker: false, ...off, historyFrom: "2024-01-01T00:00:00.000000Z" };
  expect(z.parse(settings, z.parse(settings, all))).toEqual(all);
});

test.each([{ tier: "gold" }, { consolidateTaker: "yes" }, { historyFrom: "yesterday" }, { tear: "pro" }])(
  "settings: %j is refused",
  (value) => {
    expect(z.safeParse(settings, value).success).toBe(false);
  },
);

test("credentials: read twice they are the same", () => {
  const read = z.parse(credentials, { apiKey: " k ", apiSecret: "c2VjcmV0\n" });
  expect(read).toEqual({ apiKey: "k", apiSecret: "c2VjcmV0" });
  expect(z.parse(credentials, JSON.parse(JSON.stringify(read)))).toEqual(read);
});

test.each([
  [{ apiKey: "k" }],
  [{ apiKey: "", apiSecret: "c2VjcmV0" }],
  [{ apiKey: "c4n4 ry", apiSecret: "c2VjcmV0" }],
  [{ apiKey: "k\u0000c4n4ry", apiSecret: "c2VjcmV0" }],
  [{ apiKey: "k", apiSecret: "c4n4ry!" }],
  [{ apiKey: "k", apiSecret: "=".repeat(1_000_000) }],
  [null],
])("credentials: %.80j are refused, and not quoted", (value) => {
  const read = z.safeParse(credentials, value);
  expect(read.success).toBe(false);
  expect(JSON.stringify(read.error?.issues)).not.toContain("c4n4ry");
});

test.each([
  null,
  {},
  { version: 2, consolidateTaker: true, head: 1, windows: [] },
  { version: 1, consolidateTaker: true, head: -1, windows: [] },
  { version: 1, consolidateTaker: true, head: 1, windows: [{ from: 0, to: 1, offset: 0.5, lastId: null }] },
  { version: 1, consolidateTaker: true, head: 1, windows: Array(9).fill({ from: 0, to: 1, offset: 0, lastId: null }) },
])("cursor: %.80j is refused", (value) => {
  expect(z.safeParse(cursor, value).success).toBe(false);
});
