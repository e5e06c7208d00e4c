import { expect, test } from "vitest";
import { twsExecutionsMax } from "../src/tws-collector.ts";
import { frame, listEnd } from "./support/raw-tws.ts";
import { stallMaxMs } from "./support/stall-watch.ts";
import { type Bomb, commission, execution, explode, packed } from "./support/tws-bombs.ts";

// Goal: whatever a peer sends without end, a run ends in its time with a true error, and neither memory nor stalls grow
// with what was sent. Method: a process of its own for each, which measures itself while it imports.
// LONG_TESTS=1 is the long run of `.ci/run`: all of them. Else it is two, and a list that is imported.

const isLong = process.env.LONG_TESTS === "1";
const GROWTH_MAX_MEGABYTES = 150;
const TIMEOUT_MS = 150_000;

const code = (number: number, index: number) => frame("4", "2", "-1", String(number), `said ${index}`, "");
const times = (name: string, count: number) => Array<string>(count).fill(name);
const wordless = Buffer.concat([Buffer.from([0, 0x0f, 0x42, 0x42]), Buffer.from("5"), Buffer.alloc(1_000_001)]);
const large = "x".repeat(1_000_000);
const accounts = frame("15", "1", ",".repeat(1_000_000));
const many = frame("15", "1", Array.from({ length: 20_000 }, (_, index) => `U${index}`).join(","));
const soon = { answerMs: 3_000, connectMs: 3_000 };

type Named = readonly [name: string, bomb: Bomb, code: string, message: RegExp];

const brief: readonly Named[] = [
  ["executions", { next: packed(200, execution) }, "RESPONSE_TOO_LARGE", /more than 40000 executions; nothing/],
  ["codes", { next: packed(500, (index) => code(2104, index)), timeouts: soon }, "TIMEOUT", /did not answer/],
];

const long: readonly Named[] = [
  ["commissions", { next: packed(200, commission) }, "RESPONSE_TOO_LARGE", /more than 40000 commissions; nothing/],
  ["large executions", { next: (index) => execution(index, { 26: large }) }, "RESPONSE_TOO_LARGE", /25165824 char/],
  [
    "executions in other letters",
    { next: packed(50, (index) => execution(index, { 26: "\u0436".repeat(500) })) },
    ...(["RESPONSE_TOO_LARGE", /25165824 char/] as const),
  ],
  ["a message of 16 MB", { next: () => Buffer.from([0, 0xff, 0xff, 0xff]) }, "RESPONSE_TOO_LARGE", /16777215 bytes/],
  [
    "accounts without names",
    { phase: 1, next: () => accounts, timeouts: soon },
    "RESPONSE_TOO_LARGE",
    /10000 accounts/,
  ],
  ["accounts", { phase: 1, next: () => many, timeouts: soon }, "RESPONSE_TOO_LARGE", /more than 10000 accounts/],
  ["accounts again", { next: () => many, timeouts: soon }, "TIMEOUT", /did not answer/],
  ["handshakes", { phase: 0, next: packed(500, () => frame("176", "now")), timeouts: soon }, "TIMEOUT", /accounts/],
  ["order ids", { next: packed(500, () => frame("9", "1", "1")), timeouts: soon }, "TIMEOUT", /did not answer/],
  [
    "ends of other lists",
    { next: packed(500, (index) => frame("55", "1", `${index + 2}`)), timeouts: soon },
    "TIMEOUT",
    /./,
  ],
  [
    "market data",
    { next: packed(500, () => frame("1", "6", "1", "1", "10.5", "9", "0")), timeouts: soon },
    "TIMEOUT",
    /./,
  ],
  ["states of orders", { next: packed(500, () => frame("3", ...times("1", 12))), timeouts: soon }, "TIMEOUT", /./],
  ["open orders", { next: packed(50, () => frame("5", ...times("word", 3_000))), timeouts: soon }, "TIMEOUT", /./],
  ["words of nothing", { next: () => wordless, timeouts: soon }, "TIMEOUT", /./],
  [
    "other accounts' executions",
    { next: packed(200, (index) => execution(index, { 16: "U7" })), timeouts: soon },
    ...(["TIMEOUT", /did not answer/] as const),
  ],
  [
    "long codes of the request",
    { next: packed(10, () => frame("4", "2", "1", "2104", "\\u0041".repeat(15_000), "")), timeouts: soon },
    ...(["TIMEOUT", /did not answer/] as const),
  ],
  [
    "lost and restored",
    { next: packed(500, (index) => code(index % 2 === 0 ? 1100 : 1102, index)) },
    ...(["BROKER_UNAVAILABLE", /no connection to IBKR/] as const),
  ],
];

test.each(isLong ? [...brief, ...long] : brief)(
  "bomb: %s",
  { timeout: TIMEOUT_MS },
  async (_name, bomb, wanted, message) => {
    const outcome = await explode(bomb);
    expect(outcome).toMatchObject({ records: 0, code: wanted, message: expect.stringMatching(message) });
    expect(outcome.grownMegabytes).toBeLessThan(GROWTH_MAX_MEGABYTES);
    expect(outcome.stallMs).toBeLessThan(stallMaxMs);
  },
);

test("bomb: one execution without end is one", { timeout: TIMEOUT_MS }, async () => {
  const outcome = await explode({ next: packed(200, () => execution(1)), timeouts: soon });
  expect(outcome).toMatchObject({ records: 1, code: "TIMEOUT" });
  expect(outcome.grownMegabytes).toBeLessThan(GROWTH_MAX_MEGABYTES);
  expect(outcome.stallMs).toBeLessThan(stallMaxMs);
});

const count = 0.8 * twsExecutionsMax;
const dayOf = (index: number) => new Date(Date.UTC(2000, 0, 1 + (index % 900))).toISOString().slice(0, 10);
const clockOf = (seconds: number) => new Date(seconds * 1_000).toISOString().slice(11, 19);
const shapes: readonly { readonly name: string; readonly time: (index: number) => string }[] = [
  { name: "of one day, newest first", time: (index) => `20260302-${clockOf(twsExecutionsMax - index)}` },
  { name: "of one moment", time: () => "20260302 10:00:00 US/Eastern" },
  { name: "of many days", time: (index) => `${dayOf(index).replaceAll("-", "")} 10:00:00 US/Eastern` },
  { name: "without times", time: () => "" },
];

test.each(isLong ? shapes : shapes.slice(0, 1))(
  "bomb: a list as long as four fifths of the bound, $name, is imported whole, a page at a time",
  { timeout: TIMEOUT_MS },
  async ({ time }) => {
    const list = packed(100, (index) => Buffer.concat([execution(index, { 15: time(index) }), commission(index)]));
    const next = (pack: number) => (pack < count / 100 ? list(pack) : pack === count / 100 ? listEnd : null);
    const outcome = await explode({ next, timeouts: { answerMs: 60_000 } });
    expect(outcome).toMatchObject({ records: count, most: 500, again: 0, code: null });
    expect(outcome.grownMegabytes).toBeLessThan(GROWTH_MAX_MEGABYTES);
    expect(outcome.stallMs).toBeLessThan(stallMaxMs);
  },
);
