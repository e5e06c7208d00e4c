import type { BookStore } from "@fillbook/core/store";
import type { Pool } from "pg";
import { describe, expect, test } from "vitest";
import { aConnection } from "../../testkit/src/suite/play.ts";
import { postgresStore } from "../src/index.ts";
import { faultBook, faultlessBook, runReport } from "./support/fault-book.ts";
import { proxiedStore } from "./support/proxied-store.ts";
import { passLeaseTime } from "./support/test-store.ts";

// Goal: a COMMIT of which nobody knows whether it took effect is safe to say again.
// Method: a proxy cuts the connection before the server sees a COMMIT or after it did; or it keeps a COMMIT for later.
// Then the book is compared with one that saw no fault.

/** Of a run: its begin, its three pages, its end. */
const commitsOfARun = [1, 2, 3, 4, 5];

describe("a COMMIT", () => {
  test.each(commitsOfARun.flatMap((commit) => [[commit, "before"] as const, [commit, "after"] as const]))(
    "number %i of a run, cut %s the server has done it, is repeated and counts once",
    async (commit, moment) => {
      const { store, proxy, faults } = await proxiedStore();
      const connectionId = await aConnection(store);
      let cut: Promise<void> | null = null;
      faults.watch({
        before() {
          if (commitsIn(faults.texts) === commit) cut ??= proxy.cutOnNextCommit(moment);
        },
      });
      const report = await runReport(store, connectionId);
      expect(cut).not.toBeNull();
      expect(proxy.counts.cutCommits).toBe(1);
      expect(commitsIn(faults.texts)).toBe(commitsOfARun.length + 1);
      const expected = await faultlessBook();
      expect([report.error, report.stats]).toEqual([null, expected.stats]);
      expect(await faultBook(store)).toEqual(expected);
    },
  );

  test("that lands after its client gave up counts once, and the next run goes on behind it", async () => {
    const { store, faults, pool, schema, fallSilent, answerAgain } = await proxiedStore();
    const connectionId = await aConnection(store);
    faults.watch({
      before() {
        if (commitsIn(faults.texts) === 3) fallSilent("hold");
      },
    });
    const report = await runReport(store, connectionId);
    expect([report.status, report.error?.code, report.stats.pages]).toEqual(["partial", "STORE_FAILED", 1]);
    const pagesOf = async () => {
      const { rows } = await pool.query(`select pages::integer from "${schema}".jobs where id = $1`, [report.jobId]);
      return rows[0].pages;
    };
    expect(await pagesOf()).toBe(1);
    faults.watch({});
    answerAgain();
    await expect.poll(pagesOf).toBe(2);
    await passLeaseTime(pool, { schema, ms: 3_600_000 });
    expect((await runReport(store, connectionId)).error).toBeNull();
    expect(await faultBook(store)).toEqual({ ...(await faultlessBook()), statuses: ["succeeded", "failed"] });
  });

  test("that lands while its repetition waits for it counts once, and both get one answer", async () => {
    const { store: proxied, proxy, faults, pool, schema } = await proxiedStore();
    const direct = postgresStore({ pool }, { schema });
    const connectionId = await aConnection(direct);
    let fired = 0;
    const hasty: BookStore = {
      ...direct,
      async commit(batch, options) {
        const held = new Promise<void>((reached) => {
          faults.watch({
            before({ text }) {
              if (text !== "commit") return;
              proxy.hold();
              reached();
            },
          });
        });
        const first = proxied.commit(batch, options);
        await held;
        const second = direct.commit(structuredClone(batch), options);
        await expect.poll(() => waitsForLeases(pool, schema)).toBe(true);
        fired += 1;
        proxy.restore();
        expect(await second).toEqual(await first);
        return first;
      },
    };
    const report = await runReport(hasty, connectionId);
    expect([report.error, fired]).toEqual([null, 3]);
    expect(await faultBook(direct)).toEqual(await faultlessBook());
  });
});

async function waitsForLeases(pool: Pool, schema: string): Promise<boolean> {
  const { rows } = await pool.query("select 1 from pg_stat_activity where wait_event_type = 'Lock' and query like $1", [
    `%"${schema}".leases%`,
  ]);
  return rows.length > 0;
}

function commitsIn(texts: readonly string[]): number {
  return texts.filter((text) => text === "commit").length;
}
