import { report } from "../../../tools/bench-timer.ts";
import { boundedHeap, peakMegabytes } from "./measure-memory.ts";
import { withStatement } from "./statement-file.ts";

// Goal: a statement of any size takes the same memory. Method: files of 134 and 535 MB, each read and normalized by a
// process of its own, with a bounded heap and with the engine's defaults.

const REPETITIONS = 5;
const REPETITIONS_LARGE = 3;
const ROWS = 100_000;
const ROWS_LARGE = 400_000;

const goal = { of: "value", relation: "<=", bound: 200 } as const;
const small = await withStatement(ROWS, async (path) =>
  Array.from({ length: REPETITIONS }, () => ({
    value: peakMegabytes({ path, rows: ROWS, flags: boundedHeap }),
    anchorValue: peakMegabytes({ path, rows: ROWS }),
  })),
);
const large = await withStatement(ROWS_LARGE, async (path) =>
  small.slice(0, REPETITIONS_LARGE).map(({ value: anchorValue }) => ({
    value: peakMegabytes({ path, rows: ROWS_LARGE, flags: boundedHeap }),
    anchorValue,
  })),
);
report([
  {
    name: "IBKR Flex peak memory, 100,000 executions",
    unit: "MB",
    anchor: "the same without flags",
    goal,
    repetitions: small,
  },
  {
    name: "IBKR Flex peak memory, 400,000 executions",
    unit: "MB",
    anchor: "100,000 executions",
    goal,
    repetitions: large,
    repetitionsMin: REPETITIONS_LARGE,
  },
]);
