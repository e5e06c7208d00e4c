import { PGlite } from "@electric-sql/pglite";
import { type Clock, systemClock } from "@fillbook/core";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { embeddedDriver } from "../src/postgres-embedded.ts";
import { asStoreError, isDataError, sqlStateOf } from "../src/postgres-errors.ts";

// Goal: PGlite is to the store what a server is. Method: a real PGlite, in memory.

let pglite: PGlite;

beforeAll(async () => {
  pglite = await PGlite.create();
}, 60_000);

afterAll(() => pglite.close());

beforeEach(async () => {
  await pglite.exec("drop table if exists facts; create table facts (fact text primary key)");
});

describe("values are the text that a server sends", () => {
  test.each([
    ["timestamptz '2026-01-05 12:00:00.123456+00'", "2026-01-05 12:00:00.123456+00"],
    ["timestamptz 'infinity'", "infinity"],
    ["1.10::numeric", "1.10"],
    ["'12345678901234567890.10'::numeric", "12345678901234567890.10"],
    ["9007199254740993::bigint", "9007199254740993"],
    ["7::integer", "7"],
    ["7::smallint", "7"],
    ["0.1::double precision", "0.1"],
    ["true", "t"],
    ["false", "f"],
    [`'{"a": 1.10,"b":[]}'::json`, '{"a": 1.10,"b":[]}'],
    [`'{"a":1.10}'::jsonb`, '{"a": 1.10}'],
    [`array['a"b', 'é\\', null, '', 'NULL']`, '{"a\\"b","é\\\\",NULL,"","NULL"}'],
    ["array[1.10, 2]", "{1.10,2}"],
    ["array[true]", "{t}"],
    ["'\\x00ff'::bytea", "\\x00ff"],
    ["'8b0a6a5e-0000-4000-8000-000000000000'::uuid", "8b0a6a5e-0000-4000-8000-000000000000"],
    ["current_schema()", "public"],
    ["pg_advisory_xact_lock(1)", ""],
    ["date '2026-01-05'", "2026-01-05"],
    ["null::timestamptz", null],
  ])("%s", async (expression, text) => {
    expect(await memory().query(`select ${expression} as value`)).toEqual([{ value: text }]);
  });

  test.each([
    ["timestamptz", "2026-01-05T12:00:00.123456Z", "2026-01-05 12:00:00.123456+00"],
    ["numeric", "1.10", "1.10"],
    ["bigint", "9007199254740993", "9007199254740993"],
    ["boolean", "on", "t"],
    ["json", '{"a": 1.10}', '{"a": 1.10}'],
    ["json", '"text"', '"text"'],
    ["text", '{"a": 1}', '{"a": 1}'],
    ["text[]", '{"a\\"b","é\\\\",NULL,"","💶"}', '{"a\\"b","é\\\\",NULL,"",💶}'],
    ["timestamptz[]", "{2026-01-05T12:00:00Z,NULL}", '{"2026-01-05 12:00:00+00",NULL}'],
    ["bytea", "\\x00ff", "\\x00ff"],
    ["text", null, null],
  ])("a parameter of %s goes in as it is: %s", async (type, parameter, text) => {
    expect(await memory().query(`select $1::${type} as value`, [parameter])).toEqual([{ value: text }]);
  });

  test("also from a database that the host has only begun to open", { timeout: 60_000 }, async () => {
    const fresh = new PGlite();
    const driver = embeddedDriver({ pglite: fresh }, { timeouts: { connectMs: 60_000 }, clock: systemClock });
    expect(await driver.query("select array['a'] as value")).toEqual([{ value: "{a}" }]);
    await fresh.close();
  });

  test("the host's own statements have the usual types", async () => {
    await memory().transaction(async ({ host }) => {
      const { rows } = await host.query("select $1::integer as number, $2::boolean as claim, $3::jsonb as json", [
        ...[1, true, { a: 1 }],
      ]);
      expect(rows).toEqual([{ number: 1, claim: true, json: { a: 1 } }]);
    });
    expect((await pglite.query("select 1 as number")).rows).toEqual([{ number: 1 }]);
  });
});

describe("a transaction", () => {
  test("is there when it resolves, with what scripts and the host wrote in it", async () => {
    const result = await memory().transaction(async ({ query, script, host }) => {
      await query("insert into facts values ($1)", ["one"]);
      await script("insert into facts values ('two'); insert into facts values ('three')");
      await host.query("insert into facts values ($1)", ["four"]);
      return query("select count(*) from facts");
    });
    expect(result).toEqual([{ count: "4" }]);
    expect(await facts()).toEqual(["four", "one", "three", "two"]);
  });

  test("writes nothing when its work throws, and throws the same", async () => {
    const thrown = new Error("no");
    const work = memory().transaction(async ({ query, host }) => {
      await query("insert into facts values ('one')");
      await host.query("insert into facts values ('two')");
      throw thrown;
    });
    await expect(work).rejects.toBe(thrown);
    expect(await facts()).toEqual([]);
  });

  test("does not pass for committed when a failure in it was swallowed", async () => {
    const work = memory().transaction(async ({ query, host }) => {
      await query("insert into facts values ('one')");
      await host.query("select 1 / 0").catch(() => undefined);
    });
    await expect(work).rejects.toMatchObject({ code: "STORE_FAILED", message: expect.stringContaining("rolled back") });
    expect(await facts()).toEqual([]);
  });

  test("is read committed whatever the session's default", async () => {
    await pglite.exec("set default_transaction_isolation = 'serializable'; set default_transaction_read_only = on");
    try {
      await memory().transaction(async ({ query }) => {
        expect(await query("show transaction_isolation")).toEqual([{ transaction_isolation: "read committed" }]);
        await query("insert into facts values ('one')");
      });
    } finally {
      await pglite.exec("reset default_transaction_isolation; reset default_transaction_read_only");
    }
    expect(await facts()).toEqual(["one"]);
  });

  test("has the session to itself", async () => {
    const driver = memory();
    const order: string[] = [];
    const others: Promise<unknown>[] = [];
    await driver.transaction(async ({ query }) => {
      const count = () => driver.query("select count(*) as seen from facts");
      others.push(count().then(([row]) => order.push(`query ${row?.seen}`)));
      others.push(driver.transaction(({ query: ask }) => ask("select 1")).then(() => order.push("transaction")));
      for (const fact of ["one", "two"]) await query("insert into facts values ($1)", [fact]);
      await systemClock.sleep(20);
      order.push("first");
    });
    await Promise.all(others);
    expect(order).toEqual(["first", "query 2", "transaction"]);
  });
});

describe("errors", () => {
  test("carry the database's code, and no values", async () => {
    const error = await memory()
      .query("select $1::text, 1 / $2::integer", ["secret", "0"])
      .catch((thrown: unknown) => thrown);
    expect(sqlStateOf(error)).toBe("22012");
    expect(isDataError(error)).toBe(true);
    expect(asStoreError(error)).toMatchObject({ code: "STORE_FAILED", cause: error });
    expect(JSON.stringify(error)).not.toContain("secret");
  });

  test("of a parameter that its type refuses are the database's", async () => {
    for (const type of ["boolean", "bigint", "timestamptz", "json", "text[]"]) {
      const error = await memory()
        .query(`select $1::${type}`, ["{maybe"])
        .catch((thrown: unknown) => thrown);
      expect(sqlStateOf(error), type).toMatch(/^22/);
    }
  });
});

describe("waits are bounded", () => {
  test("for the session: what has missed its turn never starts", async () => {
    const clock = handClock();
    const driver = memory(clock);
    let started = false;
    await driver.transaction(async ({ query }) => {
      const late = driver.transaction(async () => {
        started = true;
      });
      const refused = expect(late).rejects.toMatchObject({
        code: "STORE_FAILED",
        message: expect.stringContaining("not free within 1000 ms"),
      });
      await clock.pass(1000);
      await refused;
      await query("insert into facts values ('one')");
    });
    await driver.query("select 1");
    expect(started).toBe(false);
    expect(await facts()).toEqual(["one"]);
  });

  test("for a host that waits for its own transaction to end", async () => {
    const clock = handClock();
    const stuck = memory(clock).transaction(async ({ query }) => {
      await query("insert into facts values ('one')");
      const outside = pglite.query("select 1");
      await clock.pass(30_000);
      await clock.pass(30_000);
      await outside;
    });
    await expect(stuck).rejects.toMatchObject({
      code: "STORE_FAILED",
      message: expect.stringContaining("did nothing"),
    });
    expect(await facts()).toEqual([]);
  });

  test("but not for one that keeps asking", async () => {
    const clock = handClock();
    await memory(clock).transaction(async ({ host }) => {
      for (let round = 0; round < 4; round += 1) {
        await host.query("select 1");
        await clock.pass(30_000);
      }
    });
  });
});

describe("after close", () => {
  const closed = { code: "STORE_FAILED", message: "the store is closed" };

  test("nothing is answered, and the host's own database is still open", async () => {
    const driver = memory();
    await driver.query("select 1");
    await driver.close();
    await driver.close();
    await expect(driver.query("select 1")).rejects.toMatchObject(closed);
    await expect(driver.transaction(async () => 1)).rejects.toMatchObject(closed);
    expect(await facts()).toEqual([]);
  });
});

function memory(clock: Clock = systemClock) {
  return embeddedDriver({ pglite }, { timeouts: { connectMs: 1000 }, clock });
}

async function facts(): Promise<string[]> {
  const { rows } = await pglite.query<{ fact: string }>("select fact from facts order by fact");
  return rows.map(({ fact }) => fact);
}

/** Sleeps end only when `pass` lets their time pass. */
function handClock(): Clock & { pass(ms: number): Promise<void> } {
  let nowMs = 0;
  const sleepers = new Set<{ untilMs: number; wake: () => void }>();
  return {
    now: () => nowMs,
    sleep(ms, signal) {
      return new Promise((resolve, reject) => {
        const sleeper = { untilMs: nowMs + ms, wake: resolve };
        sleepers.add(sleeper);
        signal?.addEventListener("abort", () => reject(signal.reason));
      });
    },
    async pass(ms) {
      // Those who are about to sleep do so first, and those who wake act.
      await systemClock.sleep(5);
      nowMs += ms;
      for (const { untilMs, wake } of sleepers) if (untilMs <= nowMs) wake();
      await systemClock.sleep(5);
    },
  };
}
