import { wait } from "@fillbook/connector-kit";
import { ImportError, isImportError } from "@fillbook/core";
import type { PageDiagnostic } from "@fillbook/core/connector";
import { unanswered } from "./flex-answered.ts";
import type { FlexTransport } from "./flex-client.ts";
import { type FlexPending, newPending } from "./flex-cursor.ts";
import type { FlexEvent } from "./flex-event.ts";
import { flexPageCoverage } from "./flex-page-coverage.ts";
import { readStatement } from "./flex-reading.ts";
import { refusal } from "./flex-refusal.ts";
import { emptyPage, type FlexPage, type FlexPull, type FlexRun, noteAnswer, openRun } from "./flex-run.ts";
import { askAfterNoData, type FlexAsk, nextAsk } from "./flex-windows.ts";

/**
 * Reads statements until nothing is left to ask for. Asking and fetching are two phases: the reference of a statement in
 * the making is stored before the first look at it, so no crash and no long wait has IBKR make it twice.
 */
export async function* flexPull(transport: FlexTransport, request: FlexPull): AsyncGenerator<FlexPage, void> {
  const run = openRun(transport, request);
  try {
    for (let step = 0; step < STEPS_MAX; step += 1) {
      const ask = run.pending === null ? (run.instead ?? nextAsk(run.coverage, run.plan, run)) : null;
      if (run.pending === null && ask === null) return;
      await run.job.hold();
      if (ask !== null) yield* sendRequest(run, ask);
      else if (run.pending !== null) yield* collected(run, run.pending);
    }
    throw new ImportError("PAGING_UNSTABLE", `IBKR's statements did not come to an end in ${STEPS_MAX} requests`);
  } finally {
    await run.job.release();
  }
}

/** Requests and statements of one run; a history of forty years needs forty of each. */
const STEPS_MAX = 200;
/** A statement that is not there after so long is asked for again, or given up if only a gap hangs on it. */
const REFERENCE_LIFE_MS = 24 * 3_600_000;
const GAP_LIFE_MS = 6 * 3_600_000;
/** Times that a statement's document may be broken before it is asked for anew. */
const FAILURES_MAX = 3;
/** When to look again at a statement that is long in the making. */
const PENDING_RETRY_MS = 900_000;

async function* sendRequest(run: FlexRun, ask: FlexAsk): AsyncGenerator<FlexPage, void> {
  const { clock, connection, logger } = run.request;
  const requestedAtMs = clock.now();
  const sent = await run.client.sendRequest({ queryId: connection.settings.queryId, days: ask.days });
  logger.debug({ role: ask.role, days: ask.days, kind: sent.kind }, "ibkr flex: asked for a statement");
  if (sent.kind === "refused") return yield* refused(run, sent.error);
  if (sent.kind !== "sent") {
    yield* withoutData(run, ask);
    return;
  }
  run.instead = null;
  run.pending = newPending({ ...sent, ask, queryId: connection.settings.queryId, requestedAtMs });
  yield emptyPage(run, []);
}

/** A statement that a person must mend the query for is not read again: the next one is made anew. */
async function* collected(run: FlexRun, pending: FlexPending): AsyncGenerator<FlexPage, void> {
  try {
    yield* collect(run, pending);
  } catch (error) {
    if (isImportError(error) && error.recovery === "fix-config") {
      run.pending = null;
      yield emptyPage(run, []);
    }
    throw error;
  }
}

/** Polls until the statement is there, then reads it. */
async function* collect(run: FlexRun, pending: FlexPending): AsyncGenerator<FlexPage, void> {
  const { clock, signal, logger } = run.request;
  const { pollMs, patienceMs } = run.transport.policy;
  const startedMs = clock.now();
  // One that could not be read for so long never will be.
  if (startedMs - pending.requestedAtMs >= REFERENCE_LIFE_MS * (pending.rows > 0 ? 7 : 1))
    return yield* outlived(run, pending);
  // A resumed statement has had its time.
  let polls = pending.requestedAtMs + (pollMs[0] ?? 0) > startedMs ? 0 : -1;
  for (;;) {
    if (polls >= 0) await wait(clock, pollMs[Math.min(polls, pollMs.length - 1)] ?? 0, signal);
    polls += 1;
    await run.job.hold();
    const fetched = await run.client.getStatement(pending);
    logger.debug({ polls, kind: fetched.kind }, "ibkr flex: looked for the statement");
    if (fetched.kind === "statement") return yield* readOrCount(run, pending, fetched.events);
    if (fetched.kind === "refused") return yield* refused(run, fetched.error);
    if (fetched.kind === "unknown-reference") return replaceReference(run, pending);
    if (fetched.kind === "no-data") return yield* withoutData(run, pending.ask);
    const ageMs = clock.now() - pending.requestedAtMs;
    if (ageMs >= (pending.ask.role === "gap" ? GAP_LIFE_MS : REFERENCE_LIFE_MS)) return yield* outlived(run, pending);
    if (clock.now() - startedMs >= patienceMs) throw notReady(pending, ageMs);
  }
}

/** A document that is broken each time is asked for anew; a connection that breaks says nothing of the document. */
async function* readOrCount(
  run: FlexRun,
  pending: FlexPending,
  events: AsyncIterable<FlexEvent>,
): AsyncGenerator<FlexPage, void> {
  try {
    yield* readStatement(run, pending, events);
  } catch (error) {
    if (
      isImportError(error) &&
      run.pending !== null &&
      (error.code === "PROTOCOL" || error.code === "RESPONSE_TOO_LARGE")
    ) {
      const failures = pending.failures + 1;
      run.pending = failures < FAILURES_MAX ? { ...run.pending, failures } : null;
      yield emptyPage(run, []);
    }
    throw error;
  }
}

function notReady({ reference }: FlexPending, ageMs: number): ImportError {
  const minutes = Math.floor(ageMs / 60_000);
  const message = `IBKR has been making statement ${reference} for ${minutes} minutes (1019); the next run looks again`;
  return new ImportError("BROKER_UNAVAILABLE", message, { retryAfterMs: PENDING_RETRY_MS });
}

function replaceReference(run: FlexRun, { ask, reference }: FlexPending): void {
  if (!run.freshLeft) {
    const message = `IBKR does not know the reference ${reference} that it gave for a statement (1017), twice in a run`;
    throw new ImportError("BROKER_ERROR", message, { retryAfterMs: PENDING_RETRY_MS });
  }
  run.freshLeft = false;
  run.pending = null;
  run.instead = ask;
}

/** The statement will not come any more: a gap is given up, anything else is asked for again. */
async function* outlived(run: FlexRun, { ask }: FlexPending): AsyncGenerator<FlexPage, void> {
  if (ask.role === "gap") return yield* nothingThere(run, ask);
  run.pending = null;
  run.instead = ask;
}

/** Stored is since when the query is refused, if it ever worked; the statement in the making is not one of it any more. */
async function* refused(run: FlexRun, error: ImportError): AsyncGenerator<FlexPage, never> {
  const { clock, connection } = run.request;
  const { queryId } = connection.settings;
  const found = refusal(run.known, { queryId, nowMs: clock.now(), error });
  const isNews = found.known !== run.known || run.pending !== null;
  run.known = found.known;
  run.pending = null;
  if (isNews) yield emptyPage(run, []);
  throw found.error;
}

/** "Statement is not available": tries the next best request, and in the end says that there is no statement. */
async function* withoutData(run: FlexRun, ask: FlexAsk): AsyncGenerator<FlexPage, void> {
  run.pending = null;
  noteAnswer(run);
  run.instead = askAfterNoData(ask);
  if (run.instead === null) yield* nothingThere(run, ask);
}

async function* nothingThere(run: FlexRun, ask: FlexAsk): AsyncGenerator<FlexPage, void> {
  const { coverage, gaps } = unanswered(run.coverage, { ask, atMs: run.request.clock.now() });
  run.coverage = coverage;
  run.pending = null;
  run.instead = null;
  if (ask.role === "head") run.headDue = false;
  yield { ...emptyPage(run, ask.role === "head" ? [noStatement] : []), coverage: flexPageCoverage(run, gaps) };
}

const noStatement: PageDiagnostic = {
  kind: "partial_import",
  key: "flex-no-statement",
  message:
    "IBKR has no statement for the newest days (1003): the day is not finished, nothing happened, or the period of the " +
    "query does not fit; the next run asks again",
};
