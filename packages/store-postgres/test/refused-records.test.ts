import { createFillbook } from "@fillbook/core";
import { aCancel, type ScriptedRecord, scripted } from "@fillbook/testkit";
import type { Pool } from "pg";
import { describe, expect, test } from "vitest";
import { aConnection, readAll } from "../../testkit/src/suite/play.ts";
import { postgresStore } from "../src/index.ts";
import { faultBook, faultlessBook, fill, runReport } from "./support/fault-book.ts";
import { faultPool } from "./support/fault-pool.ts";
import { serverStore } from "./support/test-store.ts";

// Goal: a record that only the database refuses does not hold up its page.
// Method: constraints of the test's own refuse what core lets pass; and, without any help, keys that are too long for an
// index. Transactions are counted, as each of them is one more rehearsal of the page.

const SIZE = 200;

describe("a refused record", () => {
  test("becomes one reject with its reason, and the rest of its page is stored", async () => {
    const { store, faults, connectionId } = await strictStore();
    const records = aPage({ poison: [77] });
    faults.watch({});
    const report = await runReport(store, connectionId, { pages: [{ records }] });
    const transactions = faults.texts.filter((text) => text.startsWith("begin")).length;
    expect([report.status, report.error, report.cursorAfter]).toEqual(["partial", null, { page: 1 }]);
    expect(report.stats).toMatchObject({ fetched: SIZE, inserted: SIZE - 1, rejected: 1 });
    const rejects = await readAll((after) => store.problems("owner", { kind: "reject", ...after }));
    expect(rejects.map(({ message }) => message)).toEqual([expect.stringContaining("23514")]);
    // The page itself, the page without any record, a path to one of 200 with both halves at each step, and the rest.
    const rehearsals = 2 + 2 * Math.ceil(Math.log2(SIZE)) + 1;
    const beginAndEnd = 2;
    expect(transactions).toBeLessThanOrEqual(beginAndEnd + 1 + rehearsals);
    expect(await store.job("owner", report.jobId)).toMatchObject({ status: "partial", stats: report.stats });
  });

  test("is a duplicate when its page comes again", async () => {
    const { store, faults, connectionId, schema } = await strictStore();
    const records = aPage({ poison: [0, SIZE - 1] });
    await runReport(store, connectionId, { pages: [{ records }] });
    const before = await rowsOf(faults.pool, schema);
    const again = await runReport(store, connectionId, { pages: [{ records: [] }, { records }] });
    expect(again.error).toBeNull();
    expect(again.stats).toMatchObject({ fetched: SIZE, duplicates: SIZE, rejected: 0, inserted: 0 });
    expect(await rowsOf(faults.pool, schema)).toEqual(before);
    expect(before.rejects.length).toBe(2);
  });

  test.each([2, 3, 50])("times %i is so many rejects", async (count) => {
    const { store, connectionId } = await strictStore();
    const poison = Array.from({ length: count }, (_, index) => index * Math.floor(SIZE / count));
    const report = await runReport(store, connectionId, { pages: [{ records: aPage({ poison }) }] });
    expect(report.stats).toMatchObject({ inserted: SIZE - count, rejected: count });
    const rejects = await readAll((after) => store.problems("owner", { kind: "reject", ...after }));
    expect(rejects.length).toBe(count);
  });

  test("times 51 is a fault of the tables: STORE_FAILED, and nothing is written", async () => {
    const { store, faults, connectionId, schema } = await strictStore();
    const poison = Array.from({ length: 51 }, (_, index) => index * 3);
    const before = await rowsOf(faults.pool, schema);
    const report = await runReport(store, connectionId, { pages: [{ records: aPage({ poison }) }] });
    expect(report).toMatchObject({ status: "failed", cursorAfter: null, error: { code: "STORE_FAILED" } });
    expect(report.error?.message).toContain("23514");
    expect(await rowsOf(faults.pool, schema)).toEqual(before);
    expect(await store.job("owner", report.jobId)).toMatchObject({ status: "failed", cursorAfter: null });
  });

  test("may be a cancel", async () => {
    const { store, connectionId } = await strictStore();
    const cancels: ScriptedRecord[] = ["E1", "POISON", "E3"].map((familyId) => {
      return { kind: "cancel", cancel: aCancel({ familyId }) };
    });
    const records = [...aPage({ poison: [5] }), ...cancels];
    const report = await runReport(store, connectionId, { pages: [{ records }] });
    expect(report.error).toBeNull();
    expect(report.stats).toMatchObject({ inserted: SIZE - 1, canceled: 2, rejected: 2, fetched: SIZE + 3 });
  });

  test("stays a reject when it is read again, until the tables take it", async () => {
    const { store, faults, connectionId, schema } = await strictStore();
    await runReport(store, connectionId, { pages: [{ records: aPage({ poison: [3] }).slice(0, 10) }] });
    const credentials = async () => null;
    const user = createFillbook({ store, connectors: [scripted({ pages: [] })], credentials }).forUser("owner");
    const reprocess = () => user.reprocessRejects({ connectionId });
    expect(await reprocess()).toMatchObject({ error: null, stats: { fetched: 1, duplicates: 1 } });
    expect((await store.openRejects("owner", { connectionId })).items.length).toBe(1);
    expect((await store.problems("owner", { kind: "reject" })).items.length).toBe(1);
    const checks = `select conname from pg_constraint where conrelid = '"${schema}".executions'::regclass
      and pg_get_constraintdef(oid) like '%POISON%'`;
    const { rows } = await faults.pool.query(checks);
    await faults.pool.query(`alter table "${schema}".executions drop constraint "${rows[0].conname}"`);
    expect(await reprocess()).toMatchObject({ error: null, stats: { fetched: 1, inserted: 1 } });
    expect((await store.openRejects("owner", { connectionId })).items.length).toBe(0);
    expect((await store.problems("owner", { kind: "reject" })).items.length).toBe(0);
  });

  test("leaves the book as if the broker had told a record that nobody can read", async () => {
    const { store, connectionId } = await strictStore();
    const records = aPage({ poison: [3] }).slice(0, 10);
    await runReport(store, connectionId, { pages: [{ records }] });
    const { state, stats } = await faultBook(store);
    const readable = records.filter((_, index) => index !== 3);
    const expected = await faultlessBook({ pages: [{ records: readable }] });
    expect({ ...(state as object), problems: [] }).toEqual(expected.state);
    expect(stats).toEqual({ ...expected.stats, fetched: 10, rejected: 1 });
  });
});

describe("keys too long for an index", () => {
  // Nine bytes a character once it is part of a key, and nothing in it to compress.
  const long = (seed: number) =>
    String.fromCodePoint(
      ...Array.from({ length: 200 }, (_, index) => 0x4e00 + ((index * 7919 + seed * 104_729) % 20_900)),
    );

  test("make one reject, and the rest of the page is stored", async () => {
    const { store, connectionId } = await strictStore();
    const tooLong = fill({
      ...{ account: long(1), familyId: long(2), executionId: long(2) },
      aliases: [`trade:${long(3)}`, `transaction:${long(4)}`],
      order: { permanentId: long(5) },
      instrument: { symbol: long(6), rawSymbol: long(6) },
    });
    const report = await runReport(store, connectionId, {
      pages: [{ records: [fill({}), tooLong, fill({ familyId: "E2" })] }],
    });
    expect(report.error).toBeNull();
    expect(report.stats).toMatchObject({ inserted: 2, rejected: 1 });
    const rejects = await readAll((after) => store.problems("owner", { kind: "reject", ...after }));
    expect(rejects.map(({ message }) => message)).toEqual([expect.stringContaining("54000")]);
  });

  test("are not those of 200 plain characters", async () => {
    const { store, connectionId } = await strictStore();
    const plain = (letter: string) => `${letter}-`.repeat(100);
    const longest = fill({
      ...{ account: plain("a"), familyId: plain("f"), executionId: plain("f") },
      aliases: [`trade:${plain("t")}`, `transaction:${plain("n")}`],
      order: { permanentId: plain("o"), reference: plain("r"), clientId: plain("c"), orderId: plain("d") },
      instrument: { symbol: plain("s"), rawSymbol: plain("s"), conid: plain("i"), exchange: plain("x") },
    });
    const report = await runReport(store, connectionId, { pages: [{ records: [longest] }] });
    expect(report.stats).toMatchObject({ inserted: 1, rejected: 0 });
  });
});

/** Distinct fills; those at these places are poison to the tables only. */
function aPage({ poison }: { poison: readonly number[] }): ScriptedRecord[] {
  return Array.from({ length: SIZE }, (_, index) => {
    const symbol = poison.includes(index) ? "POISON" : "AAPL";
    return fill({ familyId: `E${index}`, order: { permanentId: `O${index % 7}` }, instrument: { symbol } });
  });
}

/** A store whose tables refuse what is called POISON. */
async function strictStore() {
  const { schema, pool } = await serverStore();
  await pool.query(`alter table "${schema}".executions add check (symbol <> 'POISON')`);
  await pool.query(`alter table "${schema}".cancels add check (family_key not like '%POISON')`);
  const faults = faultPool();
  const store = postgresStore({ pool: faults.pool }, { schema });
  return { store, faults, schema, connectionId: await aConnection(store) };
}

async function rowsOf(pool: Pool, schema: string) {
  const read = async (table: string) =>
    (await pool.query(`select xmin::text, ctid::text from "${schema}".${table} order by 2`)).rows;
  return { executions: await read("executions"), rejects: await read("rejects"), problems: await read("problems") };
}
