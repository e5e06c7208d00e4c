import { anExecution, type ScriptedRecord } from "@fillbook/testkit";
import { expect, test } from "vitest";
import { aConnection, play } from "../../testkit/src/suite/play.ts";
import { userOf } from "../../testkit/src/suite/told-book.ts";
import { postgresStore } from "../src/index.ts";
import { listeningPool, rowsReadOf } from "./support/heard-statements.ts";
import { serverStore } from "./support/test-store.ts";

// Goal: people review right after their first import, when no table was analyzed yet, and as many trades as a call takes.
// Method: statements are counted, and run again for the rows that they read, inner loops included.

const TRADES = 200;
/** Each trade may look at the rows of its owner a few times; a nested loop over them would be 200 times as much. */
const ROWS_READ_MAX = 5 * TRADES * TRADES;

test("a review takes as many statements for 200 trades as for one, and reads no owner's rows over and over", async () => {
  const book = await serverStore();
  const connectionId = await aConnection(book.store);
  const records = Array.from({ length: TRADES + 1 }, (_, index): ScriptedRecord => {
    const order = { permanentId: `O${index}` };
    return { kind: "execution", execution: anExecution({ familyId: `F${index}`, price: String(index + 1), order }) };
  });
  await play(book.store, connectionId, records);
  const { pool, heard } = listeningPool();
  const user = userOf(postgresStore({ pool }, { schema: book.schema }), "owner");
  const { items, next } = await user.trades({ limit: TRADES });
  const { items: rest } = await user.trades({ after: next ?? "" });
  expect([items.length, rest.length]).toEqual([TRADES, 1]);
  const statementsOf = async (trades: typeof items) => {
    const before = heard.length;
    await user.review({ trades: trades.map(({ id, version }) => ({ id, version })), link: { tradePlanId: "P1" } });
    return heard.slice(before);
  };
  const one = await statementsOf(rest);
  const many = await statementsOf(items);
  expect(many.length).toBe(one.length);
  const reads = many.filter(({ text }) => text.startsWith("select"));
  expect(reads.length).toBeGreaterThan(4);
  expect(Math.max(...(await rowsReadOf(book.pool, reads)))).toBeLessThan(ROWS_READ_MAX);
}, 60_000);
