import { aCancel, type ScriptedRecord } from "@fillbook/testkit";
import { expect, test } from "vitest";
import { aConnection } from "../../testkit/src/suite/play.ts";
import { postgresStore } from "../src/index.ts";
import { faultBook, faultlessBook, fill, runReport } from "./support/fault-book.ts";
import { faultPool } from "./support/fault-pool.ts";
import { serverStore } from "./support/test-store.ts";

// Goal: writers of the same rows never see each other's errors, and never wait for each other in a circle.
// Method: two workers with pools of their own write the same fills at the same time, in many rounds; a transaction that
// collided would show as a rollback.

const ROUNDS = 25;

test("every kind of record twice in one page is written once", async () => {
  const { store } = await serverStore();
  const once: ScriptedRecord[] = [
    ...[fill({}), fill({ revision: 2, price: "101" }), fill({ familyId: "E2", aliases: ["trade:7", "transaction:8"] })],
    ...[fill({ familyId: "E3" }), fill({ familyId: "E3", price: "99" })],
    { kind: "cancel", cancel: aCancel({ familyId: "E2", aliases: ["trade:7"] }) },
    { kind: "cancel", cancel: aCancel({ familyId: "E9" }) },
    ...([{ kind: "broken" }, { kind: "rejected", reason: "no price", raw: 1 }] as const),
  ];
  const pages = [{ records: [...once, ...once].reverse() }, { records: once }];
  const report = await runReport(store, await aConnection(store), { pages });
  expect([report.error, report.stats.duplicates]).toEqual([null, 2 * once.length]);
  expect(await faultBook(store)).toEqual(await faultlessBook({ pages }));
});

test("two connections that tell the same new fills at the same time store each of them once", async () => {
  const { workers } = await twoWorkers();
  for (let round = 0; round < ROUNDS; round += 1) {
    const records = someFills(round);
    const reports = await Promise.all(workers.map((run) => run([{ records }])));
    expect(reports.map(({ error }) => error)).toEqual([null, null]);
    const [inserted, duplicates] = [sumOf(reports, "inserted"), sumOf(reports, "duplicates")];
    expect([inserted, duplicates]).toEqual([records.length, records.length]);
  }
});

test("two connections that write the same accounts in opposite orders need no second attempt", async () => {
  const { workers, rollbacks, store } = await twoWorkers();
  for (let round = 0; round < ROUNDS; round += 1) {
    const records = someFills(round);
    const orders = [records, [...records].reverse()];
    const reports = await Promise.all(workers.map((run, index) => run([{ records: orders[index] ?? [] }])));
    expect(reports.map(({ error }) => error)).toEqual([null, null]);
    expect(sumOf(reports, "inserted")).toBe(records.length);
  }
  expect(rollbacks()).toBe(0);
  const pages = [{ records: Array.from({ length: ROUNDS }, (_, round) => someFills(round)).flat() }];
  expect((await faultBook(store)).state).toEqual((await faultlessBook({ pages })).state);
});

/** Fills of two accounts in turn; rounds share orders, so that trades are rewritten, too. */
function someFills(round: number): ScriptedRecord[] {
  return Array.from({ length: 12 }, (_, index) =>
    fill({ familyId: `E${round}-${index}`, account: `A${index % 2}`, order: { permanentId: `O${index % 3}` } }),
  );
}

/** Two workers with a connection each to one owner's accounts. */
async function twoWorkers() {
  const { schema, store } = await serverStore();
  const pools = [faultPool(), faultPool()];
  for (const pool of pools) pool.watch({});
  const workers = await Promise.all(
    pools.map(async ({ pool }) => {
      const own = postgresStore({ pool }, { schema });
      const connectionId = await aConnection(own);
      let told = 0;
      return (pages: readonly { readonly records: readonly ScriptedRecord[] }[]) => {
        // The cursor is the number of the next page.
        const before = Array.from({ length: told }, () => ({ records: [] }));
        told += pages.length;
        return runReport(own, connectionId, { pages: [...before, ...pages] });
      };
    }),
  );
  const rollbacks = () => pools.flatMap(({ texts }) => texts).filter((text) => text === "rollback").length;
  return { workers, rollbacks, store };
}

function sumOf<Name extends string>(
  reports: readonly { readonly stats: Readonly<Record<Name, number>> }[],
  name: Name,
) {
  return reports.reduce((sum, { stats }) => sum + stats[name], 0);
}
