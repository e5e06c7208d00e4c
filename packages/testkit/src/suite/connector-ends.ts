import assert from "node:assert/strict";
import { systemClock } from "@fillbook/core";
import type { AnyConnector } from "@fillbook/core/connector";
import type { ConnectorSuiteOptions } from "./connector-suite-options.ts";
import { type DirectRequest, makeWorld } from "./connector-world.ts";

/** How long a request may take to end with its signal, in real time. */
const STOP_MS_MAX = 5000;

/** An aborted signal ends `check` and `pull` with an error before anything is read. */
export async function endsWithSignal(options: ConnectorSuiteOptions): Promise<void> {
  await using world = await makeWorld(options);
  const { connector } = world.trial;
  const request = world.request({ signal: AbortSignal.abort() });
  await assert.rejects(checkOf(connector, request), "check ends with its signal");
  const { pages, error } = await pullUntilError(connector, request);
  assert.notEqual(error, null, `pull ends with its signal: it went on to its end, with ${pages} pages`);
  assert.ok(pages <= 1, `pull ends with its signal: it yielded ${pages} pages`);
}

/** The same of requests that the broker took and never answers: nothing but the signal ends them. */
export async function endsUnanswered(options: ConnectorSuiteOptions): Promise<void> {
  for (const read of [checkOf, pullUntilError]) {
    await using world = await makeWorld(options);
    const { trial } = world;
    if (trial.stall === undefined) return;
    trial.stall();
    const aborter = new AbortController();
    const ended = settled(read(trial.connector, world.request({ signal: aborter.signal })));
    // Nothing says that a request is under way: where it is not yet, this shows less and is not wrong.
    await systemClock.sleep(50);
    aborter.abort();
    const timer = new AbortController();
    const late = settled(systemClock.sleep(STOP_MS_MAX, timer.signal));
    const isEnded = await Promise.race([ended.then(() => true), late.then(() => false)]);
    timer.abort();
    assert.ok(isEnded, "a request without an answer ends with its signal");
  }
}

async function settled(work: Promise<unknown>): Promise<void> {
  await Promise.allSettled([work]);
}

/** Calls `check` as a host does that connects an account. */
export function checkOf(connector: AnyConnector, request: DirectRequest): Promise<unknown> {
  const { connection, credentials, signal, clock, state } = request;
  return connector.check({
    userId: connection.userId,
    settings: connection.settings,
    credentials,
    signal,
    clock,
    state,
  });
}

/** Pulls to the end, or to the first error. */
export async function pullUntilError(
  connector: AnyConnector,
  request: DirectRequest,
): Promise<{ readonly pages: number; readonly error: unknown }> {
  let pages = 0;
  try {
    for await (const _page of connector.pull(request)) pages += 1;
  } catch (error) {
    return { pages, error: error ?? "it threw nothing" };
  }
  return { pages, error: null };
}
