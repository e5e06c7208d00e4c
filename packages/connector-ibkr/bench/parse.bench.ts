import type { Repetition } from "../../../tools/bench-row.ts";
import { perSecond, report, timeMs } from "../../../tools/bench-timer.ts";
import { expectCount, matchAttributes, normalizeStatement } from "./read-statement.ts";
import { statementColumns } from "./statement-columns.ts";
import { withStatement } from "./statement-file.ts";

// Goal: reading a Flex statement costs a small multiple of finding its attributes. Method: a file of 100,000 rows, read
// and normalized as an import does it, beside one regular expression over the same file in the same pieces.

const REPETITIONS = 5;
const WARM_UPS = 1;
const ROWS = 100_000;
/** Those of the rows, and eight around them. */
const ATTRIBUTES = ROWS * statementColumns.length + 8;

const repetitions: Repetition[] = [];
await withStatement(ROWS, async (path) => {
  for (let round = -WARM_UPS; round < REPETITIONS; round += 1) {
    const normalizeMs = await timeMs(async () => expectCount(await normalizeStatement(path), ROWS));
    const matchMs = await timeMs(async () => expectCount(await matchAttributes(path), ATTRIBUTES));
    if (round >= 0) repetitions.push({ value: perSecond(ROWS, normalizeMs), anchorValue: perSecond(ROWS, matchMs) });
  }
});
report([
  {
    name: "IBKR Flex parse and normalize",
    unit: "executions/s",
    anchor: "one regular expression over all attributes of the same file",
    goal: { of: "ratio", relation: ">=", bound: 0.25 },
    repetitions,
  },
]);
