import { expect, inject, test } from "vitest";
import { aConnection } from "../../testkit/src/suite/play.ts";
import { postgresStore } from "../src/index.ts";
import { testDatabaseUrl, testPool } from "./support/database.ts";
import { faultBook, faultlessBook, runReport } from "./support/fault-book.ts";
import { type FaultStatement, type FaultWatch, faultPool, lostConnection } from "./support/fault-pool.ts";
import { serverStore } from "./support/test-store.ts";

// Goal: a run outlives its database connection, wherever it breaks, and nothing is counted or stored twice.
// Method: the statements of a run are counted; then one run for each statement loses its connection there, by the server's
// own pg_terminate_backend. Each run has an owner of its own and is compared with a run that lost nothing. The test command
// tries each COMMIT and every fourth statement, `pnpm crash` all.

const isWhole = inject("wholeCrashMatrix");

/** Runs at once. They wait for their second attempts most of the time. */
const RUNS_AT_ONCE = 8;

test.each(["before", "after"] as const)(
  "connection: lost %s a statement of a run, COMMIT too, the run succeeds and nothing is there twice",
  { timeout: 120_000 },
  async (moment) => {
    const { schema } = await serverStore();
    const texts = await statementsOfARun(schema);
    const commitsOfARun = ["begin", "first page", "second page", "third page", "end"].length;
    expect(texts.filter((text) => text === "commit").length).toBe(commitsOfARun);
    const numbers = texts.flatMap((text, index) => (isWhole || isCommit(text) || index % 4 === 0 ? [index + 1] : []));
    for (let first = 0; first < numbers.length; first += RUNS_AT_ONCE) {
      const some = numbers.slice(first, first + RUNS_AT_ONCE);
      const fired = await Promise.all(some.map((number) => brokenRun(schema, { number, moment })));
      expect(fired).toEqual(some.map((number) => texts[number - 1]));
    }
  },
);

test("connection: lost again and again, the run fails as STORE_FAILED and the next one finishes", async () => {
  const { store, faults, terminate } = await faultyStore((await serverStore()).schema);
  const connectionId = await aConnection(store);
  let fired = 0;
  faults.watch({
    async before(statement) {
      if (!statement.text.startsWith("insert into") || faults.texts.filter(isCommit).length === 0) return;
      fired += 1;
      await terminate(statement);
    },
  });
  const report = await runReport(store, connectionId);
  expect([report.status, report.error?.code, report.error?.recovery]).toEqual(["failed", "STORE_FAILED", "retry"]);
  const attemptsMax = 5;
  // Its steps are tried only once.
  expect(fired).toBe(attemptsMax + 1);
  faults.watch({});
  expect(await store.job("owner", report.jobId)).toMatchObject({ status: "failed", cursorAfter: null });
  expect((await runReport(store, connectionId)).error).toBeNull();
  expect(await faultBook(store)).toEqual({ ...(await faultlessBook()), statuses: ["partial", "failed"] });
});

async function statementsOfARun(schema: string): Promise<readonly string[]> {
  const { store, faults } = await faultyStore(schema);
  const connectionId = await aConnection(store, { owner: "counted" });
  faults.watch({});
  await runReport(store, connectionId);
  const texts = [...faults.texts];
  expect(await faultBook(store, "counted")).toEqual(await faultlessBook({ owner: "counted" }));
  return texts;
}

/** One run that loses its connection once; answers with the statement that it lost it at. */
async function brokenRun(
  schema: string,
  { number, moment }: { number: number; moment: keyof FaultWatch },
): Promise<string | null> {
  const { store, faults, terminate } = await faultyStore(schema);
  const owner = `owner ${number}`;
  const expected = await faultlessBook({ owner });
  const connectionId = await aConnection(store, { owner });
  let fired: string | null = null;
  const breakThere = async (statement: FaultStatement) => {
    if (statement.number !== number) return;
    fired = statement.text;
    await terminate(statement);
    // The answer came, and goes down with its connection.
    if (moment === "after") throw lostConnection();
  };
  faults.watch({ [moment]: breakThere });
  const report = await runReport(store, connectionId);
  faults.watch({});
  expect([report.error, report.stats], `${moment} ${fired}`).toEqual([null, expected.stats]);
  expect(await faultBook(store, owner), `${moment} ${fired}`).toEqual(expected);
  await faults.pool.end();
  return fired;
}

async function faultyStore(schema: string) {
  const direct = testPool();
  const faults = faultPool(testDatabaseUrl(), { max: 2 });
  const terminate = async ({ beside }: FaultStatement) => {
    const [backend] = await beside("select pg_backend_pid() as pid");
    const { rows } = await direct.query("select pg_terminate_backend($1, 5000) as ended", [backend?.pid]);
    expect(rows).toEqual([{ ended: true }]);
  };
  return { store: postgresStore({ pool: faults.pool }, { schema }), faults, terminate };
}

function isCommit(text: string): boolean {
  return text === "commit";
}
