import { instant, type Json, type Step } from "@fillbook/core";
import type { BookStore, CommitBatch, ConnectionChange } from "@fillbook/core/store";
import { fenceBatch } from "./fence-batch.ts";
import type { OwnedIds } from "./owned-ids.ts";
import { runEnd } from "./run-end.ts";

/** One call with these ids, by an owner who has `own` ones. */
export type Try = (
  store: BookStore,
  by: { readonly owner: string; readonly ids: OwnedIds; readonly own: OwnedIds },
) => Promise<unknown>;

/**
 * Every method of the contract with the calls by which one owner could reach another's rows; the compiler complains when
 * the contract gains a method that is not here. Methods without an owner have none: a scheduler's, and the brokers' state.
 */
export const isolationTries: { readonly [Method in keyof BookStore]: readonly Try[] } = {
  ready: [],
  now: [],
  beginRun: [],
  claimDue: [],
  prune: [],
  readState: [],
  writeState: [],
  // The suite tries it by itself: it answers nothing.
  createConnection: [],
  renewLease: [
    (store, { ids, own }) => store.renewLease({ connectionId: ids.connectionId, token: own.token, leaseMs: 3_600_000 }),
  ],
  commit: [
    (store, { owner, ids }) => store.commit(fenceBatch({ ...fenceOf(ids), owner, cursor: "stolen" })),
    (store, { owner, ids, own }) =>
      store.commit(fenceBatch({ ...fenceOf(own), connectionId: ids.connectionId, owner, cursor: "stolen" })),
    (store, { owner, ids, own }) =>
      store.commit(fenceBatch({ ...fenceOf(own), jobId: ids.runningJobId, owner, cursor: "stolen" })),
    (store, { owner, ids }) => store.commit(decisionBy(owner, ids)),
  ],
  endRun: [
    (store, { owner, ids }) => store.endRun({ ...endOf(ids), owner }),
    (store, { owner, ids, own }) => store.endRun({ ...endOf(own), connectionId: ids.connectionId, owner }),
    (store, { owner, ids, own }) => store.endRun({ ...endOf(own), jobId: ids.runningJobId, owner }),
  ],
  // An operator's: it lists all owners' and takes no id.
  listSealedCredentials: [],
  coverage: [(store, { owner, ids }) => store.coverage(owner, ids.connectionId)],
  sealedCredentials: [(store, { owner, ids }) => store.sealedCredentials(owner, ids.connectionId)],
  auditEvents: [
    (store, { owner, ids: { connectionId } }) => store.auditEvents(owner, { connectionId }),
    (store, { owner, ids: { tradeId } }) => store.auditEvents(owner, { tradeId }),
    (store, { owner, ids }) => store.auditEvents(owner, { after: ids.nexts.auditEvents }),
  ],
  problemCounts: [(store, { owner, ids: { connectionId } }) => store.problemCounts(owner, { connectionId })],
  replaceSealedCredentials: [
    (store, { owner, ids: { connectionId } }) =>
      store.replaceSealedCredentials({ owner, connectionId, expected: sealedBook, sealed: { sealed: "stolen" } }),
  ],
  changeConnection: [
    (store, { owner, ids: { connectionId } }) => store.changeConnection({ owner, connectionId, ...changed }),
  ],
  connection: [(store, { owner, ids }) => store.connection(owner, ids.connectionId)],
  connections: [(store, { owner, ids }) => store.connections(owner, { after: ids.nexts.connections })],
  trade: [(store, { owner, ids }) => store.trade(owner, ids.tradeId)],
  fills: [
    async (store, { owner, ids }) => (await store.fills(owner, {})).filter(({ tradeId }) => tradeId === ids.tradeId),
  ],
  fillSlice: [
    (store, { owner, ids: { tradeId } }) => store.fillSlice(owner, { tradeId }),
    (store, { owner, ids }) => store.fillSlice(owner, { after: ids.nexts.executions }),
  ],
  familyReports: [(store, { owner, ids: { familyKey } }) => store.familyReports(owner, familyKey)],
  inbox: [
    (store, { owner, ids: { connectionId } }) => store.inbox(owner, { connectionId }),
    (store, { owner, ids }) => store.inbox(owner, { after: ids.nexts.trades }),
    async (store, { owner, ids }) =>
      (await store.inbox(owner, {})).manuals.filter(({ lastExecutedAt }) => lastExecutedAt.startsWith(ids.manualDay)),
  ],
  tradesById: [(store, { owner, ids }) => store.tradesById(owner, [ids.tradeId])],
  decisionsOf: [(store, { owner, ids }) => store.decisionsOf(owner, [ids.tradeId])],
  trades: [
    (store, { owner, ids: { connectionId } }) => store.trades(owner, { connectionId }),
    (store, { owner, ids }) => store.trades(owner, { after: ids.nexts.trades }),
  ],
  executions: [
    (store, { owner, ids: { tradeId } }) => store.executions(owner, { tradeId }),
    (store, { owner, ids }) => store.executions(owner, { after: ids.nexts.executions }),
  ],
  queueFollowUp: [
    (store, { owner, ids: { connectionId, runningJobId } }) =>
      store.queueFollowUp(owner, { connectionId, jobId: runningJobId }),
    (store, { owner, ids: { connectionId }, own }) =>
      store.queueFollowUp(owner, { connectionId, jobId: own.runningJobId }),
    (store, { owner, ids: { runningJobId }, own }) =>
      store.queueFollowUp(owner, { connectionId: own.connectionId, jobId: runningJobId }),
  ],
  job: [
    (store, { owner, ids }) => store.job(owner, ids.jobId),
    (store, { owner, ids }) => store.job(owner, ids.runningJobId),
  ],
  jobs: [
    (store, { owner, ids: { connectionId } }) => store.jobs(owner, { connectionId }),
    (store, { owner, ids }) => store.jobs(owner, { after: ids.nexts.jobs }),
  ],
  resolveProblem: [(store, { owner, ids }) => store.resolveProblem(owner, { id: ids.problemId, at: anInstant })],
  openRejects: [(store, { owner, ids: { connectionId } }) => store.openRejects(owner, { connectionId })],
  writeSteps: [
    (store, { owner, ids }) => isWritten(store, owner, stepOf(ids, 7)),
    (store, { owner, ids, own }) => isWritten(store, owner, stepOf({ ...own, connectionId: ids.connectionId }, 8)),
    (store, { owner, ids, own }) => isWritten(store, owner, stepOf({ ...own, runningJobId: ids.runningJobId }, 9)),
  ],
  steps: [
    (store, { owner, ids: { connectionId } }) => store.steps(owner, { connectionId }),
    (store, { owner, ids }) => store.steps(owner, { after: ids.nexts.steps }),
  ],
  lineage: [
    (store, { owner, ids }) => store.lineage(owner, ids.jobId),
    (store, { owner, ids }) => store.lineage(owner, ids.runningJobId),
  ],
  stepCounts: [(store, { owner, ids: { connectionId } }) => store.stepCounts(owner, { connectionId })],
  problems: [
    (store, { owner, ids: { connectionId } }) => store.problems(owner, { connectionId, state: "all" }),
    (store, { owner, ids }) => store.problems(owner, { after: ids.nexts.problems }),
  ],
  // The last ones: an undo takes rows away from the tries behind it.
  jobRecords: [
    (store, { owner, ids }) => store.jobRecords(owner, { jobId: ids.importJobId }),
    (store, { owner, ids }) => store.commit(undoBy(owner, ids)),
  ],
};

/** What the connections of the suite's books have sealed. */
export const sealedBook: Json = { sealed: "book" };

const changed: Omit<ConnectionChange, "owner" | "connectionId"> = {
  from: ["active", "needs_reauth", "error", "disconnected"],
  at: instant("2026-02-01T00:00:00Z"),
  set: { label: "stolen", status: "error", nextSyncAt: null },
  sealed: { sealed: "stolen" },
  fencedBy: { code: "ABORTED", recovery: "retry", message: "stolen", retryAfterMs: null, connectionId: null },
};

function decisionBy(owner: string, { familyKey, revisionKey }: OwnedIds): CommitBatch {
  const noRun = { connectionId: "", jobId: "", token: 0, cursor: null };
  const batch = { ...fenceBatch({ ...noRun, owner }), run: null, problems: [] };
  const decided = { familyKey, link: null, decidedAt: batch.at, decidedBy: owner, suggestion: null };
  return { ...batch, decisions: [{ ...decided, seenRevisionKey: revisionKey }] };
}

function undoBy(owner: string, ids: OwnedIds): CommitBatch {
  const undo = {
    jobId: ids.importJobId,
    connectionId: ids.connectionId,
    id: "undo",
    families: [ids.familyKey],
    cancels: [],
  };
  return { ...decisionBy(owner, ids), decisions: [], undo };
}

/** The fence of a running job, for its second page. */
function fenceOf({ connectionId, runningJobId, token }: OwnedIds) {
  return { connectionId, jobId: runningJobId, token, page: 2 };
}

function endOf({ connectionId, runningJobId, token }: OwnedIds) {
  return runEnd({ connectionId, jobId: runningJobId, token, status: "failed", after: { status: "error" } });
}

const anInstant = instant("2026-01-05T12:00:00Z");

function stepOf({ connectionId, runningJobId: jobId }: OwnedIds, page: number): Step {
  const place = { page, name: "pull", place: page, startedAt: anInstant, durationMs: 1 } as const;
  return { id: `${jobId}/${page}/pull`, connectionId, jobId, ...place, input: null, output: null, error: null };
}

// Writing answers nothing by itself.
async function isWritten(store: BookStore, owner: string, step: Step): Promise<boolean> {
  await store.writeSteps(owner, [step]);
  return (await store.lineage(owner, step.jobId)).some(({ id }) => id === step.id);
}
