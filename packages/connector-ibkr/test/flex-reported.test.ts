import { expect, test } from "vitest";
import { flexPages } from "../src/flex-pages.ts";
import { readFlexStatement } from "../src/flex-statement.ts";
import { inPieces } from "./support/flex-documents.ts";

const statement = (whenGenerated: string | null) => {
  const attribute = whenGenerated === null ? "" : ` whenGenerated="${whenGenerated}"`;
  const row = '<Trade accountId="U1" levelOfDetail="EXECUTION" ibExecID="0001.01" />';
  return `<FlexStatement accountId="U1" fromDate="20260112" toDate="20260113" period=""${attribute}><Trades>${row}</Trades></FlexStatement>`;
};

test.each([
  ["New York's time, where no zone is written", ["20260114;021503"], "2026-01-14T07:15:03.000000Z"],
  ["the zone that is written", ["2026-04-09;21:23:54 EDT"], "2026-04-10T01:23:54.000000Z"],
  ["the oldest of several statements", ["20260114;021503", "20260114;021501"], "2026-01-14T07:15:01.000000Z"],
  ["unknown, where no statement says it", [null], null],
  ["unknown, where one of them does not", ["20260114;021503", null, "20260114;021503"], null],
  ["unknown for a form that is not read", ["04/05/2026;021503"], null],
])("a Flex document was reported when it was made: %s", async (_, made, reportedAt) => {
  const statements = made.map(statement).join("");
  const document = `<FlexQueryResponse queryName="made" type="AF"><FlexStatements count="${made.length}">${statements}</FlexStatements></FlexQueryResponse>`;
  const events = readFlexStatement(inPieces(document));
  const moments: unknown[] = [];
  for await (const page of flexPages(events, { account: "U1", timeZone: "America/New_York", pageRecords: 100 }))
    moments.push(page.reportedAt);
  expect(moments).toEqual([reportedAt]);
});
