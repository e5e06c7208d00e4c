import { ibkrFlex } from "@fillbook/connector-ibkr";
import {
  type FlexQueryOptions,
  flexDocument,
  flexQuery,
  generateFills,
  type SimulatedEntry,
} from "@fillbook/connector-ibkr/simulator";
import { createFillbook } from "@fillbook/core";
import fc from "fast-check";
import { expect, test } from "vitest";
import { ranReport, stateOf } from "../../testkit/src/suite/play.ts";
import { aFlexWorld, DAY_MS, type FlexWorld } from "./support/ibkr-flex-world.ts";

const entries = [...generateFills({ count: 120, seed: 4, days: 40, fromDay: "2025-12-01" })];

/** The rows of some days as a person downloads them. */
async function documentOf(
  rows: readonly SimulatedEntry[],
  {
    fromDay = "2025-12-01",
    toDay = "2026-03-01",
    accountId = "U1234567",
    ...query
  }: Partial<FlexQueryOptions> & { fromDay?: string; toDay?: string; accountId?: string } = {},
): Promise<string> {
  const account = { accountId, alias: "", model: "", baseCurrency: "USD" };
  const own = rows.filter(({ reportDay }) => reportDay >= fromDay && reportDay <= toDay);
  const statements = [{ account, fromDay, toDay, period: "", entries: own }];
  let text = "";
  for await (const piece of flexDocument({ query: flexQuery({ type: "AF", ...query }), statements, generatedAtMs: 0 }))
    text += piece;
  return text;
}

async function* bytesOf(text: string, size = 1_000) {
  const bytes = new TextEncoder().encode(text);
  for (let start = 0; start < bytes.length; start += size) yield bytes.subarray(start, start + size);
}

async function upload(world: FlexWorld, text: string) {
  const { store, clock, connectionId, policy } = world;
  const connectors = [ibkrFlex(policy)];
  const book = createFillbook({ store, connectors, clock, credentials: () => Promise.reject(new Error("not asked")) });
  return ranReport(await book.forUser("owner").importFile(connectionId, bytesOf(text)));
}

test("file: a statement from a file is the same book as from the service, and adds nothing after it", async () => {
  await using served = await aFlexWorld({ simulator: { entries } });
  await served.run();
  await using world = await aFlexWorld({ simulator: { entries }, policy: { pageRecords: 11 } });
  const text = await documentOf(entries);
  const report = await upload(world, text);
  expect(report).toMatchObject({ status: "succeeded", cursorBefore: null, cursorAfter: null, error: null });
  expect(await stateOf(world.store)).toEqual(await stateOf(served.store));
  const again = await upload(served, text);
  expect(again.stats).toMatchObject({ inserted: 0, updated: 0, corrected: 0, canceled: 0, conflicts: 0 });
  expect(again.cursorAfter).toMatchObject({ version: 1, pending: null });
  expect(world.simulator.requests).toEqual([]);
});

test("file: another account's file writes nothing", async () => {
  await using world = await aFlexWorld();
  const report = await upload(
    world,
    await documentOf(entries, { accountId: "U7654321" }).then((text) => text.replaceAll("U1234567", "U7654321")),
  );
  const message = "the Flex document is of account U7654321 and not of U1234567";
  expect(report).toMatchObject({ status: "failed", error: { code: "ACCOUNT_MISMATCH", message }, stats: { pages: 0 } });
  expect(await world.executions()).toEqual([]);
});

test("file: accounts that it is of are named, as few as fit, and what is no account's name is quoted", async () => {
  await using world = await aFlexWorld();
  const messageOf = async (...names: readonly string[]) => {
    const statements = names.map((accountId) => {
      const account = { accountId, alias: "", model: "", baseCurrency: "USD" };
      return { account, fromDay: "2025-12-01", toDay: "2026-03-01", period: "", entries: [] };
    });
    let text = "";
    for await (const piece of flexDocument({ query: flexQuery({ type: "AF" }), statements, generatedAtMs: 0 }))
      text += piece;
    return (await upload(world, text)).error?.message;
  };
  expect(await messageOf("U2", "U3")).toBe("the Flex document is of accounts U2, U3 and not of U1234567");
  expect(await messageOf("U2", "U3", "U4", "U5", "U6")).toBe(
    "the Flex document is of accounts U2, U3, U4 and 2 more and not of U1234567",
  );
  const hostile = `"\u202e${"x".repeat(200)}`;
  const quoted = `"\\"\ufffd${"x".repeat(28)}"`;
  expect(await messageOf(hostile)).toBe(`the Flex document is of account ${quoted} and not of U1234567`);
});

test("file: another kind of report writes nothing", async () => {
  await using world = await aFlexWorld();
  const report = await upload(world, (await documentOf(entries)).replace('type="AF"', 'type="XX"'));
  expect(report).toMatchObject({ status: "failed", error: { code: "FEATURE_UNAVAILABLE" }, stats: { pages: 0 } });
});

test.each<readonly [string, () => Promise<string>, string]>([
  ["CSV", () => documentOf(entries, { format: "csv" }), "CSV"],
  ["HTML", async () => "<!DOCTYPE html><html><body>Maintenance</body></html>", "HTML"],
  ["nothing", async () => "", "empty"],
  [
    "the service's word",
    async () => "<FlexStatementResponse><Status>Fail</Status><ErrorCode>1012</ErrorCode></FlexStatementResponse>",
    "1012",
  ],
])("file: %s is refused with a clear message, and nothing is written", async (_name, text, word) => {
  await using world = await aFlexWorld();
  const report = await upload(world, await text());
  expect(report).toMatchObject({ status: "failed", stats: { pages: 0 } });
  expect(report.error?.message).toContain(word);
});

test("file: one that is cut off anywhere is no success", async () => {
  const text = await documentOf(entries);
  const cuts = fc.integer({ min: 0, max: text.trimEnd().length - 1 });
  await fc.assert(
    fc.asyncProperty(cuts, async (length) => {
      await using world = await aFlexWorld({ policy: { pageRecords: 40 } });
      const report = await upload(world, text.slice(0, length));
      expect(["failed", "partial"]).toContain(report.status);
      expect(report.error?.code).toBe("PROTOCOL");
    }),
    { numRuns },
  );
});

test("file: one above the limit is refused", async () => {
  await using world = await aFlexWorld({ policy: { maxStatementBytes: 5_000 } });
  expect((await upload(world, await documentOf(entries))).error).toMatchObject({ code: "RESPONSE_TOO_LARGE" });
});

test("file: the columns that its query lacks are named", async () => {
  await using world = await aFlexWorld();
  const columns = flexQuery({ type: "AF" }).columns.filter(
    (column) => column !== "ibExecID" && column !== "origTradeID",
  );
  await upload(world, await documentOf(entries, { columns }));
  const problems = await world.problems();
  expect(
    problems.filter((problem) => problem.includes("IB Execution ID") && problem.includes("Orig Trade ID")),
  ).toHaveLength(1);
});

// LONG_TESTS=1 is the long run of `.ci/run`.
const numRuns = process.env.LONG_TESTS === "1" ? 100 : 6;

const days = fc.tuple(fc.integer({ min: 0, max: 80 }), fc.integer({ min: 0, max: 60 })).map(([start, length]) => {
  const at = (day: number) => new Date(Date.UTC(2025, 11, 1) + day * DAY_MS).toISOString().slice(0, 10);
  return { kind: "file", fromDay: at(start), toDay: at(start + length) } as const;
});
const moves = fc.array(
  fc.oneof({ weight: 3, arbitrary: days }, { weight: 1, arbitrary: fc.constant({ kind: "run" } as const) }),
  { maxLength: 6 },
);

test("state: files and statements that overlap, in any order and repeated, come to one state", async () => {
  await using whole = await aFlexWorld({ simulator: { entries } });
  await whole.run();
  const expected = await stateOf(whole.store);
  const texts = new Map<string, string>();
  await fc.assert(
    fc.asyncProperty(moves, fc.constantFrom(7, 50, 1_000), async (script, pageRecords) => {
      await using world = await aFlexWorld({ simulator: { entries }, policy: { pageRecords } });
      for (const move of script) {
        world.clock.advance(600_000);
        if (move.kind === "run") {
          await world.run();
          continue;
        }
        const key = `${move.fromDay} ${move.toDay}`;
        texts.set(key, texts.get(key) ?? (await documentOf(entries, move)));
        expect((await upload(world, texts.get(key) ?? "")).error).toBeNull();
      }
      world.clock.advance(600_000);
      await world.run();
      expect(await stateOf(world.store)).toEqual(expected);
    }),
    { numRuns },
  );
}, 60_000);
