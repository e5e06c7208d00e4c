import {
  flexAfColumns,
  generateFills,
  type IbkrSimulatorOptions,
  startIbkrSimulator,
} from "@fillbook/connector-ibkr/simulator";
import { fakeClock } from "@fillbook/testkit";
import { expect, test } from "vitest";
import { diagnosisLines } from "../src/diagnosis.ts";
import { flexDoctor } from "../src/flex-doctor.ts";

type Query = NonNullable<IbkrSimulatorOptions["queries"]>[number];

async function doctorsWord(query: Query, patient: { readonly queryId?: string; readonly token?: string } = {}) {
  const clock = fakeClock(Date.UTC(2026, 2, 2, 12));
  const entries = generateFills({ count: 12, seed: 3, days: 5, fromDay: "2026-02-23", bookingEvery: 0, comboEvery: 0 });
  await using simulator = await startIbkrSimulator({ clock, entries, queries: [query] });
  const { token = simulator.token.token, queryId = simulator.query(query.type).id } = patient;
  const diagnosis = await flexDoctor({ credentials: { token }, queryId, baseUrl: simulator.url, clock });
  expect(diagnosisLines(diagnosis).join("\n")).not.toContain(token);
  return diagnosis;
}

test("flex: a good query needs nothing; account, period and time zone are told", async () => {
  const { seen, fixes } = await doctorsWord({ type: "AF" });
  expect(fixes).toEqual([]);
  const text = seen.join("\n");
  expect(text).toMatch(/open U1234567/);
  expect(text).toMatch(/activity: 12 fills, 0 cancels, 0 other rows, 0 that cannot be read/);
  expect(text).toMatch(/covers 2025-03-\d\d to 2026-03-0\d/);
  expect(text).toMatch(/name no zone.*New York/);
});

test("flex: each column that is missing is named as the query's page names it", async () => {
  const gone = new Set(["ibExecID", "transactionID", "taxes"]);
  const { fixes } = await doctorsWord({ type: "AF", columns: flexAfColumns.filter((column) => !gone.has(column)) });
  expect(fixes.slice(0, 3)).toEqual([
    expect.stringMatching(/section Trades tick IB Execution ID: /),
    expect.stringMatching(/section Trades tick Transaction ID: /),
    expect.stringMatching(/section Trades tick Taxes: /),
  ]);
});

test("flex: the level of executions, a short period and dates with slashes are told", async () => {
  const levels = await doctorsWord({ type: "AF", levels: ["ORDER"] });
  expect(levels.fixes.join("\n")).toMatch(/tick Executions/);
  const short = await doctorsWord({ type: "AF", period: { kind: "last-business-day" } });
  expect(short.fixes.join("\n")).toMatch(/Last 365 Calendar Days/);
  const time = { date: "MM/dd/yyyy", time: "HHmmss", separator: ";", zone: "none" } as const;
  const slashes = await doctorsWord({ type: "AF", time });
  expect(slashes.fixes.join("\n")).toMatch(/slashes.*yyyyMMdd/);
});

test("flex: times that name their zone are told as such", async () => {
  const time = { date: "yyyy-MM-dd", time: "HH:mm:ss", separator: ";", zone: "name" } as const;
  const { seen, fixes } = await doctorsWord({ type: "AF", time });
  expect(fixes).toEqual([]);
  expect(seen.join("\n")).toMatch(/times name their zone, such as "2026-/);
});

test("flex: an unknown query, a dead token and a table are told with the step to take", async () => {
  expect((await doctorsWord({ type: "AF" }, { queryId: "999" })).fixes).toEqual([
    expect.stringMatching(/queryId.*OPTION_INVALID/),
  ]);
  expect((await doctorsWord({ type: "AF" }, { token: "123456789" })).fixes).toEqual([
    expect.stringMatching(/token.*CREDENTIALS_INVALID/),
  ]);
  expect((await doctorsWord({ type: "AF", format: "csv" })).fixes).toEqual([expect.stringMatching(/XML/)]);
});

test("flex: confirmations of today need no longer period", async () => {
  const { seen, fixes } = await doctorsWord({ type: "TCF" });
  expect(fixes).toEqual([]);
  expect(seen.join("\n")).toMatch(/trade confirmations/);
});
