import assert from "node:assert/strict";
import { ingest } from "@fillbook/core";
import type { BookStore } from "@fillbook/core/store";
import { aCancel, anExecution } from "../an-execution.ts";
import { fakeClock } from "../fake-clock.ts";
import { type ScriptedPage, scripted } from "../scripted.ts";
import { failAt } from "./fail-at.ts";
import { aConnection, ranReport, stateOf } from "./play.ts";
import type { StoreSuiteOptions } from "./store-suite-options.ts";

const LEASE_MS = 1000;

/** Runs that die anywhere: the next one finishes, and the state is the one of a run that never died. */
export function storeCrashSuite({ test, makeStore, passTime }: StoreSuiteOptions): void {
  test("crash: a run that dies after page k and the next one finish together, for every k", async () => {
    const whole = await makeStore();
    await runUntilDone(whole, await aConnection(whole));
    const expected = await stateOf(whole);
    for (let died = 1; died < pages.length; died += 1) {
      const store = await makeStore();
      const connectionId = await aConnection(store);
      const cut = [...pages.slice(0, died), { error: new Error("the broker went away") }];
      const report = await run(store, connectionId, cut);
      assert.equal(report.status, "partial");
      assert.equal(report.stats.pages, died);
      await runUntilDone(store, connectionId);
      assert.deepEqual(await stateOf(store), expected);
    }
  });

  test("crash: whichever store call fails, before or after it took effect, the next runs converge", async () => {
    const whole = await makeStore();
    await runUntilDone(whole, await aConnection(whole));
    const expected = await stateOf(whole);
    for (const moment of ["before", "after"] as const) {
      let fired = true;
      for (let call = 1; fired; call += 1) {
        const store = await makeStore();
        const connectionId = await aConnection(store);
        const failing = failAt(store, { call, moment });
        await run(failing.store, connectionId, pages).catch((error: unknown) =>
          assert.equal((error as { code?: string }).code, "STORE_FAILED"),
        );
        fired = failing.fired();
        // The process may have died there: nobody closed the job, so its lease has to run out.
        await passTime(LEASE_MS + 100);
        await runUntilDone(store, connectionId);
        assert.deepEqual(await stateOf(store), expected, `store call ${call} failed ${moment} it took effect`);
        const running = await store.jobs("owner", { status: "running" });
        assert.equal(running.items.length, 0);
        assert.ok(call < 100, "the loop must come to an end");
      }
    }
  });

  test("crash: an aborted run ends as partial with ABORTED and lets the next one start", async () => {
    const store = await makeStore();
    const connectionId = await aConnection(store);
    const aborter = new AbortController();
    const onEvent = (event: { type: string }) => event.type === "run.progress" && aborter.abort();
    const shared = {
      store,
      connectors: [scripted({ pages })],
      connectionId,
      mode: "manual",
      clock: fakeClock(),
      leaseMs: LEASE_MS,
    } as const;
    const report = ranReport(
      await ingest({ ...shared, credentials: async () => ({ token: "t" }), signal: aborter.signal, onEvent }),
    );
    assert.equal(report.status, "partial");
    assert.equal(report.error?.code, "ABORTED");
    assert.equal(report.stats.pages, 1);
    const next = await run(store, connectionId, pages);
    assert.deepEqual([next.error, next.stats.pages], [null, pages.length - 1]);
  });
}

const pages: readonly ScriptedPage[] = [
  { records: [fill({ familyId: "E1" }), fill({ familyId: "E2", price: "101" })] },
  {
    records: [
      fill({ familyId: "E1", revision: 2, price: "102", aliases: ["transaction:5"], sequence: "5" }),
      { kind: "broken" },
    ],
  },
  {
    records: [
      { kind: "cancel", cancel: aCancel({ aliases: ["transaction:5"], sequence: "9" }) },
      fill({ familyId: "E3" }),
    ],
  },
  {
    records: [
      fill({ familyId: "E3", fees: [{ amount: "1", currency: "USD" }] }),
      fill({ familyId: "E2", price: "99" }),
    ],
  },
];

function fill(details: Parameters<typeof anExecution>[0]) {
  return { kind: "execution", execution: anExecution(details) } as const;
}

async function run(store: BookStore, connectionId: string, script: readonly ScriptedPage[]) {
  const options = {
    store,
    connectors: [scripted({ pages: script })],
    connectionId,
    mode: "manual",
    clock: fakeClock(),
    leaseMs: LEASE_MS,
  } as const;
  return ranReport(await ingest({ ...options, credentials: async () => ({ token: "t" }) }));
}

async function runUntilDone(store: BookStore, connectionId: string): Promise<void> {
  const report = await run(store, connectionId, pages);
  assert.equal(report.error, null);
}
