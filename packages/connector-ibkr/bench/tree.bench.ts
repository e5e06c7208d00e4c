import { readFile } from "node:fs/promises";
import { XMLParser } from "fast-xml-parser";
import type { Repetition } from "../../../tools/bench-row.ts";
import { perSecond, report, timeMs } from "../../../tools/bench-timer.ts";
import { expectCount, normalizeStatement } from "./read-statement.ts";
import { withStatement } from "./statement-file.ts";

// Goal: no slower than what one would write first. Method: a file of 100,000 rows, read and normalized as an import does
// it, beside fast-xml-parser's tree of the same file and nothing done with it.

const REPETITIONS = 5;
const ROWS = 100_000;

const parser = new XMLParser({ ignoreAttributes: false, attributeNamePrefix: "", parseAttributeValue: false });
const repetitions: Repetition[] = [];
await withStatement(ROWS, async (path) => {
  await normalizeStatement(path);
  for (let round = 0; round < REPETITIONS; round += 1) {
    const normalizeMs = await timeMs(async () => expectCount(await normalizeStatement(path), ROWS));
    const treeMs = await timeMs(() => readTree(path));
    repetitions.push({ value: perSecond(ROWS, normalizeMs), anchorValue: perSecond(ROWS, treeMs) });
  }
});
report([
  {
    name: "IBKR Flex beside a whole tree",
    unit: "executions/s",
    anchor: "the tree of the same file by fast-xml-parser, nothing normalized",
    goal: { of: "ratio", relation: ">=", bound: 2 },
    repetitions,
  },
]);

async function readTree(path: string): Promise<void> {
  const tree = parser.parse(await readFile(path, "utf8"));
  const rows = tree.FlexQueryResponse.FlexStatements.FlexStatement.Trades.Trade;
  expectCount(rows.length, ROWS);
}
