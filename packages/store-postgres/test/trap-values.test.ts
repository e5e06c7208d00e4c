import type { Json } from "@fillbook/core";
import type { ScriptedRecord } from "@fillbook/testkit";
import type { Pool } from "pg";
import { describe, expect, test } from "vitest";
import { aConnection, readAll } from "../../testkit/src/suite/play.ts";
import { fill, runReport } from "./support/fault-book.ts";
import { serverStore } from "./support/test-store.ts";

// Goal: values that PostgreSQL takes and nobody wants, or refuses and brokers send.
// Method: each through the whole engine; and those that core refuses also past it, straight into the tables.

const notNumbers = [
  "NaN",
  "Infinity",
  "-Infinity",
  "1e131071",
  "1e-16383",
  "1e400",
  "1".repeat(40),
  `0.${"1".repeat(40)}`,
];

describe("numbers", () => {
  test.each(notNumbers)("%s is no quantity and no price: a reject, and the rest is stored", async (number) => {
    const { store } = await serverStore();
    const records = [fill({}), fill({ familyId: "E2", quantity: number }), fill({ familyId: "E3", price: number })];
    const report = await runReport(store, await aConnection(store), { pages: [{ records }] });
    expect([report.error, report.stats.inserted, report.stats.rejected]).toEqual([null, 1, 2]);
  });

  test("the tables refuse what is no finite number even past core", async () => {
    const { pool, schema } = await filledTables();
    for (const number of ["NaN", "Infinity", "-Infinity"]) {
      const columns = ["executions.quantity", "executions.price", "executions.multiplier", "executions.order_quantity"];
      for (const column of [...columns, "trades.quantity", "trades.average_price"]) {
        expect(await refusal(pool, { schema, column, number }), `${column} = ${number}`).toBe("23514");
      }
    }
    for (const number of ["0", "-1"]) {
      expect(await refusal(pool, { schema, column: "executions.quantity", number })).toBe("23514");
    }
  });

  test("42 digits come back digit for digit, alone and summed", async () => {
    const { store } = await serverStore();
    const longest = `${"9".repeat(24)}.${"9".repeat(18)}`;
    const records = [fill({ quantity: longest }), fill({ familyId: "E2", quantity: longest })];
    await runReport(store, await aConnection(store), { pages: [{ records }] });
    const executions = await readAll((after) => store.executions("owner", after));
    expect(executions.map(({ quantity }) => quantity)).toEqual([longest, longest]);
    const [trade] = (await store.trades("owner", {})).items;
    expect(trade?.quantity).toBe(`1${"9".repeat(24)}.${"9".repeat(17)}8`);
  });
});

describe("raw records", () => {
  const raws: Readonly<Record<string, Json>> = {
    "NUL characters": { "a\u0000key": "a\u0000value" },
    "lone surrogates": { "\ud800": "\udfff", pair: "😀" },
    "31 levels": Array.from({ length: 29 }).reduce<Json>((inner) => [inner], { deep: true }),
    "60 kB": { text: "é".repeat(25_000), more: "x".repeat(9_000) },
    "keys of prototypes": JSON.parse('{"__proto__": {"polluted": 1}, "constructor": 2, "toString": 3}'),
    "numbers beyond floats": { big: 1e308, small: 5e-324, zero: 0, many: 0.1 },
    "array literals": { text: '{"a\\"b",NULL}', slash: "\\", quote: '"', comma: ",", empty: "" },
    "keys in their order": { b: 1, a: 2, "10": 3 },
  };

  test.each(Object.keys(raws))("%s come back as they were", async (name) => {
    const { store } = await serverStore();
    const record = { ...fill({}), extra: raws[name] ?? null };
    const report = await runReport(store, await aConnection(store), { pages: [{ records: [record] }] });
    expect([report.error, report.stats.inserted]).toEqual([null, 1]);
    const [stored] = (await store.executions("owner", {})).items;
    expect(JSON.stringify(stored?.raw)).toBe(JSON.stringify(record));
  });

  test.each(Object.keys(raws))("%s come back from a reject as they were", async (name) => {
    const { store, pool, schema } = await serverStore();
    const record: ScriptedRecord = { kind: "rejected", reason: "a\u0000reason \ud800", raw: raws[name] ?? null };
    const report = await runReport(store, await aConnection(store), { pages: [{ records: [record] }] });
    expect([report.error, report.stats.rejected]).toEqual([null, 1]);
    const { rows } = await pool.query(`select raw::text as raw from "${schema}".rejects`);
    expect(rows).toEqual([{ raw: JSON.stringify(record) }]);
  });

  test("of 100,000 levels is a reject, and the rest is stored", async () => {
    const { store } = await serverStore();
    const deep = Array.from({ length: 100_000 }).reduce<Json>((inner) => [inner], null);
    const records: ScriptedRecord[] = [fill({}), { kind: "rejected", reason: "deep", raw: deep }];
    const report = await runReport(store, await aConnection(store), { pages: [{ records }] });
    expect([report.error, report.stats.inserted, report.stats.rejected]).toEqual([null, 1, 1]);
  });
});

test("ids with NUL characters and lone surrogates are rejects, and the rest is stored", async () => {
  const { store } = await serverStore();
  const poison = ["a\u0000b", "\ud800", "x".repeat(201)];
  const records = [fill({}), ...poison.flatMap((id) => [fill({ familyId: id }), fill({ familyId: "E", account: id })])];
  const report = await runReport(store, await aConnection(store), { pages: [{ records }] });
  expect([report.error, report.stats.inserted, report.stats.rejected]).toEqual([null, 1, 2 * poison.length]);
});

test("cursors and settings hold any JSON", async () => {
  const { store } = await serverStore();
  const cursor = { "a\u0000": ["\ud800", 1e308, "'\"\\"], page: 1 };
  const settings = { "b\u0000": "\udfff" };
  const described = await aConnection(store, { settings });
  expect((await store.connection("owner", described))?.settings).toEqual(settings);
  await runReport(store, await aConnection(store), { pages: [{ records: [fill({})], cursor }] });
  const [job] = (await store.jobs("owner", {})).items;
  expect(job?.cursorAfter).toEqual(cursor);
});

async function filledTables() {
  const { store, pool, schema } = await serverStore();
  await runReport(store, await aConnection(store), { pages: [{ records: [fill({})] }] });
  return { pool, schema };
}

/** The SQLSTATE with which a table refuses a number, written past the store. */
async function refusal(
  pool: Pool,
  { schema, column, number }: { schema: string; column: string; number: string },
): Promise<string | null> {
  const [table, name] = column.split(".");
  return pool.query(`update "${schema}".${table} set ${name} = $1::numeric`, [number]).then(
    () => null,
    (error: { code: string }) => error.code,
  );
}
