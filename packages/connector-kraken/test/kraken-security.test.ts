import { inspect } from "node:util";
import { type AnswerFault, type SimulatorFault, startKrakenSimulator } from "@fillbook/connector-kraken/simulator";
import { expect, test } from "vitest";
import { driveKraken, testClock, tradesOnly } from "./support/drive-kraken.ts";
import { manyTrades } from "./support/made-trades.ts";

const apiKey = "c4n4ryKEY/public+half";
const apiSecret = Buffer.from("c4n4ry secret that nobody may see").toString("base64");
const otp = "c4n4ryOTP";
const CANARIES = [apiKey, apiSecret, otp, encodeURIComponent(apiKey), encodeURIComponent(apiSecret), "c4n4ry"];
const always = Number.POSITIVE_INFINITY;

async function struck(fault: SimulatorFault, policy: Parameters<typeof driveKraken>[1] = {}) {
  const clock = testClock();
  const trades = manyTrades(60);
  const simulator = await startKrakenSimulator({ clock, trades, keys: [{ apiKey, apiSecret, otp }] });
  const drive = driveKraken(simulator, { clock, credentials: { apiKey, apiSecret, otp }, ...policy });
  const injected = simulator.inject(fault);
  const error = await drive.run().then(
    () => null,
    (thrown: unknown) => thrown,
  );
  await simulator.close();
  return { drive, error, fired: injected.fired };
}

const everything = (value: unknown) =>
  inspect(value, { depth: null, showHidden: true, maxStringLength: null, maxArrayLength: null });

const FAULTS: AnswerFault[] = [
  { kind: "error", errors: [`EAPI:Invalid key:${apiKey}`] },
  { kind: "error", errors: [`EAPI:Invalid signature ${apiSecret}`] },
  { kind: "error", errors: [`ESomething:new ${otp}`] },
  { kind: "error", errors: ["EAPI:Invalid nonce"] },
  { kind: "error", errors: ["EGeneral:Permission denied"] },
  { kind: "error", errors: ["EGeneral:Temporary lockout"] },
  { kind: "error", errors: ["EAPI:Rate limit exceeded"] },
  { kind: "error", errors: ["EService:Unavailable"] },
  { kind: "error", errors: [`WSomething:about ${apiKey}`] },
  { kind: "envelope", result: "null" },
  { kind: "http", status: 520, body: `<html>${apiKey}</html>` },
  { kind: "http", status: 403, body: `${apiKey}` },
  { kind: "http", status: 200, body: `{"error": ${apiSecret}` },
  { kind: "http", status: 302 },
  { kind: "http", status: 429, retryAfterSeconds: 9_000 },
  { kind: "truncated-json" },
  { kind: "reset-after-half" },
  { kind: "reset-before-answer" },
  { kind: "null-body" },
  { kind: "empty-body" },
  { kind: "huge-body", sizeBytes: 40_000_000 },
];

test.each(FAULTS)("secrets: none is in error, log, cursor, state or raw after %j", async (fault) => {
  const { drive, error, fired } = await struck({ ...fault, times: always });
  expect(fired).toBeGreaterThan(0);
  const left = {
    error,
    stack: String(Reflect.get(Object(error), "stack")),
    ...drive,
    state: drive.state.stored,
    connector: drive.connector,
  };
  const { connector, check, run, requests, ...visible } = left;
  for (const canary of CANARIES) expect(everything(visible)).not.toContain(canary);
});

test("secrets: a good run leaves none in log, cursor, state or raw, and the state's key is a digest", async () => {
  const { drive, error } = await struck({ kind: "gzip" });
  expect(error).toBe(null);
  const { cursor, cursors, records, logLines, diagnostics, state } = drive;
  for (const canary of CANARIES) {
    expect(everything({ cursor, cursors, records, logLines, diagnostics, state: state.stored })).not.toContain(canary);
  }
  expect([...state.stored.keys()]).toEqual([expect.stringMatching(/^kraken:key:[0-9a-f]{64}$/)]);
});

test("owners: who names another's key without its secret takes none of its turns, and silences nothing", async () => {
  const clock = testClock();
  await using simulator = await startKrakenSimulator({ clock, trades: manyTrades(60), keys: [{ apiKey, apiSecret }] });
  const owner = driveKraken(simulator, { clock, settings: tradesOnly });
  await owner.run();
  const stored = structuredClone([...owner.state.stored]);
  const stranger = driveKraken(simulator, {
    ...{ clock, state: owner.state, settings: tradesOnly },
    credentials: { apiSecret: Buffer.alloc(64, 1).toString("base64") },
  });
  simulator.inject({ kind: "http", status: 429, retryAfterSeconds: 3_000, times: Number.POSITIVE_INFINITY });
  await expect(stranger.run()).rejects.toThrow();
  expect(stored).not.toEqual([]);
  for (const [key, value] of stored) expect(owner.state.stored.get(key)).toEqual(value);
});

test("limits: a gigabyte is aborted at the limit and not asked for again", async () => {
  const { error, fired, drive } = await struck({ kind: "huge-body", sizeBytes: 2 ** 30, times: always });
  expect(error).toMatchObject({ code: "RESPONSE_TOO_LARGE" });
  expect(fired).toBe(1);
  expect(drive.pages).toBe(0);
});

test("limits: an answer nested without end is refused", async () => {
  const transformText = () => `{"error":[],"result":${"[".repeat(1_000_000)}`;
  const { error, fired } = await struck({ kind: "transform-text", transformText, times: always });
  expect(error).toMatchObject({ code: "PROTOCOL", message: expect.stringMatching(/nested/) });
  expect(fired).toBe(5);
});

test.each<[string, AnswerFault, object]>([
  ["drips", { kind: "drip-body", waitMs: 20 }, { totalMs: 150 }],
  ["never answers", { kind: "never-answers" }, { headersMs: 80 }],
  ["thinks for long", { kind: "slow-headers", waitMs: 5_000 }, { headersMs: 80 }],
])("limits: a server that %s ends in TIMEOUT", async (_name, fault, timeouts) => {
  const { error, fired } = await struck(
    { ...fault, times: always },
    { policy: { timeouts, retries: { retriesMax: 1 } } },
  );
  expect(error).toMatchObject({ code: "TIMEOUT", recovery: "retry" });
  expect(fired).toBe(2);
});

test.each([
  ["__proto__", "__proto__"],
  ["constructor", "constructor"],
  ["42", "42"],
  ["T\u0000", expect.stringMatching(/^sha256:/)],
  ["T".repeat(100_000), expect.stringMatching(/^sha256:/)],
])("ids: a fill named %.20j is imported and changes no prototype", async (txid, stored) => {
  const transformText = (body: string) =>
    body.replace('"TAAAAA-AAAAA-00001N":{', `${JSON.stringify(txid)}:{"polluted":"yes",`);
  const { drive, error, fired } = await struck({ kind: "transform-text", transformText, times: always });
  expect(error).toBe(null);
  expect(fired).toBe(2);
  expect(drive.records).toContainEqual(expect.objectContaining({ txid, polluted: "yes" }));
  expect([...drive.executions.keys()]).toContainEqual(stored);
  expect(drive.executions.size).toBe(60);
  expect({}).not.toHaveProperty("polluted");
  expect(JSON.stringify(drive.cursors).length).toBeLessThan(1_000);
});

test.each(["__proto__", "constructor", "A\u0000B", "X".repeat(100_000)])(
  "pairs: a pair named %.20j does no harm to the context",
  async (pair) => {
    const transformText = (body: string) => body.replace('"XXBTZUSD"', JSON.stringify(pair));
    const { drive, error } = await struck({ kind: "transform-text", transformText });
    expect(error).toBe(null);
    expect(drive.executions.size + drive.rejected.length).toBe(60);
  },
);

test.each([" ", ":", "1", "E", "otp", "\\", "é"])(
  "time: hundreds of kilobytes of %j as Kraken's error are read at once",
  async (piece) => {
    const errors = [`EService:Throttled:${piece.repeat(300_000)}`, piece.repeat(300_000), `W${piece.repeat(300_000)}`];
    const { error, fired } = await struck(
      { kind: "error", errors, times: always },
      { policy: { retries: { retriesMax: 0 } } },
    );
    expect(error).toMatchObject({ code: expect.stringMatching(/^(RATE_LIMITED|CREDENTIALS_INVALID)$/) });
    expect(String(error).length).toBeLessThan(600);
    expect(fired).toBe(1);
  },
);

test.each(["price", "vol", "fee", "time", "pair", "type"])(
  "time: a megabyte of text as %s is rejected",
  async (field) => {
    for (const text of ["1".repeat(1_000_000), `1.${"0".repeat(1_000_000)}`, " ".repeat(1_000_000)]) {
      const transformText = (body: string) =>
        body.replace(new RegExp(`"${field}":("[^"]*"|[\\d.]+)`), `"${field}":${JSON.stringify(text)}`);
      const { drive, error } = await struck({ kind: "transform-text", transformText });
      expect(error).toBe(null);
      expect(drive.rejected).toEqual([{ raw: expect.anything(), reason: expect.stringContaining(`${field}: `) }]);
    }
  },
);
