import assert from "node:assert/strict";
import { inspect } from "node:util";
import type { FillbookEvent } from "@fillbook/core";
import { watchCoverage } from "./connector-coverage.ts";
import { normalizeIsTotal } from "./connector-normalize.ts";
import { timedAhead } from "./connector-reported.ts";
import type { ConnectorSuiteOptions } from "./connector-suite-options.ts";
import { connectorTruthSuite } from "./connector-truth-suite.ts";
import { makeWorld } from "./connector-world.ts";
import { failAt } from "./fail-at.ts";
import { stateOf } from "./play.ts";

/**
 * Proves a connector against its simulated broker: a whole import, a repeated one, runs that die anywhere, budgets, aborts,
 * records that are bent, credentials that are refused, and no secret anywhere. Given `expected` it also compares fills and
 * positions with the broker's record. Run it on yours.
 */
export function testConnector(options: ConnectorSuiteOptions): void {
  connectorRunsSuite(options);
  connectorTruthSuite(options);
}

function connectorRunsSuite(options: ConnectorSuiteOptions): void {
  const { test, executions } = options;
  test("connector: an import stores every fill once, and another one adds nothing", async () => {
    await using world = await makeWorld(options);
    const report = await world.run();
    assert.deepEqual([report.error, report.status], [null, "succeeded"]);
    assert.equal(report.stats.inserted, executions, `${report.stats.inserted} of ${executions} fills are stored`);
    assert.equal(report.stats.conflicts, 0, "no two reports of one version of a fill contradict each other");
    const before = await stateOf(world.store);
    const again = await world.run();
    assert.equal(again.error, null);
    assert.equal(again.stats.inserted + again.stats.updated + again.stats.corrected + again.stats.conflicts, 0);
    assert.deepEqual(await stateOf(world.store), before);
  });

  test("connector: runs with a budget of two pages come to the same end", async () => {
    const expected = await wholeState(options);
    await using world = await makeWorld(options);
    let runs = 0;
    for (let more = true; more; runs += 1) {
      assert.ok(runs < 1000, "the runs must come to an end");
      const report = await world.run({ budget: { pages: 2 } });
      assert.equal(report.error, null);
      more = report.more;
    }
    assert.ok(runs > 1, "the account's history takes several runs");
    assert.deepEqual(await stateOf(world.store), expected, "short runs end with another book than a long one");
  });

  test("connector: whichever store call fails or loses its answer, the next runs converge", () =>
    failEverywhere(options));

  test("connector: an aborted run ends as partial and the next one finishes", async () => {
    const expected = await wholeState(options);
    await using world = await makeWorld(options);
    const aborter = new AbortController();
    const onEvent = (event: FillbookEvent) => event.type === "run.progress" && aborter.abort();
    const report = await world.run({ signal: aborter.signal, onEvent });
    assert.deepEqual([report.status, report.error?.code, report.stats.pages], ["partial", "ABORTED", 1]);
    assert.equal((await world.run()).error, null);
    assert.deepEqual(await stateOf(world.store), expected);
  });

  test("connector: what a page calls covered was yielded by then, whichever page a run ends at", async () => {
    await using world = await makeWorld(options);
    const watched = watchCoverage(world.trial.connector);
    for (let runs = 0; runs < 6; runs += 1) await world.run({ connector: watched.connector, budget: { pages: 1 } });
    assert.equal((await world.run({ connector: watched.connector })).error, null);
    assert.deepEqual(watched.falseClaims(), []);
    assert.equal(watched.claims().length > 0, options.tellsCoverage ?? false, "claims are told, or none are");
  });

  test("connector: when a page was reported is the broker's moment, whatever this machine's clock says", async () => {
    const [one, other] = [await momentsAhead(options, 60_000), await momentsAhead(options, 120_000)];
    if (options.tellsReportedAt !== true) return;
    assert.deepEqual(one, other, "the same answers were reported at the same moments");
    assert.ok(one.length > 0 && !one.includes(null), "all moments are told");
  });

  test("connector: normalize answers the same twice and never throws, whatever the record is", () =>
    normalizeIsTotal(options));

  test("connector: credentials that its schema refuses end in CREDENTIALS_MALFORMED and no request", async () => {
    await using world = await makeWorld(options);
    const report = await world.run({ credentials: { wrong: 1 } });
    assert.deepEqual([report.status, report.error?.code], ["blocked_reauth", "CREDENTIALS_MALFORMED"]);
  });

  test("connector: no secret is in a report, an event, a log line or anything stored", () => keepsSecrets(options));
}

async function momentsAhead(options: ConnectorSuiteOptions, aheadMs: number): Promise<readonly (string | null)[]> {
  await using world = await makeWorld(options);
  const { connector, clock } = world.trial;
  const timed = timedAhead(connector, { clock, aheadMs, isBrokers: options.tellsReportedAt ?? false });
  assert.equal((await world.run({ connector: timed.connector })).error, null);
  assert.equal(timed.madeUp()[0], undefined);
  return timed.moments();
}

async function wholeState(options: ConnectorSuiteOptions): Promise<unknown> {
  await using world = await makeWorld(options);
  assert.equal((await world.run()).error, null);
  return stateOf(world.store);
}

async function failEverywhere(options: ConnectorSuiteOptions): Promise<void> {
  const expected = await wholeState(options);
  const calls = await callsOfAnImport(options);
  const step = Math.max(1, Math.floor(calls / (options.failures ?? calls)));
  for (let call = 1; call <= calls; call += step) {
    for (const moment of ["before", "after"] as const) {
      await using world = await makeWorld(options);
      const failing = failAt(world.store, { call, moment });
      await world
        .run({ store: failing.store })
        .catch((error: { code?: string }) => assert.equal(error.code, "STORE_FAILED"));
      assert.ok(failing.fired(), `store call ${call} did not happen`);
      // The job may be open still, as after a crash: its lease runs out.
      world.trial.clock.advance(61_000);
      assert.equal((await world.run()).error, null);
      assert.deepEqual(await stateOf(world.store), expected, `store call ${call} failed ${moment} it took effect`);
    }
  }
}

async function callsOfAnImport(options: ConnectorSuiteOptions): Promise<number> {
  await using world = await makeWorld(options);
  const counting = failAt(world.store, { call: Number.POSITIVE_INFINITY, moment: "before" });
  await world.run({ store: counting.store });
  return counting.calls();
}

async function keepsSecrets(options: ConnectorSuiteOptions): Promise<void> {
  await using world = await makeWorld(options);
  const seen: unknown[] = [];
  const log = (data: object, message: string) => seen.push(data, message);
  const logger = { debug: log, info: log, warn: log, error: log };
  seen.push(await world.run({ logger, onEvent: (event) => seen.push(event) }));
  const { store } = world;
  seen.push(await stateOf(store), (await store.jobs("owner", {})).items, (await store.connections("owner", {})).items);
  const text = `${inspect(seen, { depth: null, maxArrayLength: null, showHidden: true })}${JSON.stringify(seen)}`;
  for (const secret of world.trial.secrets) assert.ok(!text.includes(secret), "a secret came out");
}
