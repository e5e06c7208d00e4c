import { createFillbook, type Fillbook, type IngestReport, instantFromUnixMs } from "@fillbook/core";
import type { AnyConnector } from "@fillbook/core/connector";
import { anExecution, scripted, scriptedPage } from "@fillbook/testkit";
import { expect, onTestFinished, test } from "vitest";
import { aConnection } from "../../testkit/src/suite/play.ts";
import { postgresStore } from "../src/index.ts";
import { testPool } from "./support/database.ts";
import { serverStore } from "./support/test-store.ts";

// Goal: workers that share nothing but the database never fetch one connection twice, and miss none.
// Method: two books on two pools of one schema, as two processes have them, triggered all at once.

/** Two processes on one database; their connector waits until it is let go. */
async function twoProcesses() {
  const { store, schema } = await serverStore();
  const pool = testPool();
  onTestFinished(() => pool.end());
  let pulls = 0;
  let open = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  const connector: AnyConnector = {
    ...scripted({ pages: [] }),
    async *pull() {
      pulls += 1;
      await opened;
      const familyId = `E${pulls}`;
      yield scriptedPage({ records: [{ kind: "execution", execution: anExecution({ familyId }) }] }, pulls);
    },
  };
  const options = { connectors: [connector], credentials: async () => ({ token: "t" }) };
  const [first, second] = [store, postgresStore({ pool }, { schema })].map((one) =>
    createFillbook({ store: one, ...options }),
  );
  if (first === undefined || second === undefined) throw new Error("two stores make two books");
  return { store, bookOf: (place: number) => (place % 2 === 0 ? first : second), open, pulls: () => pulls };
}

test("20 overlapping manual and scheduled triggers of two processes make one fetch", async () => {
  const { store, bookOf, open, pulls } = await twoProcesses();
  const connectionId = await aConnection(store);
  const ended: (IngestReport | null)[] = [];
  const trigger = async (book: Fillbook<readonly AnyConnector[]>, isScheduled: boolean) => {
    if (isScheduled) return (await book.ingestDue())[0]?.report ?? null;
    return book.forUser("owner").syncNow(connectionId);
  };
  await Promise.all(
    Array.from({ length: 20 }, async (_, place) => {
      ended.push(await trigger(bookOf(place), place % 3 === 0));
      // The run that has the lease waits for all the others.
      if (ended.length === 19) open();
    }),
  );
  expect(pulls()).toBe(1);
  expect(ended.filter((report) => report?.status === "succeeded")).toHaveLength(1);
  expect((await store.jobs("owner", {})).items).toHaveLength(1);
});

test("20 follow-ups that two processes ask for at once are one run", async () => {
  const { store, bookOf, open, pulls } = await twoProcesses();
  const connectionId = await aConnection(store);
  const first = bookOf(0).forUser("owner").syncNow(connectionId);
  while (pulls() === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  const after = instantFromUnixMs(Date.now() + 60_000);
  const asked = await Promise.all(
    Array.from({ length: 20 }, (_, place) => bookOf(place).forUser("owner").syncNow(connectionId, { after })),
  );
  for (const report of asked) expect(report).toMatchObject({ status: "skipped", followUp: true });
  open();
  await first;
  const ticks = await Promise.all(Array.from({ length: 8 }, (_, place) => bookOf(place).ingestDue()));
  expect(ticks.flat()).toMatchObject([{ connectionId, report: { status: "succeeded" } }]);
  expect((await store.jobs("owner", {})).items).toHaveLength(2);
});

test("claims: workers that claim at once share what is due without a double, and owners take turns", async () => {
  const { store } = await serverStore();
  const ids: string[] = [];
  for (let place = 0; place < 60; place += 1) ids.push(await aConnection(store, { owner: `owner ${place % 3}` }));
  const claims = await Promise.all(Array.from({ length: 8 }, () => store.claimDue({ limit: 10, leaseMs: 60_000 })));
  expect(claims.flat().sort()).toEqual([...ids].sort());
});
