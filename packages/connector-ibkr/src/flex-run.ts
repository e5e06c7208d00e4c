import type { Json } from "@fillbook/core";
import { unixMsOf } from "@fillbook/core";
import type { Page, PageDiagnostic, PullRequest } from "@fillbook/core/connector";
import { type FlexClient, type FlexTransport, flexClient, flexStateKey } from "./flex-client.ts";
import type { FlexContext } from "./flex-context.ts";
import { type FlexCoverage, type FlexPlan, lastWholeDay } from "./flex-coverage.ts";
import { emptyFlexCursor, type FlexCursor, type FlexPending } from "./flex-cursor.ts";
import { addDays, type DayRange, earlierDay, laterDay, newYorkDay } from "./flex-days.ts";
import { type FlexJob, flexJob } from "./flex-job.ts";
import type { FlexKnownQuery } from "./flex-refusal.ts";
import { type FlexCredentials, type FlexSettings, readFlexCredentials } from "./flex-settings.ts";
import { type FlexAsk, openRequested, reopenAbsent } from "./flex-windows.ts";

export type FlexPull = PullRequest<FlexCredentials, FlexSettings, FlexCursor>;
export type FlexPage = Page<Json, FlexContext, FlexCursor>;

/** A run's progress. */
export interface FlexRun {
  readonly request: FlexPull;
  readonly transport: FlexTransport;
  readonly client: FlexClient;
  readonly job: FlexJob;
  readonly plan: FlexPlan;
  readonly account: string;
  coverage: FlexCoverage;
  pending: FlexPending | null;
  known: FlexKnownQuery | null;
  /** What to ask for instead of what the plan says, after an answer without data. */
  instead: FlexAsk | null;
  headDue: boolean;
  /** Whether a reference that IBKR does not know may be replaced. */
  freshLeft: boolean;
}

/** Opens a run: where it stands, and what it may ask with. */
export function openRun(transport: FlexTransport, request: FlexPull): FlexRun {
  const { connection, state, clock, signal, logger, mode } = request;
  const { settings } = connection;
  const { token } = readFlexCredentials(request.credentials);
  const { coverage, pending: unread, known } = request.cursor ?? emptyFlexCursor;
  // A statement of another query is not wanted any more.
  const pending = unread?.queryId === settings.queryId ? unread : null;
  const { historyFrom = null, overlapDays, period } = settings;
  const plan = { today: newYorkDay(clock.now()), historyFrom, overlapDays, period };
  const { headEveryMs, random } = transport.policy;
  // A person who asks wants what is new, but not twice within the same half minute.
  const everyMs = mode === "manual" ? Math.min(headEveryMs, 30_000) : headEveryMs;
  const headDue = coverage.headAtMs === null || Math.abs(clock.now() - coverage.headAtMs) >= everyMs;
  const reopened = mode === "backfill" && headDue && pending === null ? reopenAbsent(coverage, plan) : coverage;
  return {
    ...{ request, transport, plan, pending, known, instead: null, freshLeft: true },
    account: settings.accountId ?? connection.accountRef,
    client: flexClient(transport, { token, state, clock, signal, logger }),
    job: flexJob({
      ...{ stateKey: flexStateKey(token), holder: connection.id, state, clock, signal, random },
      waitMaxMs: JOB_WAIT_MAX_MS,
    }),
    coverage: openRequested(reopened, requestedDays(request, plan), { nowMs: clock.now(), againMs: everyMs }),
    headDue,
  };
}

/** A page that only says where the run stands. */
export function emptyPage(run: FlexRun, diagnostics: readonly PageDiagnostic[]): FlexPage {
  const { coverage, account, request } = run;
  const { timeZone } = request.connection.settings;
  const context: FlexContext = { type: coverage.type ?? "AF", timeZone, account };
  return { records: [], context, cursor: cursorOf(run), diagnostics };
}

/** Where the run stands. */
export function cursorOf({ coverage, pending, known }: FlexRun): FlexCursor {
  return { version: 1, coverage, pending, known };
}

/** Notes that IBKR made a statement of the query, or said that there is none. */
export function noteAnswer(run: FlexRun): void {
  run.known = { queryId: run.request.connection.settings.queryId, refusedSinceMs: null };
}

/** Longest wait for another connection's statement with the same token. */
const JOB_WAIT_MAX_MS = 900_000;
const REQUESTED_DAYS_MAX = 3_650;

function requestedDays({ window }: FlexPull, plan: FlexPlan): DayRange | null {
  const { from, to } = window;
  if (from === undefined && to === undefined) return null;
  const whole = lastWholeDay(plan);
  const end = to === undefined ? whole : earlierDay(whole, newYorkDay(unixMsOf(to)));
  const start = from === undefined ? (plan.historyFrom ?? addDays(end, -364)) : newYorkDay(unixMsOf(from));
  return { from: laterDay(start, addDays(end, -REQUESTED_DAYS_MAX)), to: end };
}
