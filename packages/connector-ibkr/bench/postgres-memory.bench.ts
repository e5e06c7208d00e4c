import { report } from "../../../tools/bench-timer.ts";
import { withServer } from "../../store-postgres/bench/bench-server.ts";
import { boundedHeap, type MeasuredImport, peakMegabytes } from "./measure-memory.ts";
import { withStatement } from "./statement-file.ts";

// Goal: importing a statement of any size takes the same memory. Method: files of 134 and 535 MB, each imported into an
// empty database by a process of its own, with a bounded heap; the smaller one also with the engine's defaults.

const REPETITIONS = 3;
const ROWS = 100_000;
const ROWS_LARGE = 400_000;

const goal = { of: "value", relation: "<=", bound: 200 } as const;
const { small, large } = await withServer(async (pool) => {
  const small = await withStatement(ROWS, async (path) => {
    const pairs: { value: number; anchorValue: number }[] = [];
    for (let round = 0; round < REPETITIONS; round += 1) {
      const value = await importPeak(pool, { path, rows: ROWS, flags: boundedHeap });
      pairs.push({ value, anchorValue: await importPeak(pool, { path, rows: ROWS }) });
    }
    return pairs;
  });
  const large = await withStatement(ROWS_LARGE, (path) =>
    importPeak(pool, { path, rows: ROWS_LARGE, flags: boundedHeap }),
  );
  return { small, large };
});
report([
  {
    name: "IBKR Flex into PostgreSQL, peak memory, 100,000 executions",
    unit: "MB",
    anchor: "the same without flags",
    goal,
    repetitions: small,
    repetitionsMin: REPETITIONS,
  },
  {
    name: "IBKR Flex into PostgreSQL, peak memory, 400,000 executions",
    unit: "MB",
    anchor: "100,000 executions",
    goal,
    repetitions: small.slice(0, 1).map(({ value: anchorValue }) => ({ value: large, anchorValue })),
    repetitionsMin: 1,
  },
]);

type Pool = Parameters<Parameters<typeof withServer>[0]>[0];

async function importPeak(pool: Pool, read: Omit<MeasuredImport, "database">): Promise<number> {
  const { connectionString: url } = pool.options;
  if (url === undefined) throw new Error("the server's pool was opened without an address");
  const schema = "fillbook";
  try {
    return peakMegabytes({ ...read, database: { url, schema } });
  } finally {
    await pool.query(`drop schema "${schema}" cascade`);
  }
}
