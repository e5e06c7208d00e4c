import { inspect } from "node:util";
import { instant } from "@fillbook/core";
import { anExecution } from "@fillbook/testkit";
import { expect, test } from "vitest";
import { aConnection, playPages } from "../../testkit/src/suite/play.ts";
import { faultPages, runReport } from "./support/fault-book.ts";
import { rowVersions } from "./support/row-versions.ts";
import { serverStore, type TestStore } from "./support/test-store.ts";

// Goal: what must hold for every book holds in the tables themselves, not only in what the store reads from them.
// Method: histories with corrections, conflicts, cancels and rejects; then SQL of the test's own.

test("a repeated import leaves every version of every row as it is", async () => {
  const played = await playedBook();
  const before = await bookVersions(played);
  // Another connection tells the same account from its start.
  const again = await runReport(played.store, await aConnection(played.store));
  expect(again.error).toBeNull();
  expect(again.stats).toMatchObject({ inserted: 0, updated: 0, corrected: 0, conflicts: 0, tradesTouched: 0 });
  const [rejectsBefore, rejectsAfter] = [before.rejects?.length ?? 0, (await bookVersions(played)).rejects?.length];
  // A reject belongs to its connection: the other one has its own, and an event of its making.
  expect(rejectsAfter).toBe(rejectsBefore * 2);
  const { rejects: _, audit_events: __, problems, ...rest } = await bookVersions(played);
  expect({ ...rest, problems: problems?.slice(0, before.problems?.length) }).toEqual(
    Object.fromEntries(Object.entries(before).filter(([table]) => table !== "rejects" && table !== "audit_events")),
  );
});

test("a page that comes again on its own connection writes no row but its job and its lease", async () => {
  const played = await playedBook();
  const before = await bookVersions(played);
  const pages = [...faultPages, ...faultPages];
  const again = await runReport(played.store, played.connectionId, { pages });
  expect([again.error, again.stats.duplicates, again.stats.fetched]).toEqual([null, 10, 11]);
  expect(await bookVersions(played)).toEqual(before);
});

test("the sum over trades is the sum over canonical executions, for each account, symbol and side", async () => {
  const { pool, schema } = await playedBook();
  const sums = (table: string, symbol: string, where: string) =>
    pool.query(
      `select owner, account, ${symbol} as symbol, side, sum(quantity)::text as quantity, count(*)::integer as rows
         from "${schema}".${table} where ${where} group by 1, 2, 3, 4 order by 1, 2, 3, 4`,
    );
  const trades = await sums("trades", "symbol", "quantity > 0");
  const executions = await sums("executions", "symbol", "canonical");
  const without = (rows: readonly { rows: number }[]) => rows.map(({ rows: _, ...sum }) => sum);
  expect(without(trades.rows)).toEqual(without(executions.rows));
  expect(executions.rows[0]?.rows).toBeGreaterThan(1);
});

test("a family has one canonical execution, or none when all of it is canceled", async () => {
  const { pool, schema } = await playedBook();
  const { rows } = await pool.query(
    `select family_key, count(*) filter (where canonical)::integer as canonical, bool_and(voided) as voided
       from "${schema}".executions group by owner, family_key order by 1`,
  );
  for (const family of rows) expect(family.canonical).toBe(family.voided ? 0 : 1);
  expect(new Set(rows.map(({ voided }) => voided))).toEqual(new Set([true, false]));
});

test("no record is changed or lost once it is stored, whatever the broker corrects", async () => {
  const { store, pool, schema } = await serverStore();
  await pool.query(`
    create function "${schema}".refuse() returns trigger language plpgsql as $$ begin
      raise exception 'a record was touched';
    end $$;
    create trigger refuse before update or delete or truncate on "${schema}".execution_raws
      for each statement execute function "${schema}".refuse()`);
  const connectionId = await aConnection(store);
  expect((await runReport(store, connectionId)).error).toBeNull();
  const again = await runReport(store, connectionId, { pages: [...faultPages, ...[...faultPages].reverse()] });
  expect(again.error).toBeNull();
  const { rows } = await pool.query(
    `select count(*)::integer as raws, (select count(*)::integer from "${schema}".executions) as executions
       from "${schema}".execution_raws join "${schema}".executions using (row_id, owner)`,
  );
  expect(rows[0].raws).toBe(rows[0].executions);
  await expect(pool.query(`update "${schema}".execution_raws set raw = '1'`)).rejects.toThrow(/touched/);
});

test("no row of one owner names a row of another", async () => {
  const played = await playedBook();
  const { store, pool, schema } = played;
  for (const owner of ["mallory", "trent"]) {
    expect((await runReport(store, await aConnection(store, { owner }))).error).toBeNull();
  }
  const references: readonly (readonly [string, string, string, string])[] = [
    ...["executions", "cancels", "rejects", "trades", "problems", "jobs", "leases"].map(
      (table) => [table, "connection_id", "connections", "id"] as const,
    ),
    ...["executions", "cancels", "rejects", "problems"].map((table) => [table, "job_id", "jobs", "id"] as const),
    ["trades", "last_job_id", "jobs", "id"],
    ["executions", "trade_id", "trades", "id"],
    ["execution_raws", "row_id", "executions", "row_id"],
    ["execution_aliases", "family_key", "executions", "family_key"],
    ["cancel_names", "cancel_key", "cancels", "cancel_key"],
    ...["executions", "cancels", "rejects"].map(
      (table) => [table, "context_hash", "contexts", "context_hash"] as const,
    ),
  ];
  for (const [table, column, target, key] of references) {
    const { rows } = await pool.query(
      `select count(*)::integer as rows, count(distinct owner)::integer as owners,
              count(*) filter (where not exists (select from "${schema}".${target} as named
                where named.${key} = one.${column} and named.owner = one.owner))::integer as strays
         from "${schema}".${table} as one where ${column} is not null`,
    );
    expect(rows[0], `${table}.${column}`).toMatchObject({ owners: 3, strays: 0 });
  }
});

test("an answer of a later moment writes nothing, and one of an earlier moment its moment alone", async () => {
  const played = await serverStore();
  const connectionId = await aConnection(played.store);
  const records = [fill("E1", "100"), fill("E2", "100"), fill("E1", "7")];
  const answer = (minute: number) => {
    return playPages(played.store, connectionId, [{ records, reportedAt: instant(`2026-01-06T10:1${minute}:00Z`) }]);
  };
  expect((await answer(5)).stats).toMatchObject({ inserted: 2, conflicts: 1 });
  const before = await bookVersions(played);
  expect((await answer(6)).stats).toMatchObject({ duplicates: 3, tradesTouched: 0 });
  expect(await bookVersions(played)).toEqual(before);
  expect((await answer(4)).stats).toMatchObject({ duplicates: 3, tradesTouched: 0 });
  const { executions: written, problems: reworded, ...others } = await bookVersions(played);
  const { executions, problems, ...untouched } = before;
  expect(others).toEqual(untouched);
  expect([written?.length, reworded?.length]).toEqual([executions?.length, problems?.length]);
  expect(written?.filter((row) => executions?.includes(row))).toEqual([]);
});

function fill(familyId: string, price: string) {
  return { kind: "execution" as const, execution: anExecution({ familyId, price }) };
}

async function playedBook(): Promise<TestStore & { readonly connectionId: string }> {
  const played = await serverStore();
  const connectionId = await aConnection(played.store);
  expect((await runReport(played.store, connectionId)).error).toBeNull();
  return { ...played, connectionId };
}

/** The versions of all that a book is: without the tables that say how it came to be. */
async function bookVersions({ pool, schema }: TestStore): Promise<Readonly<Record<string, readonly string[]>>> {
  const { connections, leases, jobs, steps, ...book } = await rowVersions(pool, schema);
  return book;
}

test("a refusal's cause does not quote the row", async () => {
  const { store, pool, schema } = await serverStore();
  const connectionId = await aConnection(store);
  await pool.query(`alter table "${schema}".jobs add constraint poison check (mode <> 'manual')`);
  const begun = store.beginRun({ connectionId, mode: "manual", window: {}, leaseMs: 1000 });
  const error: Error = await begun.then(
    () => new Error("it was not refused"),
    (thrown: Error) => thrown,
  );
  expect(error).toMatchObject({ code: "STORE_FAILED", cause: { code: "23514" } });
  expect(inspect(error, { depth: 5 })).not.toContain(connectionId);
});
